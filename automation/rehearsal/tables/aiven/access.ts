/** Aiven for Apache Kafka: users and what they may do. */
import type { Values } from "../../../../components/provider/values";
import type { Row } from "../../row";
import { setting } from "../latencies";
import { idIn, inService, page, place, serviceToken } from "./common";

const userToken = "aiven:index/kafkaUser:KafkaUser";
const aclToken = "aiven:index/kafkaAcl:KafkaAcl";
const nativeToken = "aiven:index/kafkaNativeAcl:KafkaNativeAcl";
const acls = "https://aiven.io/docs/products/kafka/concepts/acl";

const rule = ["resourceType", "resourceName", "patternType", "principal", "operation", "permissionType"] as const;
const resourceTypes = ["Cluster", "DelegationToken", "Group", "Topic", "TransactionalId", "User"];
const operations =
    /^(All|Alter|AlterConfigs|ClusterAction|Create|CreateTokens|Delete|Describe|DescribeConfigs|DescribeTokens|IdempotentWrite|Read|Write)$/;

export const rows: readonly Row[] = [
    {
        token: userToken,
        source: page("kafkauser"),
        replaceOn: [...place, "username"],
        required: [...place, "username"],
        unique: [...place, "username"],
        references: inService,
        id: ({ inputs }) => idIn(inputs, inputs["username"]),
        computed: {
            password: ({ token }) => `SIMU_${token}${token}`,
            accessCert: ({ token }) => `-----BEGIN CERTIFICATE-----\n${token}\n-----END CERTIFICATE-----`,
            accessKey: ({ token }) => `simulated key ${token}`,
            type: () => "normal",
        },
        secret: ["password", "accessCert", "accessKey"],
        refuses: [
            {
                what: "the user that Aiven makes with each service",
                source: acls,
                because: ({ username }) =>
                    username === "avnadmin" ? "409: Service user already exists: avnadmin" : undefined,
                refused: { username: "avnadmin" },
            },
            {
                what: "a password of fewer than 8 or more than 256 characters",
                source: page("kafkauser"),
                because: ({ password }) =>
                    password === undefined || (String(password).length >= 8 && String(password).length <= 256)
                        ? undefined
                        : "400: expected length of password to be in the range (8 - 256)",
                refused: { password: "short" },
            },
        ],
        latency: setting,
        permissions: ["service:users:write"],
    },
    {
        token: aclToken,
        source: page("kafkaacl"),
        replaceOn: [...place, "permission", "topic", "username"],
        required: [...place, "permission", "topic", "username"],
        unique: [...place, "permission", "topic", "username"],
        references: inService,
        id: ({ inputs, token }) => idIn(inputs, `acl${token}`),
        computed: { aclId: ({ token }) => `acl${token}` },
        refuses: [
            {
                what: "a permission of Aiven other than admin, read, readwrite and write",
                source: page("kafkaacl"),
                because: ({ permission }) =>
                    ["admin", "read", "readwrite", "write"].includes(String(permission))
                        ? undefined
                        : `expected permission to be one of admin, read, readwrite, write, got ${String(permission)}`,
                refused: { permission: "consume" },
            },
        ],
        latency: setting,
        permissions: ["service:data:write"],
    },
    {
        token: nativeToken,
        source: page("kafkanativeacl"),
        replaceOn: [...place, ...rule, "host"],
        required: [...place, ...rule],
        unique: [...place, ...rule, "host"],
        references: inService,
        id: ({ inputs, token }) => idIn(inputs, `acl${token}`),
        computed: {},
        refuses: [
            {
                what: "a rule of a kind of resource, pattern, operation or permission that Kafka does not know",
                source: page("kafkanativeacl"),
                because: ({ resourceType, patternType, operation, permissionType }) => {
                    if (!resourceTypes.includes(String(resourceType)))
                        return `expected resource_type to be one of ${resourceTypes.join(", ")}, got ${String(resourceType)}`;
                    if (!["LITERAL", "PREFIXED"].includes(String(patternType)))
                        return `expected pattern_type to be one of LITERAL, PREFIXED, got ${String(patternType)}`;
                    if (!operations.test(String(operation))) return `unknown operation ${String(operation)}`;
                    return ["ALLOW", "DENY"].includes(String(permissionType))
                        ? undefined
                        : `expected permission_type to be one of ALLOW, DENY, got ${String(permissionType)}`;
                },
                refused: { resourceType: "TOPIC" },
            },
            {
                what: "a rule whose principal is not written User:name",
                source: page("kafkanativeacl"),
                because: ({ principal }) =>
                    /^User:.+/.test(String(principal)) && String(principal).length <= 256
                        ? undefined
                        : `invalid principal ${String(principal)}`,
                refused: { principal: "example" },
            },
        ],
        latency: setting,
        permissions: ["service:data:write"],
    },
];

const inExample = {
    project: { example: serviceToken, by: "project" },
    serviceName: { example: serviceToken, by: "serviceName" },
};

export const examples: Readonly<Record<string, Values>> = {
    [userToken]: { ...inExample, username: "example" },
    [aclToken]: { ...inExample, permission: "read", topic: "example", username: "example" },
    [nativeToken]: {
        ...inExample,
        resourceType: "Topic",
        resourceName: "example",
        patternType: "LITERAL",
        principal: "User:example",
        operation: "Read",
        permissionType: "ALLOW",
        host: "*",
    },
};
