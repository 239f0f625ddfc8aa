/** Amazon CloudWatch Logs. */
import type { Row } from "../../row";
import { immediate } from "../latencies";
import { arn, page, tagsAll } from "./common";
import type { Values } from "../../../../components/provider/values";

export const logGroup = "aws:cloudwatch/logGroup:LogGroup";

/** Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const retentions = [
    0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

export const rows: readonly Row[] = [
    {
        token: logGroup,
        source: page("cloudwatch", "loggroup"),
        replaceOn: ["name", "namePrefix", "logGroupClass", "region"],
        autoName: { input: "name" },
        unique: ["name"],
        id: ({ inputs }) => String(inputs["name"]),
        computed: { arn: arn("logs", ({ id }) => `log-group:${id}`), tagsAll },
        refuses: [
            {
                what: "a time for logs that CloudWatch does not offer",
                source: page("cloudwatch", "loggroup"),
                because: ({ retentionInDays = 0 }) =>
                    retentions.includes(Number(retentionInDays))
                        ? undefined
                        : `expected retention_in_days to be one of ${retentions.join(", ")}, got ${String(retentionInDays)}`,
                refused: { retentionInDays: 100 },
            },
            {
                what: "a name of a log group with other than letters, digits and ._-/#",
                source: "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html",
                because: ({ name }) =>
                    /^[.\-_/#A-Za-z0-9]{1,512}$/.test(String(name))
                        ? undefined
                        : `InvalidParameterException: log group name ${String(name)}`,
                refused: { name: "my logs" },
            },
        ],
        latency: immediate,
        permissions: [
            "logs:CreateLogGroup",
            "logs:DeleteLogGroup",
            "logs:DescribeLogGroups",
            "logs:ListTagsForResource",
            "logs:PutRetentionPolicy",
            "logs:TagResource",
        ],
    },
];

export const examples: Readonly<Record<string, Values>> = {
    [logGroup]: { name: "/example/logs", retentionInDays: 90 },
};
