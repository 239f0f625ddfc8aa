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
import { readRehearsal, rehearsalVariable } from "../automation/rehearsal/place";
import { layers, type Layer } from "./contracts";
import { misfits } from "./fit";
import { brokerSettings } from "./settings/broker";
import { catalogSettings } from "./settings/catalog";
import { cloudSettings, type Cloud, type CloudSettings } from "./settings/clouds";
import { environmentName } from "./settings/common";
import { eventSettings } from "./settings/events";
import { foundationSettings } from "./settings/foundation";
import { observabilitySettings } from "./settings/observability";
import { forbiddenProvider, policySettings } from "./settings/policies";
import { dbtSettings, runtimeSettings } from "./settings/runtime";
import { secretSettings } from "./settings/secrets";
import { stateSettings } from "./settings/state";
import { storageSettings } from "./settings/storage";
import { transforms } from "./transforms";

/** A layer that is not named is not there. */
const layerSettings = {
    foundation: foundationSettings.optional(),
    storage: storageSettings.optional(),
    broker: brokerSettings.optional(),
    catalog: catalogSettings.optional(),
    runtime: runtimeSettings.optional(),
    observability: observabilitySettings.optional(),
};

export const environmentSchema = z
    .strictObject({
        name: environmentName.describe("Has to be the file's name."),
        state: stateSettings,
        ...cloudSettings,
        dataset: z
            .string()
            .regex(/^[a-z][a-z0-9_]*$/, "the name of a file in sql/datasets")
            .default("taxi"),
        mode: z
            .enum(["batch", "streaming_bronze"])
            .default("batch")
            .describe("Whether bronze is filled by a batch job on demand or by a streaming job."),
        ...layerSettings,
        secrets: secretSettings,
        dbt: dbtSettings,
        events: eventSettings,
        gates: gateSettings.prefault({}),
        policies: policySettings,
    })
    .superRefine((environment, context) => {
        const complain = (path: readonly string[], message: string) =>
            context.addIssue({ code: "custom", path: [...path], message });
        for (const { path, message, hint } of misfits(environment))
            complain(
                path.filter((key) => key !== ""),
                // Some are whole sentences, for whoever uses a component by itself.
                `${message.replace(/\.$/, "")}. ${hint}`,
            );
        const provider = forbiddenProvider(environment);
        if (provider !== undefined) complain(["state", "secretsProvider"], provider);
        const { duplicates, late, filtered, broken } = environment.events.shares;
        if (duplicates + late + filtered + broken > 0.9)
            complain(["events", "shares"], "add up to more than 0.9: too few ordinary events would be left");
        const ports = fixedPorts(environment).map(({ port }) => port);
        if (new Set(ports).size !== ports.length) complain([], "one port is given twice");
    });

export type EnvironmentFile = z.infer<typeof environmentSchema>;

/** The layers that an environment has, in no order: a platform may end at any of them. */
export const layersOf = (environment: { readonly [L in Layer]?: unknown }): Layer[] =>
    layers.filter((layer) => environment[layer] !== undefined);

/**
 * What an environment says of one of its layers.
 * @throws TidegateError `layer-missing`
 */
export function settingsOf<L extends Layer>(environment: Environment, layer: L): NonNullable<EnvironmentFile[L]> {
    const settings = environment[layer];
    if (settings !== undefined) return settings as NonNullable<EnvironmentFile[L]>;
    throw new TidegateError(`${environment.name} has no ${layer}: ${environment.file} says nothing of it.`, {
        code: "layer-missing",
        hint: `It has ${layersOf(environment).join(", ")}. docs/environments.md describes the others.`,
        exitCode: exitCodes.usage,
    });
}

/** What a component outside this machine is told of an environment. */
export function platformArgs(environment: Environment, layer: Layer) {
    const transform = transforms[layer];
    return {
        environment: environment.name,
        tags: environment.tags,
        protectData: environment.protectData,
        ...(transform === undefined ? {} : { transform }),
    };
}

