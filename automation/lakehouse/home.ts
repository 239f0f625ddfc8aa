/**
 * What Pulumi needs on disk and in its environment for the layers of one environment. The driver and plain `pulumi`
 * use the same, so that they are one: same backend, same secrets provider, same stack files, same salt.
 */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { exitCodes, TidegateError } from "../core/errors";
import { loaderFile, projectName, repositoryRoot } from "../core/repository";
import { stackFileName } from "../core/stackFile";
import {
    checkpointVersion,
    fileBackend,
    hasPending,
    readCheckpoint,
    stackExists,
    stateFile,
    stacksIn,
    type FileState,
} from "../engine/state";
import { breakDeadLocks, stackLocks } from "../engine/deadLocks";
import type { Home, PolicyPack, StackTarget } from "../engine/target";
import { rehearsalAround, rehearsalVariable } from "../rehearsal/place";
import { simulated } from "../rehearsal/tables";
import { dataRoot, type Environment } from "../../stacks/environment";
import { isBucketUrl, ledgerIn } from "../ledger/place";
import { noSecretsPack, productionPack } from "../../policy/own";
import { productionLevel } from "../../stacks/settings/policies";
import type { EngineTools } from "../toolchain";
import { toolEnvironment } from "../toolchain";

export class LakehouseHome implements Home {
    readonly environment: string;
    readonly directory: string;
    readonly ledger: string;
    readonly simulated: boolean;
    /** Everything is in the environment's file, which is an input as a whole. */
    readonly settings = {};
    readonly policyPacks: readonly PolicyPack[];

    constructor(
        private readonly file: Environment,
        private readonly layers: readonly string[],
        private readonly tools: EngineTools,
    ) {
        this.environment = file.name;
        this.directory = file.dataDirectory;
        this.ledger = ledgerOf(file);
        this.simulated = file.rehearsal !== null;
        this.policyPacks = policyPacksOf(file);
    }

    async prepare(): Promise<void> {
        await prepareHome(this.file);
        for (const layer of this.layers) await checkpointOf(this.file, stackName(this.file, layer));
    }

    variables(): Promise<Record<string, string>> {
        return Promise.resolve(engineVariables(this.file, this.tools));
    }

    workDirectory(layer: string): Promise<string> {
        return prepareWorkDirectory(this.file, stackName(this.file, layer));
    }

    async target(layer: string): Promise<StackTarget> {
        const stack = stackName(this.file, layer);
        await prepareHome(this.file);
        await checkpointOf(this.file, stack);
        const workDirectory = await prepareWorkDirectory(this.file, stack);
        await restoreStackFile(this.file, stack);
        return {
            stack,
            fullName: `organization/${projectName}/${stack}`,
            workDirectory,
            variables: engineVariables(this.file, this.tools),
            policyPacks: this.policyPacks,
            secretsProvider: this.file.state.secretsProvider,
            checkpoint: stateFile(stateOf(this.file, stack)),
            exists: layerExists(this.file, layer),
        };
    }

    unlock(layer: string): Promise<string[]> {
        const locks = stackLocks(this.file.backendUrl, () => this.variables());
        return breakDeadLocks(locks, stateOf(this.file, stackName(this.file, layer)));
    }

    version(layer: string): Promise<string | undefined> {
        const stack = stackName(this.file, layer);
        return checkpointVersion(stateOf(this.file, stack), {
            stack,
            fullName: `organization/${projectName}/${stack}`,
            workDirectory: repositoryRoot,
            variables: engineVariables(this.file, this.tools),
        });
    }

    pending(layer: string): Promise<boolean | undefined> {
        return hasPending(stateOf(this.file, stackName(this.file, layer)));
    }

    exists(layer: string): Promise<boolean | undefined> {
        return Promise.resolve(layerExists(this.file, layer));
    }
}

/** What every stack of an environment has to pass. */
function policyPacksOf(environment: Environment): PolicyPack[] {
    const { policies, rehearsal } = environment;
    const { secrets, levels, secretsProviders, tags } = policies;
    const level = productionLevel(environment);
    return [
        noSecretsPack(secrets),
        productionPack({ level, levels, secretsProviders, tags, simulated: rehearsal !== null }),
    ].filter((pack) => pack !== undefined);
}

