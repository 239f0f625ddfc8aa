/** AWS Application Auto Scaling: what grows by itself. */
import { valuesAt } from "../../cloud";
import type { Row } from "../../row";
import { setting } from "../latencies";
import { arn, page, tagsAll } from "./common";
import type { Values } from "../../../../components/provider/values";

const target = "aws:appautoscaling/target:Target";
const cluster = "aws:msk/cluster:Cluster";
const what = ["serviceNamespace", "resourceId", "scalableDimension"];

export const rows: readonly Row[] = [
    {
        token: target,
        source: page("appautoscaling", "target"),
        replaceOn: what,
        required: [...what, "minCapacity", "maxCapacity"],
        unique: what,
        // Registering it again changes it.
        idempotent: true,
        // The only one that Tidegate scales. One that is deleted takes its target with it.
        references: [{ input: "resourceId", type: cluster, by: "arn", holds: false }],
        id: ({ inputs }) => what.map((key) => String(inputs[key])).join("/"),
        computed: { arn: arn("application-autoscaling", ({ token }) => `scalable-target/${token}`), tagsAll },
        refuses: [
            {
                what: "a target whose least is more than its most",
                source: "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html",
                because: ({ minCapacity, maxCapacity }) =>
                    Number(minCapacity) > Number(maxCapacity)
                        ? "ValidationException: maximum capacity cannot be less than minimum capacity"
                        : undefined,
                refused: { minCapacity: 2000 },
            },
            {
                what: "brokers' storage with a least other than 1",
                source: "https://docs.aws.amazon.com/msk/latest/developerguide/msk-autoexpand-details.html (not confirmed)",
                because: ({ scalableDimension, minCapacity }) =>
                    scalableDimension === "kafka:broker-storage:VolumeSize" && minCapacity !== 1
                        ? "ValidationException: minimum capacity of broker storage must be 1"
                        : undefined,
                refused: { minCapacity: 2 },
            },
        ],
        latency: setting,
        permissions: [
            "application-autoscaling:DeregisterScalableTarget",
            "application-autoscaling:DescribeScalableTargets",
            "application-autoscaling:RegisterScalableTarget",
            "application-autoscaling:TagResource",
            "iam:CreateServiceLinkedRole",
        ],
    },
    {
        token: "aws:appautoscaling/policy:Policy",
        source: page("appautoscaling", "policy"),
        replaceOn: ["name", ...what],
        required: what,
        autoName: { input: "name" },
        unique: ["name", ...what],
        idempotent: true,
        references: [{ input: "resourceId", type: target, by: "resourceId", holds: false }],
        id: ({ inputs }) => String(inputs["name"]),
        computed: {
            arn: arn("autoscaling", ({ id, token }) => `scalingPolicy:${token}:policyName/${id}`),
            alarmArns: () => [],
        },
        refuses: [
            {
                what: "growth of brokers' storage that shrinks too, or at other than 10 to 80 percent",
                source: "https://docs.aws.amazon.com/msk/latest/developerguide/msk-autoexpand-details.html",
                because: (inputs) => {
                    const [metric] = valuesAt(inputs, [
                        "targetTrackingScalingPolicyConfiguration",
                        "predefinedMetricSpecification",
                        "predefinedMetricType",
                    ]);
                    const { targetValue, disableScaleIn } = (inputs["targetTrackingScalingPolicyConfiguration"] ??
                        {}) as Values;
                    return metric !== "KafkaBrokerStorageUtilization" ||
                        (disableScaleIn === true && Number(targetValue) >= 10 && Number(targetValue) <= 80)
                        ? undefined
                        : "ValidationException: broker storage only grows, at a target of 10 to 80";
                },
                refused: {
                    targetTrackingScalingPolicyConfiguration: {
                        predefinedMetricSpecification: { predefinedMetricType: "KafkaBrokerStorageUtilization" },
                        targetValue: 60,
                    },
                },
            },
        ],
        latency: setting,
        permissions: [
            "application-autoscaling:DeleteScalingPolicy",
            "application-autoscaling:DescribeScalingPolicies",
            "application-autoscaling:PutScalingPolicy",
        ],
    },
];

const storage = {
    serviceNamespace: "kafka",
    scalableDimension: "kafka:broker-storage:VolumeSize",
};

export const examples: Readonly<Record<string, Values>> = {
    [target]: { ...storage, resourceId: { example: cluster, by: "arn" }, minCapacity: 1, maxCapacity: 1000 },
    "aws:appautoscaling/policy:Policy": {
        ...storage,
        name: "example",
        resourceId: { example: target, by: "resourceId" },
        policyType: "TargetTrackingScaling",
        targetTrackingScalingPolicyConfiguration: {
            predefinedMetricSpecification: { predefinedMetricType: "KafkaBrokerStorageUtilization" },
            targetValue: 60,
            disableScaleIn: true,
        },
    },
};
