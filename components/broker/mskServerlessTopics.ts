/**
 * Topics of a serverless cluster of MSK. AWS has no interface for them (https://docs.aws.amazon.com/msk/latest/developerguide/msk-topic-operations-information.html:
 * "not available for MSK Serverless"), and its brokers are reached from its network alone: a Job on the platform's cluster brings
 * them to what the environment says, with a role that may do this and nothing else. It never deletes one; that the Job goes, or
 * another one takes its place, is nothing to a topic.
 */
import * as iam from "@pulumi/aws/iam";
import * as msk from "@pulumi/aws/msk";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { TidegateError } from "../../automation/core/errors";
import type { Upstream } from "../../stacks/layer";
import { tagsOf, type CloudArgs } from "../cloud/args";
import type { AwsAccount } from "../cloud/aws";
import { accountTrust } from "../cloud/awsTrust";
import { identityAnnotations } from "../kubernetes/network";
import { containerSecurity, podSecurity } from "../kubernetes/restricted";
import { anywhere, networkPolicy } from "../runtime/networkPolicies";
import { hashOf } from "../runtime/sqlConfigMap";
import type { Topic } from "./topics";

export interface MskServerlessTopicsArgs extends CloudArgs {
    account: AwsAccount;
    foundation: Pick<Upstream<"foundation">, "namespaces" | "oidcIssuer">;
    cluster: msk.ServerlessCluster;
    /** TCP, of IAM. */
    port: number;
    /** Of images/flink, by digest. */
    image: string;
    /** By which a client signs with its role. */
    clientProperties: Readonly<Record<string, string>>;
    topics: readonly Topic[];
}

/** Of the image's user. */
const uid = 9999;
const called = "kafka-topics";
const directory = "/etc/tidegate";
/** Labels of its pods. */
const podLabels = { "app.kubernetes.io/name": called } as const;

export class MskServerlessTopics extends pulumi.ComponentResource {
    readonly job: kubernetes.batch.v1.Job;

    private readonly name: string;
    private readonly args: MskServerlessTopicsArgs;
    private readonly labels: Record<string, string>;
    private readonly namespace: string;

    /** @throws TidegateError `msk-invalid` */
    constructor(name: string, args: MskServerlessTopicsArgs, options?: pulumi.ComponentResourceOptions) {
        super("tidegate:broker:MskServerlessTopics", name, {}, options);
        this.name = name;
        this.args = args;
        this.labels = tagsOf(args, "broker");
        this.namespace = args.foundation.namespaces.flink;
        const { account, access } = this.identity();
        const policy = networkPolicy(
            `${name}-policy`,
            this.metadata(),
            {
                podSelector: { matchLabels: { ...podLabels } },
                policyTypes: ["Ingress", "Egress"],
                ingress: [],
                // Who gives the role's credentials, and the brokers.
                egress: [anywhere(443, args.port)],
            },
            { parent: this },
        );
        this.job = this.work(account, [access, policy]);
        this.registerOutputs({});
    }

    private metadata(name = called) {
        return { name, namespace: this.namespace, labels: this.labels };
    }

    /** An account of its own: Flink reads and writes topics, and makes none. */
    private identity() {
        const { environment, account, foundation } = this.args;
        const issuer = foundation.oidcIssuer;
        if (issuer === null)
            throw new TidegateError(
                "The topics of a serverless cluster are made from the platform's cluster, whose issuer of tokens the foundation does not name.",
                {
                    code: "msk-invalid",
                    hint: "Name foundation.oidcIssuer, with its provider in the AWS account; or take broker.cluster.kind provisioned.",
                },
            );
        const provider = `arn:aws:iam::${account.accountId}:oidc-provider/${issuer.replace(/^https:\/\//, "")}`;
        const role = new iam.Role(
            `${this.name}-role`,
            {
                name: `tidegate-${environment}-topics`,
                description: `Makes and changes the topics of ${environment}`,
                assumeRolePolicy: accountTrust(provider, issuer, `system:serviceaccount:${this.namespace}:${called}`),
                tags: this.labels,
            },
            { parent: this },
        );
        const access = new iam.RolePolicy(
            `${this.name}-access`,
            { name: "topics", role: role.name, policy: this.policy() },
            { parent: this },
        );
        const serviceAccount = new kubernetes.core.v1.ServiceAccount(
            `${this.name}-account`,
            {
                metadata: { ...this.metadata(), annotations: { [identityAnnotations.aws]: role.arn } },
                automountServiceAccountToken: false,
            },
            { parent: this },
        );
        return { account: serviceAccount.metadata.name, access };
    }