/**
 * The URL of an environment's ledger: beside the state. Its folder and the data directory are of one environment; a bucket may be of several.
 * @throws TidegateError `state-simulated`: simulated runs would be listed, resumed and promoted as real ones
 */
export function ledgerOf(environment: Environment): string {
    refuseSimulated(environment);
    return ledgerUrl(environment);
}

function ledgerUrl({ name, state, backendUrl, dataDirectory }: Environment): string {
    const named = state.ledger ?? (isBucketUrl(backendUrl) ? backendUrl : undefined);
    if (named === undefined) return `file://${join(fileBackend(backendUrl) ?? dataDirectory, ".tidegate")}`;
    const folder = fileBackend(named);
    return ledgerIn(folder === null ? named : `file://${folder}`, name);
}

const stateOf = (environment: Pick<Environment, "backendUrl">, stack: string): FileState => ({
    directory: stateDirectory(environment),
    project: projectName,
    stack,
});

/** Whether the stack of a layer is there; undefined where only Pulumi can tell. */
export const layerExists = (environment: Environment, layer: string): boolean | undefined =>
    stackExists(stateOf(environment, stackName(environment, layer)));

const checkpointOf = (environment: Environment, stack: string): Promise<unknown> =>
    readCheckpoint(
        stateOf(environment, stack),
        `Where no copy is left, \`npx tidegate down ${environment.name} --force\` takes the platform away without Pulumi, with its data.`,
    );

export const stackName = (environment: Pick<Environment, "name">, layer: string): string =>
    `${environment.name}-${layer}`;

/** Folder of the stacks' files: that of the checkout, of which a rehearsal touches nothing. */
const stacksDirectory = ({ rehearsal }: Pick<Environment, "rehearsal">): string =>
    join(rehearsal ?? repositoryRoot, "stacks");

/** File of a stack's encryption settings and `secure:` values. */
export const stackFile = (environment: Pick<Environment, "rehearsal">, stack: string): string =>
    join(stacksDirectory(environment), stackFileName(stack));

/** The folder of the file backend; null for any other. */
export const stateDirectory = (environment: Pick<Environment, "backendUrl">): string | null =>
    fileBackend(environment.backendUrl);

/** Environment variables with which `pulumi`, and the program that it runs, are of this environment. */
function engineVariables(environment: Environment, tools: EngineTools): Record<string, string> {
    return {
        ...toolEnvironment(tools),
        PULUMI_BACKEND_URL: environment.backendUrl,
        ...(environment.passphraseFile === null ? {} : { PULUMI_CONFIG_PASSPHRASE_FILE: environment.passphraseFile }),
        // Selections and caches of the CLI: inside the data directory, so that `down` leaves nothing behind.
        PULUMI_HOME: join(environment.dataDirectory, "pulumi"),
        TIDEGATE_DATA: dataRoot(),
        ...(environment.rehearsal === null ? {} : { [rehearsalVariable]: environment.rehearsal }),
        TIDEGATE_CACHE: tools.cache,
    };
}

/**
 * Makes the data directory, the passphrase and the state's folder where they are missing. Idempotent.
 * @throws TidegateError `passphrase-missing` where stacks are there that a lost passphrase has encrypted
 */
export async function prepareHome(environment: Environment): Promise<void> {
    refuseSimulated(environment);
    await mkdir(environment.dataDirectory, { recursive: true, mode: 0o700 });
    if (environment.rehearsal !== null) await mkdir(stacksDirectory(environment), { recursive: true });
    await mkdir(join(environment.dataDirectory, "pulumi"), { recursive: true });
    const state = stateDirectory(environment);
    if (state !== null) await mkdir(state, { recursive: true, mode: 0o700 });
    if (environment.passphraseFile !== null) {
        if (!existsSync(environment.passphraseFile) && (await stacksIn(state, projectName)).length > 0)
            throw new TidegateError(
                `The passphrase of ${environment.name} is gone: there is no ${environment.passphraseFile}, but there are stacks in ${state} whose secrets it encrypts.`,
                {
                    code: "passphrase-missing",
                    hint: `Put the file back from a copy. Where there is none, \`npx tidegate down ${environment.name} --force\` takes the platform away without Pulumi, with its data.`,
                    exitCode: exitCodes.usage,
                },
            );
        try {
            await writeFile(environment.passphraseFile, `${randomBytes(32).toString("base64url")}\n`, {
                flag: "wx",
                mode: 0o600,
            });
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
            await chmod(environment.passphraseFile, 0o600);
        }
    }
}

