/** Environment files to migrate from and to. */
import { join } from "node:path";
import { parse } from "yaml";
import { repositoryRoot } from "../../../automation/core/repository";
import type { Side } from "../../../automation/lakehouse/migration/mixes";
import { environmentSchema } from "../../../stacks/environment";
import { editedEnvironment, type Edits } from "../../_helpers/editedEnvironment";

export const sideOf = (text: string, file = "/somewhere/environment.yaml"): Side => {
    const raw = parse(text) as Record<string, unknown>;
    return { file, text, raw, settings: environmentSchema.parse(raw) };
};

/** One of stacks/, with other values at some keys. */
export const example = (name: string, edits: Edits = {}): Side =>
    sideOf(editedEnvironment(name, edits), join(repositoryRoot, "stacks", `${name}.yaml`));

/** A Flink that somebody else runs, which reaches any cloud: every axis can move by itself. */
export const reachable = (name: string, more: Readonly<Record<string, unknown>> = {}): Side =>
    example("local", {
        name,
        mode: "streaming_bronze",
        protectData: false,
        aws: { accountId: "123456789012", region: "eu-west-1" },
        gcp: { project: "example-lakehouse", region: "europe-west1" },
        storage: { profile: "s3" },
        broker: kafka("one"),
        catalog: catalog("one"),
        runtime: flink("one"),
        ...more,
    });

export const kafka = (name: string) => ({
    profile: "external",
    bootstrapServers: `${name}.kafka.example.com:9094`,
    securityProtocol: "SSL",
});
export const catalog = (name: string) => ({
    profile: "external",
    uri: `https://${name}.catalog.example.com/catalog`,
    warehouse: "lake",
    attach: true,
});
export const flink = (name: string) => ({
    profile: "external",
    flinkRest: `https://${name}.flink.example.com`,
    sqlGateway: `https://${name}.sql.example.com`,
    connector: "plain",
});
