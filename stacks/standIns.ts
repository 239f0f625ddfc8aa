/**
 * Contracts of layers that do not exist yet, for previews only: right in shape, and recognisable wherever they turn up.
 */
import type { Contract, Layer } from "./contracts";

const host = "stand-in.invalid";

export const standIns: { readonly [L in Layer]: Contract<L> } = {
    storage: {
        profile: "embedded",
        endpoint: `http://${host}:1`,
        region: "us-east-1",
        pathStyle: true,
        ssl: false,
        bucket: "stand-in",
        warehouse: "s3://stand-in",
        checkpoints: "file:///stand-in/checkpoints",
        savepoints: "file:///stand-in/savepoints",
        services: { masterAddress: `${host}:1`, icebergRest: `http://${host}:1` },
        credentials: { accessKeyId: "stand-in-access-key", secretAccessKey: "stand-in-secret-key" },
    },
    broker: {
        profile: "embedded",
        bootstrapServers: `${host}:1`,
        securityProtocol: "PLAINTEXT",
        saslMechanism: null,
        caPem: null,
        caFile: null,
        clientProperties: {},
        topics: { events: "stand-in", deadLetters: "stand-in.dlq", probe: "stand-in.probe" },
        credentials: null,
    },
    catalog: {
        profile: "embedded",
        type: "rest",
        uri: `http://${host}:1`,
        warehouse: "s3://stand-in",
        auth: { mode: "none" },
        attach: false,
    },
    runtime: {
        profile: "embedded",
        flinkRest: `http://${host}:1`,
        sqlGateway: `http://${host}:1`,
        parallelism: 1,
        savepoints: "file:///stand-in/savepoints",
        jobs: [],
        dbt: { target: "embedded", duckdbFile: "/stand-in/lakehouse.duckdb", threads: 1 },
    },
    observability: { profile: "embedded", metrics: {} },
};
