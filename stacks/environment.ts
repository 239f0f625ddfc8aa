/**
 * The environment file, `stacks/<environment>.yaml`: everything about one platform that is not secret. Its JSON Schema
 * for editors is `stacks/environment.schema.json` (`npm run schema` writes it).
 */
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import { exitCodes, TidegateError } from "../automation/core/errors";
import { gateSettings } from "../automation/gates/settings";
import { nearest, readYamlFile } from "../automation/core/yamlFile";
import { repositoryRoot } from "../automation/core/repository";

const port = z
    .number()
    .int()
    .min(1024)
    .max(65535)
    .describe("A fixed loopback port. Default: any free one, kept once chosen.");
const share = z.number().min(0).max(0.5);
const hours = z
    .number()
    .int()
    .min(1)
    .max(24 * 365);

/** The name of an environment is the first part of its stacks' names, `<environment>-<layer>`. */
const environmentName = z
    .string()
    .regex(/^[a-z][a-z0-9]{0,19}$/, "1 to 20 lower-case letters and digits, a letter first");

export const environmentSchema = z
    .strictObject({
        name: environmentName.describe("Has to be the file's name."),
        state: z
            .strictObject({
                backend: z
                    .string()
                    .regex(
                        /^(file:\/\/.+|s3:\/\/.+|gs:\/\/.+|azblob:\/\/.+|https:\/\/.+|file)$/,
                        "'file', file://DIR, s3://…, gs://…, azblob://… or https://…",
                    )
                    .default("file")
                    .describe("Pulumi's backend URL; `file` is a folder inside the data directory."),
                ledger: z
                    .string()
                    .regex(/^(file|s3|gs|azblob):\/\/.+$/, "file://DIR, s3://…, gs://… or azblob://…")
                    .optional()
                    .describe(
                        "Where the ledger is kept. Default: beside the state; in the data directory where that is https://.",
                    ),
                secretsProvider: z
                    .string()
                    .regex(
                        /^(passphrase|awskms:\/\/.+|gcpkms:\/\/.+|azurekeyvault:\/\/.+|hashivault:\/\/.+)$/,
                        "passphrase, or the URL of a key: awskms://…, gcpkms://…, azurekeyvault://…, hashivault://…",
                    )
                    .default("passphrase"),
            })
            .prefault({}),
        dataset: z
            .string()
            .regex(/^[a-z][a-z0-9_]*$/, "the name of a file in sql/datasets")
            .default("taxi"),
        mode: z
            .enum(["batch", "streaming_bronze"])
            .default("batch")
            .describe("Whether bronze is filled by a batch job on demand or by a streaming job."),
        storage: z.discriminatedUnion("profile", [
            z.strictObject({
                profile: z.literal("embedded").describe("SeaweedFS as a process"),
                ports: z.strictObject({ s3: port.optional(), iceberg: port.optional() }).prefault({}),
            }),
        ]),
        broker: z.discriminatedUnion("profile", [
            z.strictObject({
                profile: z.literal("embedded").describe("Kafka in KRaft mode as a process"),
                security: z
                    .enum(["plaintext", "sasl_ssl"])
                    .default("plaintext")
                    .describe("sasl_ssl: SCRAM-SHA-512 over TLS"),
                events: z
                    .strictObject({
                        partitions: z.number().int().min(1).max(64).default(3),
                        retentionHours: hours.default(72),
                    })
                    .prefault({}),
                deadLetters: z
                    .strictObject({
                        partitions: z.number().int().min(1).max(64).default(1),
                        retentionHours: hours.default(168),
                    })
                    .prefault({}),
                ports: z.strictObject({ broker: port.optional() }).prefault({}),
            }),
        ]),
        catalog: z.discriminatedUnion("type", [
            z.strictObject({
                type: z.literal("rest"),
                profile: z.literal("embedded").describe("the Iceberg REST catalog in SeaweedFS"),
            }),
            z.strictObject({
                type: z.literal("hadoop"),
                profile: z.literal("embedded").describe("files; not safe for several writers, so `local` only"),
            }),
        ]),
        runtime: z.discriminatedUnion("profile", [
            z.strictObject({
                profile: z.literal("embedded").describe("a Flink session cluster as processes"),
                parallelism: z.number().int().min(1).max(64).default(2),
                taskSlots: z.number().int().min(1).max(64).default(8),
                checkpointIntervalSeconds: z.number().int().min(1).max(3600).default(10),
                ports: z.strictObject({ rest: port.optional(), sqlGateway: port.optional() }).prefault({}),
            }),
        ]),
        dbt: z.strictObject({ threads: z.number().int().min(1).max(64).default(2) }).prefault({}),
        observability: z.discriminatedUnion("profile", [
            z.strictObject({ profile: z.literal("embedded").describe("metrics through Flink's REST API") }),
        ]),
        events: z
            .strictObject({
                count: z.number().int().min(1).max(50_000_000).default(100_000),
                seed: z
                    .number()
                    .int()
                    .min(0)
                    .max(2 ** 31 - 1)
                    .default(20240101),
                shares: z
                    .strictObject({
                        duplicates: share.default(0.01).describe("sent twice"),
                        late: share.default(0.02).describe("older than their neighbours, and valid"),
                        filtered: share.default(0.01).describe("break a filter rule: in bronze, not in silver"),
                        broken: share.default(0.001).describe("go to the dead-letter topic"),
                    })
                    .prefault({}),
            })
            .prefault({})
            .describe("The events that are generated where no file is given."),
        gates: gateSettings.prefault({}),
    })
    .superRefine((environment, context) => {
        const complain = (path: string[], message: string) => context.addIssue({ code: "custom", path, message });
        if (environment.catalog.type === "hadoop" && environment.name !== "local")
            complain(
                ["catalog", "type"],
                "'hadoop' is not safe for several writers: only the environment 'local' may use it",
            );
        if (environment.runtime.parallelism > environment.runtime.taskSlots)
            complain(
                ["runtime", "parallelism"],
                `has to be at most runtime.taskSlots (${environment.runtime.taskSlots}), or no job can start`,
            );
        const { duplicates, late, filtered, broken } = environment.events.shares;
        if (duplicates + late + filtered + broken > 0.9)
            complain(["events", "shares"], "add up to more than 0.9: too few ordinary events would be left");
        if (
            environment.mode === "streaming_bronze" &&
            environment.runtime.taskSlots < environment.runtime.parallelism * 2
        )
            complain(
                ["runtime", "taskSlots"],
                "has to be at least twice runtime.parallelism: the streaming job holds its slots while silver runs",
            );
        const ports = [environment.storage.ports, environment.broker.ports, environment.runtime.ports].flatMap(
            (group) => Object.values(group),
        );
        if (new Set(ports).size !== ports.length) complain([], "one port is given twice");
    });

