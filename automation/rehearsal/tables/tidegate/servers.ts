/** What the provider asks storage, brokers and Flink for. */
import { createHash } from "node:crypto";
import type { Values } from "../../../../components/provider/values";
import type { Latency, Making, Row } from "../../row";

const source = (file: string): string => `components/provider/resources/${file}.ts`;
const asked: Latency = {
    create: 1,
    update: 1,
    delete: 1,
    source: "a few calls on this machine; no published figure, counted as a second",
};
const started: Latency = {
    create: 10,
    update: 20,
    delete: 10,
    source: "a job is started, or stopped with a savepoint: seconds each, as it was measured on a laptop",
};

const tokens = {
    bucket: "tidegate:embedded:Bucket",
    topic: "tidegate:embedded:KafkaTopic",
    job: "tidegate:embedded:FlinkSqlJob",
} as const;

/** Of what a server keeps in its data. */
export const keptTokens: readonly string[] = [tokens.bucket, tokens.topic];

const byName = ({ inputs }: Pick<Making, "inputs">): string => String(inputs["name"]);

const s3 = {
    endpoint: "http://127.0.0.1:8333",
    credentials: { accessKeyId: "an example", secretAccessKey: "an example" },
};

export const rows: readonly Row[] = [
    {
        token: tokens.bucket,
        source: source("bucket"),
        replaceOn: ["name"],
        required: ["connection", "name"],
        unique: ["connection.endpoint", "name"],
        // One that the credentials own is adopted.
        idempotent: true,
        id: byName,
        computed: {},
        refuses: [
            {
                what: "a name that S3 does not allow for a bucket",
                source: source("bucket"),
                because: ({ name }) =>
                    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(String(name))
                        ? undefined
                        : "name: 3 to 63 lower-case letters, digits, '.' or '-'",
                refused: { name: "Not_A_Bucket" },
            },
        ],
        latency: asked,
        permissions: [],
    },
    {
        token: tokens.topic,
        source: source("kafkaTopic"),
        replaceOn: ["name"],
        required: ["connection", "name"],
        unique: ["connection.bootstrapServers", "name"],
        idempotent: true,
        id: byName,
        computed: { replicationFactor: () => 1, config: () => ({}) },
        refuses: [
            {
                what: "a topic without partitions",
                source: source("kafkaTopic"),
                because: ({ partitions }) =>
                    partitions === undefined || Number(partitions) >= 1
                        ? undefined
                        : `partitions: at least 1, not ${String(partitions)}`,
                refused: { partitions: 0 },
            },
        ],
        latency: asked,
        permissions: [],
    },
    {
        token: tokens.job,
        source: source("flinkSqlJob"),
        replaceOn: ["name"],
        required: ["flinkRest", "sqlGateway", "name", "statements", "savepoints", "checkpoints"],
        unique: ["flinkRest", "name"],
        // A running one of that name is adopted.
        idempotent: true,
        computed: {
            jobId: ({ token }) => createHash("sha256").update(token).digest("hex").slice(0, 32),
            state: () => "RUNNING",
            running: () => true,
            digest: ({ inputs }) => createHash("sha256").update(JSON.stringify(inputs["statements"])).digest("hex"),
            savepoint: () => "",
            checkpoint: () => "",
            restoredFrom: () => "",
        },
        latency: started,
        permissions: [],
    },
];

export const examples: Readonly<Record<string, Values>> = {
    [tokens.bucket]: { connection: s3, name: "example" },
    [tokens.topic]: {
        connection: { bootstrapServers: "127.0.0.1:9092", securityProtocol: "PLAINTEXT" },
        name: "example",
        partitions: 1,
        config: { "retention.ms": "3600000" },
    },
    [tokens.job]: {
        flinkRest: "http://127.0.0.1:8081",
        sqlGateway: "http://127.0.0.1:8083",
        name: "example",
        statements: ["SELECT 1"],
        savepoints: "s3://checkpoints/savepoints",
        checkpoints: "s3://checkpoints/checkpoints",
    },
};