/** @throws TidegateError `state-simulated` where what is meant for real names what a rehearsal has written */
function refuseSimulated(environment: Environment): void {
    if (environment.rehearsal !== null) return;
    const folders = [stateDirectory(environment), fileBackend(ledgerUrl(environment))].filter((one) => one !== null);
    const simulatedFolder = folders.find((folder) => rehearsalAround(folder) !== undefined);
    if (simulatedFolder === undefined) return;
    throw new TidegateError(
        `${environment.name} would take ${simulatedFolder} for real, which a rehearsal has written.`,
        {
            code: "state-simulated",
            hint: `Correct 'state' in ${environment.file}: nothing of what stands there exists.`,
            exitCode: exitCodes.usage,
        },
    );
}

/** Writes the generated project of one stack and returns its folder. */
export async function prepareWorkDirectory(environment: Environment, stack: string): Promise<string> {
    const directory = join(environment.dataDirectory, "work", stack);
    await mkdir(directory, { recursive: true });
    const committed = z
        .looseObject({ runtime: z.looseObject({ options: z.looseObject({}) }) })
        .parse(parse(await readFile(join(repositoryRoot, "Pulumi.yaml"), "utf8")));
    // The committed one is relative to the checkout, where plain `pulumi` runs the program; language hosts split this as
    // a shell does.
    const options = { ...committed.runtime.options, nodeargs: `--require '${loaderFile}'` };
    const project = {
        name: projectName,
        runtime: { ...committed.runtime, options },
        main: join(repositoryRoot, "index.ts"),
        stackConfigDir: relative(directory, stacksDirectory(environment)),
        plugins: { providers: [...providers(environment)] },
    };
    await writeFile(join(directory, "Pulumi.yaml"), stringify(project));
    return directory;
}

/** The plugins that are named by their folder. Those of clouds, and the own one, are simulated in a rehearsal; real ones of clouds are Pulumi's to find. */
function providers({ rehearsal }: Pick<Environment, "rehearsal">): { readonly name: string; readonly path: string }[] {
    if (rehearsal === null) return [{ name: "tidegate", path: join(repositoryRoot, "components", "provider") }];
    const path = join(repositoryRoot, "automation", "rehearsal", "provider");
    return simulated.map((name) => ({ name, path }));
}

const checkpointSchema = z.looseObject({
    checkpoint: z.looseObject({
        latest: z
            .looseObject({
                secrets_providers: z.looseObject({ state: z.looseObject({ salt: z.string() }).optional() }).optional(),
            })
            .nullish(),
    }),
});

/**
 * Makes the salt of a stack's file that of its state, where the file holds nothing else. In a fresh clone the ignored
 * file of a local stack is missing while its state is there, and Pulumi would encrypt with a new salt and call every
 * secret changed. And a platform that was taken down from another clone leaves its files in this one, with a salt that
 * the next platform's passphrase does not fit.
 */
export async function restoreStackFile(environment: Environment, stack: string): Promise<void> {
    if (environment.state.secretsProvider !== "passphrase" || stateDirectory(environment) === null) return;
    const file = stackFile(environment, stack);
    const content = existsSync(file) ? ((parse(await readFile(file, "utf8")) ?? {}) as unknown) : undefined;
    const own = saltFile.safeParse(content ?? {});
    // Somebody's `secure:` values: they are encrypted with the salt that stands beside them.
    if (!own.success) return;
    const parsed = checkpointSchema.safeParse(await checkpointOf(environment, stack));
    const salt = parsed.success ? parsed.data.checkpoint.latest?.secrets_providers?.state?.salt : undefined;
    if (salt === own.data.encryptionsalt) return;
    if (salt === undefined) await rm(file, { force: true });
    else await writeFile(file, stringify({ encryptionsalt: salt }));
}

/** A stack's file as Pulumi makes it. */
const saltFile = z.strictObject({ encryptionsalt: z.string().optional() });
