/** AWS Key Management Service. */
import type { Row } from "../../row";
import { setting } from "../latencies";
import { arn, page, tagsAll } from "./common";
import type { Values } from "../../../../components/provider/values";

export const rows: readonly Row[] = [
    {
        token: "aws:kms/key:Key",
        source: page("kms", "key"),
        replaceOn: ["customerMasterKeySpec", "keyUsage", "multiRegion", "customKeyStoreId"],
        // Nothing tells two keys apart but their ids: a lost answer leaves one that nobody knows.
        unique: [],
        id: ({ token }) => `${token.slice(0, 8)}-${token.slice(0, 4)}-4000-8000-${token}`,
        computed: {
            arn: arn("kms", ({ id }) => `key/${id}`),
            keyId: ({ id }) => id,
            tagsAll,
        },
        refuses: [
            {
                what: "a waiting time before deletion of less than 7 or more than 30 days",
                source: "https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html",
                because: ({ deletionWindowInDays: days }) =>
                    days === undefined || (Number(days) >= 7 && Number(days) <= 30)
                        ? undefined
                        : `expected deletion_window_in_days to be in the range (7 - 30), got ${String(days)}`,
                refused: { deletionWindowInDays: 1 },
            },
        ],
        latency: {
            create: 10,
            update: 5,
            delete: 2,
            source: "the provider waits until the key, its policy and its rotation are read back; no published figure",
        },
        permissions: [
            "kms:CreateKey",
            "kms:DescribeKey",
            "kms:EnableKeyRotation",
            "kms:GetKey*",
            "kms:PutKeyPolicy",
            "kms:ScheduleKeyDeletion",
            "kms:TagResource",
        ],
    },
    {
        token: "aws:kms/alias:Alias",
        source: page("kms", "alias"),
        replaceOn: ["name", "namePrefix"],
        required: ["targetKeyId"],
        autoName: { input: "name" },
        unique: ["name"],
        references: [{ input: "targetKeyId", type: "aws:kms/key:Key", holds: false }],
        id: ({ inputs }) => String(inputs["name"]),
        computed: { arn: arn("kms", ({ id }) => id) },
        refuses: [
            {
                what: "an alias whose name does not begin with alias/",
                source: "https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html",
                because: ({ name }) =>
                    String(name).startsWith("alias/") ? undefined : `ValidationException: alias ${String(name)}`,
                refused: { name: "mine" },
            },
        ],
        latency: setting,
        permissions: ["kms:CreateAlias", "kms:DeleteAlias", "kms:ListAliases", "kms:UpdateAlias"],
    },
];

export const examples: Readonly<Record<string, Values>> = {
    "aws:kms/key:Key": { description: "an example", deletionWindowInDays: 30 },
    "aws:kms/alias:Alias": { name: "alias/example", targetKeyId: { example: "aws:kms/key:Key" } },
};