    /** Source of the actions: https://docs.aws.amazon.com/msk/latest/developerguide/iam-access-control.html */
    private policy(): pulumi.Output<string> {
        const { cluster, topics } = this.args;
        const inside = cluster.arn.apply((arn) =>
            topics.map(({ name }) => `${arn.replace(":cluster/", ":topic/")}/${name}`),
        );
        const allow = (actions: readonly string[], resource: pulumi.Input<string | string[]>) => ({
            Effect: "Allow",
            Action: actions.map((action) => `kafka-cluster:${action}`),
            Resource: resource,
        });
        return pulumi.jsonStringify({
            Version: "2012-10-17",
            Statement: [
                allow(["Connect"], cluster.arn),
                allow(
                    [
                        ...["CreateTopic", "DescribeTopic", "AlterTopic"],
                        ...["DescribeTopicDynamicConfiguration", "AlterTopicDynamicConfiguration"],
                    ],
                    inside,
                ),
            ],
        });
    }

    /** What images/flink/topics/tidegate/KafkaTopics.java reads. */
    private files(): pulumi.Output<{ "client.properties": string; topics: string }> {
        const { cluster, clientProperties, topics } = this.args;
        const client = {
            "security.protocol": "SASL_SSL",
            "sasl.mechanism": "AWS_MSK_IAM",
            "sasl.jaas.config": "software.amazon.msk.auth.iam.IAMLoginModule required;",
            ...clientProperties,
        };
        return cluster.bootstrapBrokersSaslIam.apply((servers) => ({
            "client.properties": Object.entries({ "bootstrap.servers": servers, ...client })
                .map(([key, value]) => `${key}=${value}\n`)
                .join(""),
            // A serverless cluster has three replicas of everything, and takes few settings:
            // https://docs.aws.amazon.com/msk/latest/developerguide/serverless-config.html
            topics: topics
                .map(
                    ({ name, partitions, retentionMs }) =>
                        `${name} ${partitions} cleanup.policy=delete retention.ms=${retentionMs}\n`,
                )
                .join(""),
        }));
    }

    /** Under another name when what it does has changed: that is a run of its own. */
    private work(serviceAccountName: pulumi.Output<string>, dependsOn: pulumi.Resource[]): kubernetes.batch.v1.Job {
        const { image } = this.args;
        const data = this.files();
        const named = data.apply((files) => `${called}-${hashOf(JSON.stringify([image, files])).slice(0, 10)}`);
        const files = new kubernetes.core.v1.ConfigMap(
            `${this.name}-files`,
            { metadata: { ...this.metadata(), name: named }, immutable: true, data },
            { parent: this },
        );
        return new kubernetes.batch.v1.Job(
            `${this.name}-job`,
            {
                metadata: { ...this.metadata(), name: named },
                spec: {
                    // A role that has just been made is not known everywhere for some seconds.
                    backoffLimit: 5,
                    activeDeadlineSeconds: 600,
                    template: {
                        metadata: { labels: { ...this.labels, ...podLabels } },
                        spec: {
                            serviceAccountName,
                            automountServiceAccountToken: false,
                            restartPolicy: "Never",
                            securityContext: podSecurity(uid),
                            containers: [
                                {
                                    name: "topics",
                                    image,
                                    imagePullPolicy: "IfNotPresent",
                                    command: [
                                        ...["java", "-XX:MaxRAMPercentage=60", "-cp", "/opt/flink/lib/*"],
                                        "tidegate.KafkaTopics",
                                        `${directory}/client.properties`,
                                        `${directory}/topics`,
                                    ],
                                    securityContext: containerSecurity,
                                    resources: {
                                        requests: { cpu: "100m", memory: "512Mi" },
                                        limits: { memory: "512Mi" },
                                    },
                                    volumeMounts: [
                                        { name: "files", mountPath: directory, readOnly: true },
                                        { name: "tmp", mountPath: "/tmp" },
                                    ],
                                },
                            ],
                            volumes: [
                                { name: "files", configMap: { name: files.metadata.name } },
                                { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
                            ],
                        },
                    },
                },
            },
            { parent: this, dependsOn, customTimeouts: { create: "12m" } },
        );
    }
}