export type EnvironmentFile = z.infer<typeof environmentSchema>;

/** An environment file as it was read, with what follows from where it lies and from the process's environment. */
export interface Environment extends EnvironmentFile {
    readonly file: string;
    /** Holds state, data, logs and reports of an embedded environment; absolute. */
    readonly dataDirectory: string;
    /** `state.backend` with `file` resolved. */
    readonly backendUrl: string;
    /** File of the passphrase, mode 0600; null where another secrets provider is used. */
    readonly passphraseFile: string | null;
}

export function environmentFile(name: string): string {
    return join(repositoryRoot, "stacks", `${name}.yaml`);
}

/** `TIDEGATE_DATA`, else `$XDG_DATA_HOME/tidegate`, else `~/.local/share/tidegate`; a folder per environment in it. */
export function dataRoot(variables: NodeJS.ProcessEnv = process.env): string {
    if (variables.TIDEGATE_DATA) return variables.TIDEGATE_DATA;
    return join(variables.XDG_DATA_HOME || join(homedir(), ".local", "share"), "tidegate");
}

function unknownEnvironment(name: string, file: string): TidegateError {
    const found = existsSync(dirname(file)) ? readdirSync(dirname(file)) : [];
    const names = found
        .filter((entry) => /^[a-z][a-z0-9]*\.yaml$/.test(entry))
        .map((entry) => entry.slice(0, -".yaml".length));
    return new TidegateError(`There is no environment '${name}': ${file} does not exist.`, {
        code: "environment-unknown",
        hint:
            nearest(name, names) ||
            `There is ${names.join(", ") || "none"}. docs/environments.md tells how to write one.`,
        exitCode: exitCodes.usage,
    });
}

export async function loadEnvironment(name: string, variables: NodeJS.ProcessEnv = process.env): Promise<Environment> {
    if (!environmentName.safeParse(name).success)
        throw new TidegateError(`'${name}' cannot be the name of an environment.`, {
            code: "environment-invalid",
            hint: "1 to 20 lower-case letters and digits, a letter first, e.g. `local`.",
            exitCode: exitCodes.usage,
        });
    const file = variables.TIDEGATE_ENVIRONMENT_FILE || environmentFile(name);
    if (!existsSync(file)) throw unknownEnvironment(name, file);
    const parsed = await readYamlFile(file, environmentSchema, {
        kind: "environment file",
        code: "environment-invalid",
        hint: "docs/environments.md describes every key; editors complete them by stacks/environment.schema.json.",
    });
    if (parsed.name !== name)
        throw new TidegateError(`${file} says 'name: ${parsed.name}', but the environment is '${name}'.`, {
            code: "environment-invalid",
            hint: "The file's name and `name` have to agree.",
            exitCode: exitCodes.usage,
        });
    const dataDirectory = join(dataRoot(variables), name);
    return {
        ...parsed,
        file,
        dataDirectory,
        backendUrl: parsed.state.backend === "file" ? `file://${join(dataDirectory, "state")}` : parsed.state.backend,
        passphraseFile: parsed.state.secretsProvider === "passphrase" ? join(dataDirectory, "passphrase") : null,
    };
}
