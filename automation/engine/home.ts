/**
 * What Pulumi needs on disk and in its environment for the stacks of one environment. The driver and plain `pulumi`
 * use the same, so that they are one: same backend, same secrets provider, same stack files, same salt.
 */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join, relative } from "node:path";
import { stringify } from "yaml";
import { z } from "zod";
import { parse } from "yaml";
import { exitCodes, TidegateError } from "../core/errors";
import { loaderFile, projectName, repositoryRoot } from "../core/repository";
import { inspect } from "../../components/provider/daemon/processes";
import { dataRoot, type Environment } from "../../stacks/environment";
import type { Tools } from "../toolchain";
import { toolEnvironment } from "../toolchain";

export const stackName = (environment: Pick<Environment, "name">, layer: string): string =>
    `${environment.name}-${layer}`;

const stacksDirectory = join(repositoryRoot, "stacks");

/** File of a stack's encryption settings and `secure:` values. */
export const stackFile = (stack: string): string => join(stacksDirectory, `Pulumi.${stack}.yaml`);

/** The folder of the file backend; null for any other. */
export function stateDirectory(environment: Pick<Environment, "backendUrl">): string | null {
    return environment.backendUrl.startsWith("file://") ? environment.backendUrl.slice("file://".length) : null;
}

/** Environment variables with which `pulumi`, and the program that it runs, are of this environment. */
export function engineVariables(environment: Environment, tools: Tools): Record<string, string> {
    return {
        ...toolEnvironment(tools),
        PULUMI_BACKEND_URL: environment.backendUrl,
        ...(environment.passphraseFile === null ? {} : { PULUMI_CONFIG_PASSPHRASE_FILE: environment.passphraseFile }),
        // Selections and caches of the CLI: inside the data directory, so that `down` leaves nothing behind.
        PULUMI_HOME: join(environment.dataDirectory, "pulumi"),
        TIDEGATE_DATA: dataRoot(),
        TIDEGATE_CACHE: tools.cache,
    };
}

/**
 * Makes the data directory, the passphrase and the state's folder where they are missing. Idempotent.
 * @throws TidegateError `passphrase-missing` where stacks are there that a lost passphrase has encrypted
 */
export async function prepareHome(environment: Environment): Promise<void> {
    await mkdir(environment.dataDirectory, { recursive: true, mode: 0o700 });
    await mkdir(join(environment.dataDirectory, "pulumi"), { recursive: true });
    const state = stateDirectory(environment);
    if (state !== null) await mkdir(state, { recursive: true, mode: 0o700 });
    if (environment.passphraseFile !== null) {
        if (!existsSync(environment.passphraseFile) && (await stacksIn(state)).length > 0)
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

/** Names of the stacks that the file backend holds. */
async function stacksIn(state: string | null): Promise<string[]> {
    if (state === null) return [];
    const names = await readdir(join(state, ".pulumi", "stacks", projectName)).catch(() => []);
    return names.filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -".json".length));
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
        stackConfigDir: relative(directory, stacksDirectory),
        plugins: { providers: [{ name: "tidegate", path: join(repositoryRoot, "components", "provider") }] },
    };
    await writeFile(join(directory, "Pulumi.yaml"), stringify(project));
    return directory;
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
    const file = stackFile(stack);
    const content = existsSync(file) ? ((parse(await readFile(file, "utf8")) ?? {}) as unknown) : undefined;
    const own = saltFile.safeParse(content ?? {});
    // Somebody's `secure:` values: they are encrypted with the salt that stands beside them.
    if (!own.success) return;
    const parsed = checkpointSchema.safeParse(await readCheckpoint(environment, stack));
    const salt = parsed.success ? parsed.data.checkpoint.latest?.secrets_providers?.state?.salt : undefined;
    if (salt === own.data.encryptionsalt) return;
    if (salt === undefined) await rm(file, { force: true });
    else await writeFile(file, stringify({ encryptionsalt: salt }));
}

/** A stack's file as Pulumi makes it. */
const saltFile = z.strictObject({ encryptionsalt: z.string().optional() });

const checkpointFile = (state: string, stack: string): string =>
    join(state, ".pulumi", "stacks", projectName, `${stack}.json`);

/**
 * The checkpoint of a stack in the file backend; undefined where there is none, and for other backends.
 * @throws TidegateError `state-unreadable`: Pulumi would only say that it could not deserialize something
 */
export async function readCheckpoint(environment: Environment, stack: string): Promise<unknown> {
    const state = stateDirectory(environment);
    if (state === null || !existsSync(checkpointFile(state, stack))) return undefined;
    const file = checkpointFile(state, stack);
    try {
        return JSON.parse(await readFile(file, "utf8"));
    } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        const backup = existsSync(`${file}.bak`) ? `Pulumi keeps the one before it in ${file}.bak: copy it over. ` : "";
        throw new TidegateError(`The state of ${stack}, ${file}, cannot be read: it is no JSON.`, {
            code: "state-unreadable",
            hint: `${backup}Where no copy is left, \`npx tidegate down ${environment.name} --force\` takes the platform away without Pulumi, with its data.`,
            cause: error,
            exitCode: exitCodes.usage,
        });
    }
}

/** Whether the file backend knows this stack; undefined where only Pulumi can tell. */
export function stackExists(environment: Environment, stack: string): boolean | undefined {
    const state = stateDirectory(environment);
    return state === null ? undefined : existsSync(checkpointFile(state, stack));
}

const lockSchema = z.looseObject({ pid: z.number(), hostname: z.string() });

/**
 * Takes away locks of the file backend whose holder was a process of this machine that is no more: Pulumi's own locks
 * do not expire. Returns the pids of the dead holders.
 */
export async function breakDeadLocks(environment: Environment, stack: string): Promise<number[]> {
    const state = stateDirectory(environment);
    if (state === null) return [];
    const directory = join(state, ".pulumi", "locks", "organization", projectName, stack);
    const broken: number[] = [];
    for (const name of await readdir(directory).catch(() => [])) {
        const file = join(directory, name);
        const lock = lockSchema.safeParse(
            await readFile(file, "utf8")
                .then(JSON.parse)
                .catch(() => undefined),
        );
        if (!lock.success || lock.data.hostname !== hostname() || (await isPulumi(lock.data.pid))) continue;
        await rm(file, { force: true });
        broken.push(lock.data.pid);
    }
    return broken;
}

/** Pids are given again: a process of another name is not the one that took the lock. */
async function isPulumi(pid: number): Promise<boolean> {
    if (existsSync("/proc/self/stat")) return (await inspect(pid))?.name.startsWith("pulumi") ?? false;
    try {
        process.kill(pid, 0);
        return true;
    } catch (error) {
        return (error as NodeJS.ErrnoException).code === "EPERM";
    }
}
