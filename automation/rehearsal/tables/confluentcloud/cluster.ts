/** Environments and clusters. */
import { at, type Values } from "../../../../components/provider/values";
import type { Making, Row } from "../../row";
import { immediate } from "../latencies";
import { clusterCrn, clusterToken, environmentCrn, environmentToken, idIn, idOf, page, provider } from "./common";

const kinds = ["basic", "standard", "dedicated", "enterprises", "freights"] as const;
const kindsOf = (inputs: Values): string[] => kinds.filter((kind) => inputs[kind] !== undefined);
const types = "https://docs.confluent.io/cloud/current/clusters/cluster-types.html";
const several = ["MULTI_ZONE", "HIGH"];

const endpoint = ({ inputs, id }: Making): string =>
    `${id.replace(/^lkc/, "pkc")}.${String(inputs["region"])}.${String(inputs["cloud"]).toLowerCase()}.confluent.cloud`;

/** The most units that a cluster of elastic kind is asked to grow to. */
function maxEcku(inputs: Values): number | undefined {
    for (const kind of ["basic", "standard"]) {
        const value = at(inputs, [kind, "maxEcku"]);
        if (value !== undefined) return Number(value);
    }
    const value = at(inputs, ["enterprises", 0, "maxEcku"]);
    return value === undefined ? undefined : Number(value);
}

export const rows: readonly Row[] = [
    {
        token: environmentToken,
        source: page("environment"),
        replaceOn: [],
        unique: ["displayName"],
        id: idOf("env"),
        computed: { resourceName: ({ id }) => environmentCrn(id) },
        keeps: ({ id }, cloud) =>
            cloud.all(clusterToken).some(({ inputs }) => idIn(inputs, "environment") === id)
                ? `409 Conflict: the environment ${id} has Kafka clusters`
                : undefined,
        latency: immediate,
        permissions: ["OrganizationAdmin"],
    },
    {
        token: clusterToken,
        source: provider("resource_kafka_cluster"),
        replaceOn: ["availability", "cloud", "region", "environment", "network", "byokKey"],
        required: ["availability", "cloud", "region", "environment"],
        unique: [],
        id: idOf("lkc"),
        computed: {
            apiVersion: () => "cmk/v2",
            kind: () => "Cluster",
            bootstrapEndpoint: (making) => `SASL_SSL://${endpoint(making)}:9092`,
            restEndpoint: (making) => `https://${endpoint(making)}:443`,
            rbacCrn: ({ inputs, id }) => clusterCrn(idIn(inputs, "environment"), id),
            endpoints: () => [],
        },
        refuses: [
            {
                what: "a cluster of no kind, or of two",
                source: page("kafkacluster"),
                because: (inputs) =>
                    kindsOf(inputs).length === 1
                        ? undefined
                        : `exactly one of basic, standard, dedicated, enterprise, freight must be specified, got ${kindsOf(inputs).length}`,
                refused: { dedicated: { cku: 2 } },
            },
            {
                what: "a cloud or an availability that Confluent does not know",
                source: provider("resource_kafka_cluster"),
                because: ({ cloud, availability }) => {
                    if (!["AWS", "AZURE", "GCP"].includes(String(cloud)))
                        return `expected cloud to be one of AWS, AZURE, GCP, got ${String(cloud)}`;
                    return ["SINGLE_ZONE", "MULTI_ZONE", "LOW", "HIGH"].includes(String(availability))
                        ? undefined
                        : `expected availability to be one of SINGLE_ZONE, MULTI_ZONE, LOW, HIGH, got ${String(availability)}`;
                },
                refused: { cloud: "aws" },
            },
            {
                what: "a dedicated cluster in several zones with less than two units",
                source: `${types} (CKU purchase limits)`,
                because: (inputs) => {
                    const cku = at(inputs, ["dedicated", "cku"]);
                    const least = several.includes(String(inputs["availability"])) ? 2 : 1;
                    return cku === undefined || Number(cku) >= least
                        ? undefined
                        : `the minimum number of CKUs for ${String(inputs["availability"])} clusters is ${least}, got ${String(cku)}`;
                },
                refused: { standard: undefined, dedicated: { cku: 1 }, availability: "MULTI_ZONE" },
            },
            {
                what: "an elastic cluster in several zones that may have less than two units",
                source: page("kafkacluster"),
                because: (inputs) => {
                    const most = maxEcku(inputs);
                    return most !== undefined && most < 2 && several.includes(String(inputs["availability"]))
                        ? "Kafka clusters with HIGH availability must have at least two eCKUs"
                        : undefined;
                },
                refused: { standard: { maxEcku: 1 }, availability: "HIGH" },
            },
        ],
        keeps: ({ id, inputs }) =>
            inputs["deletionProtection"] === true
                ? `409 Conflict: deletion protection is enabled for the Kafka cluster ${id}`
                : undefined,
        latency: {
            create: 300,
            update: 60,
            delete: 60,
            source: `${types} (basic and standard: minutes, counted as five; a dedicated one takes about 25 minutes: ${page("kafkacluster")})`,
        },
        permissions: ["EnvironmentAdmin"],
    },
];

export const examples: Readonly<Record<string, Values>> = {
    [environmentToken]: { displayName: "example", streamGovernance: { package: "ESSENTIALS" } },
    [clusterToken]: {
        displayName: "example",
        availability: "SINGLE_ZONE",
        cloud: "AWS",
        region: "eu-west-1",
        environment: { id: { example: environmentToken } },
        standard: {},
    },
};