/** What a component of a cloud is told of an environment, with the account that it is in. */
export function cloudArgs<C extends Cloud>(environment: Environment, layer: Layer, cloud: C) {
    const account = environment[cloud];
    if (account === undefined)
        throw new TidegateError(`${layer} of ${environment.name} needs the key '${cloud}' of ${environment.file}.`, {
            code: "environment-invalid",
            exitCode: exitCodes.usage,
        });
    return { ...platformArgs(environment, layer), account: account as CloudSettings[C] };
}

/** Ports that the file fixes, and the key that does. */
export function fixedPorts(
    environment: Pick<EnvironmentFile, Layer>,
): { readonly layer: Layer; readonly key: string; readonly port: number }[] {
    return layersOf(environment).flatMap((layer) => {
        const settings = environment[layer];
        const ports = settings !== undefined && "ports" in settings ? settings.ports : {};
        return Object.entries(ports).flatMap(([name, port]) =>
            port === undefined ? [] : [{ layer, key: `${layer}.ports.${name}`, port }],
        );
    });
}

/** An environment file as it was read, with what follows from where it lies and from the process's environment. */
export interface Environment extends EnvironmentFile {
    readonly file: string;
    /** Holds state, data, logs and reports of an embedded environment; absolute. */
    readonly dataDirectory: string;
    /** `state.backend` with `file` resolved. */
    readonly backendUrl: string;
    /** File of the passphrase, mode 0600; null where another secrets provider is used. */
    readonly passphraseFile: string | null;
    /** Absolute folder of the rehearsal that this is; null where it is meant. */
    readonly rehearsal: string | null;
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

/** @throws TidegateError `environment-invalid` */
export const readEnvironmentFile = (file: string): Promise<EnvironmentFile> =>
    readYamlFile(file, environmentSchema, {
        kind: "environment file",
        code: "environment-invalid",
        hint: "docs/environments.md describes every key; editors complete them by stacks/environment.schema.json.",
    });

export async function loadEnvironment(name: string, variables: NodeJS.ProcessEnv = process.env): Promise<Environment> {
    if (!environmentName.safeParse(name).success)
        throw new TidegateError(`'${name}' cannot be the name of an environment.`, {
            code: "environment-invalid",
            hint: "1 to 20 lower-case letters and digits, a letter first, e.g. `local`.",
            exitCode: exitCodes.usage,
        });
    const file = variables.TIDEGATE_ENVIRONMENT_FILE || environmentFile(name);
    if (!existsSync(file)) throw unknownEnvironment(name, file);
    const parsed = await readEnvironmentFile(file);
    if (parsed.name !== name)
        throw new TidegateError(`${file} says 'name: ${parsed.name}', but the environment is '${name}'.`, {
            code: "environment-invalid",
            hint: "The file's name and `name` have to agree.",
            exitCode: exitCodes.usage,
        });
    const rehearsal = variables[rehearsalVariable] || null;
    if (rehearsal !== null) return rehearsed(parsed, file, rehearsal);
    const dataDirectory = join(dataRoot(variables), name);
    return {
        ...parsed,
        file,
        dataDirectory,
        backendUrl: parsed.state.backend === "file" ? `file://${join(dataDirectory, "state")}` : parsed.state.backend,
        passphraseFile: parsed.state.secretsProvider === "passphrase" ? join(dataDirectory, "passphrase") : null,
        rehearsal,
    };
}

/** State, ledger and passphrase of a rehearsal are its own, whatever the file says: nothing real is read or written. */
function rehearsed(parsed: EnvironmentFile, file: string, rehearsal: string): Environment {
    const { environment } = readRehearsal(rehearsal);
    if (environment !== parsed.name)
        throw new TidegateError(
            `${rehearsalVariable} names the rehearsal of '${environment}', not of '${parsed.name}'.`,
            {
                code: "rehearsal-of-another",
                hint: `Unset ${rehearsalVariable} in this shell to work on a real environment.`,
                exitCode: exitCodes.usage,
            },
        );
    return {
        ...parsed,
        state: stateSettings.parse({}),
        file,
        dataDirectory: rehearsal,
        backendUrl: `file://${join(rehearsal, "state")}`,
        passphraseFile: join(rehearsal, "passphrase"),
        rehearsal,
    };
}
