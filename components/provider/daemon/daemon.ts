/**
 * Starting and stopping a process that outlives the plugin: it leads a session of its own, writes to a log file, has
 * no inherited pipe, and is found again by its run record.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, open, rename, rm, statfs, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { TidegateError, exitCodes, messageOf } from "../../../automation/core/errors";
import type { Context } from "../handler";
import { isFree } from "./ports";
import { inspect, type ProcessInfo } from "./processes";
import { lastLines, missing, type Ready } from "./ready";
import { alive, daemonOf, removeRecord, runVariable, writeRecord, type RunRecord } from "./record";

/** What a daemon is started from, placeholders filled in. */
export interface Launch {
    /** For messages, e.g. `broker`. */
    readonly name: string;
    readonly directory: string;
    readonly command: readonly string[];
    readonly environment: Readonly<Record<string, string>>;
    /** By path relative to `directory`. */
    readonly files: Readonly<Record<string, string>>;
    readonly ready: Ready;
    readonly stop: StopOptions;
}

export interface StopOptions {
    readonly signal: NodeJS.Signals;
    /** Seconds between the signal and SIGKILL. */
    readonly graceSeconds: number;
}

const pollMilliseconds = 50;
const exitMilliseconds = 1000;
const killSeconds = 10;
const portSeconds = 10;
const shownLines = 15;
const fullBytes = 65_536;

export const logFileOf = (directory: string) => join(directory, "process.log");

/** Nothing of the plugin's own environment gets into a daemon: it may hold a passphrase, and HOME settings of its own. */
export function environmentOf(launch: Pick<Launch, "directory" | "environment">, run?: string): NodeJS.ProcessEnv {
    const { PATH = "/usr/local/bin:/usr/bin:/bin" } = process.env;
    const basis = { PATH, HOME: launch.directory, LANG: "C.UTF-8", TMPDIR: join(launch.directory, "tmp") };
    return { ...basis, ...launch.environment, ...(run === undefined ? {} : { [runVariable]: run }) };
}

export async function writeFiles(directory: string, files: Readonly<Record<string, string>>): Promise<void> {
    await mkdir(join(directory, "tmp"), { recursive: true, mode: 0o700 });
    await chmod(directory, 0o700);
    for (const [name, content] of Object.entries(files)) {
        const path = join(directory, name);
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        // Removed first: the mode of writeFile counts for new files only.
        await rm(path, { force: true });
        await writeFile(path, content, { mode: 0o600 });
    }
}

/** Spawns the daemon of `record` and waits until it is ready. On any failure nothing of it is left running. */
export async function start(launch: Launch, record: RunRecord, context: Context): Promise<RunRecord> {
    const logFile = logFileOf(launch.directory);
    await rename(logFile, `${logFile}.1`).catch(() => undefined);
    await writeRecord(launch.directory, record);
    const [program = "", ...rest] = launch.command;
    const log = await open(logFile, "a", 0o600);
    let child: ChildProcess;
    try {
        child = spawn(program, rest, {
            cwd: launch.directory,
            env: environmentOf(launch, record.run),
            detached: true,
            stdio: ["ignore", log.fd, log.fd],
        });
        if (child.pid === undefined) {
            const [error] = (await once(child, "error")) as [unknown];
            await removeRecord(launch.directory);
            throw new TidegateError(
                `${program}, the program of ${launch.name}, can't be started: ${messageOf(error)}`,
                {
                    code: "process-not-startable",
                    hint: "`tidegate doctor` tells which tools are there.",
                    exitCode: exitCodes.toolchain,
                    cause: error,
                },
            );
        }
    } finally {
        await log.close();
    }
    child.unref();
    const spawned = { ...record, pid: child.pid, startTime: (await inspect(child.pid))?.startTime ?? "" };
    await writeRecord(launch.directory, spawned);
    try {
        await untilReady(launch, spawned, context, () => describeExit(child));
        return spawned;
    } catch (error) {
        await stop(launch.name, spawned, launch.stop, []);
        throw error;
    }
}

function describeExit(child: ChildProcess): string | undefined {
    if (child.exitCode !== null) return `ended with exit code ${child.exitCode}`;
    return child.signalCode === null ? undefined : `was ended by ${child.signalCode}`;
}

/** A process is gone from /proc a moment before Node tells its exit code. */
async function howEnded(exit: () => string | undefined): Promise<string> {
    for (let waited = 0; exit() === undefined && waited < exitMilliseconds; waited += pollMilliseconds)
        await sleep(pollMilliseconds);
    return exit() ?? "ended";
}

/** Throws when the daemon ends, when its time is over or when the engine cancels. */
export async function untilReady(
    { name, directory, ready }: Pick<Launch, "name" | "directory" | "ready">,
    record: RunRecord,
    context: Context,
    exit: () => string | undefined = () => undefined,
): Promise<void> {
    const logFile = logFileOf(directory);
    const begun = Date.now();
    const showLog = async () => {
        const lines = await lastLines(logFile, shownLines);
        return lines.length === 0 ? `Its output, ${logFile}, is empty.` : `The end of ${logFile}:\n${lines.join("\n")}`;
    };
    context.log(`waiting until ${name} is ready`);
    for (;;) {
        const lacking = await missing(ready, record.ports, logFile);
        if (lacking === undefined) return;
        if (await isFull(directory))
            throw new TidegateError(`${name} cannot start: the disk is full.`, {
                code: "disk-full",
                hint: `Free some room where ${directory} lies, then run the same command again.`,
                retryable: true,
            });
        const ended = exit() ?? ((await daemonOf(record)) === undefined ? await howEnded(exit) : undefined);
        if (ended !== undefined)
            throw new TidegateError(`${name} ${ended} while it was starting.`, {
                code: "process-ended",
                hint: await showLog(),
            });
        if (context.signal.aborted)
            throw new TidegateError(`Interrupted while ${name} was starting; it was stopped.`, {
                code: "interrupted",
                exitCode: exitCodes.interrupted,
            });
        if (Date.now() - begun > ready.timeoutSeconds * 1000)
            throw new TidegateError(`${name} was not ready within ${ready.timeoutSeconds} s: ${lacking}.`, {
                code: "process-not-ready",
                hint: await showLog(),
                retryable: true,
            });
        await sleep(pollMilliseconds);
    }
}

/** Many a daemon does not end when it cannot write, but waits for ever. */
async function isFull(directory: string): Promise<boolean> {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize < fullBytes;
}

function send(pid: number, signal: NodeJS.Signals): void {
    try {
        process.kill(pid, signal);
    } catch {
        // It ended by itself, just now.
    }
}

/** To the group, where its leader is alive; a group whose leader is gone is reached member by member. */
function signalAll(members: readonly ProcessInfo[], leader: number | null, signal: NodeJS.Signals): void {
    if (leader !== null && members.some(({ pid, group }) => pid === leader && group === leader)) send(-leader, signal);
    members.filter(({ group }) => group !== leader).forEach(({ pid }) => send(pid, signal));
    if (!members.some(({ pid }) => pid === leader))
        members.filter(({ group }) => group === leader).forEach(({ pid }) => send(pid, signal));
}

async function untilGone(record: RunRecord, seconds: number): Promise<ProcessInfo[]> {
    const begun = Date.now();
    for (;;) {
        const members = await alive(record);
        if (members.length === 0 || Date.now() - begun > seconds * 1000) return members;
        await sleep(pollMilliseconds);
    }
}

/**
 * Ends every process of the record's run: `signal`, after the grace SIGKILL; then waits until its ports are free and
 * removes what it leaves behind (`leftovers`, absolute paths). A process that only has the same pid is not touched.
 */
export async function stop(
    name: string,
    record: RunRecord,
    { signal, graceSeconds }: StopOptions,
    leftovers: readonly string[],
): Promise<void> {
    let members = await alive(record);
    if (members.length > 0) {
        const leader = record.pid ?? members.find(({ pid, group }) => pid === group)?.pid ?? null;
        signalAll(members, leader, signal);
        members = await untilGone(record, graceSeconds);
        if (members.length > 0) signalAll(members, leader, "SIGKILL");
        members = await untilGone(record, killSeconds);
        if (members.length > 0)
            throw new TidegateError(
                `${name} (pid ${members.map(({ pid }) => pid).join(", ")}) did not end within ${killSeconds} s of SIGKILL.`,
                {
                    code: "process-does-not-end",
                    hint: "It waits for a device, or belongs to another user.",
                    retryable: true,
                },
            );
        await untilFree(Object.values(record.ports));
    }
    await Promise.all(leftovers.map((path) => rm(path, { force: true })));
}

/** A port that something else took meanwhile is that program's; the next start looks for another. */
async function untilFree(ports: readonly number[]): Promise<void> {
    const begun = Date.now();
    for (const port of ports)
        while (!(await isFree(port)) && Date.now() - begun < portSeconds * 1000) await sleep(pollMilliseconds);
}

export interface PrepareStep {
    readonly command: readonly string[];
    /** Path relative to the directory; the step is done where it exists. */
    readonly creates: string;
    readonly timeoutSeconds: number;
}

/** Runs one step to its end. A step that was interrupted leaves a mark; then what it created is removed and made again. */
export async function prepare(
    launch: Pick<Launch, "name" | "directory" | "environment">,
    step: PrepareStep,
    context: Context,
): Promise<void> {
    const { directory, name } = launch;
    const output = join(directory, "prepare.log");
    const log = await open(output, "w", 0o600);
    const [program = "", ...rest] = step.command;
    context.log(`preparing ${name}`);
    try {
        const child = spawn(program, rest, {
            cwd: directory,
            env: environmentOf(launch),
            stdio: ["ignore", log.fd, log.fd],
            signal: AbortSignal.any([context.signal, AbortSignal.timeout(step.timeoutSeconds * 1000)]),
            killSignal: "SIGKILL",
        });
        const [code] = (await once(child, "close")) as [number | null];
        if (code !== 0) throw new Error(`it ended with exit code ${code}`);
    } catch (error) {
        const interrupted = context.signal.aborted;
        const timedOut = !interrupted && error instanceof Error && error.name === "AbortError";
        const reason = timedOut ? `it did not end within ${step.timeoutSeconds} s` : messageOf(error);
        const lines = await lastLines(output, shownLines);
        throw new TidegateError(
            interrupted ? `Interrupted while ${name} was prepared.` : `${name} could not be prepared: ${reason}.`,
            {
                code: interrupted ? "interrupted" : "process-not-prepared",
                hint: lines.length === 0 ? `${program} wrote nothing.` : `The end of ${output}:\n${lines.join("\n")}`,
                cause: error,
            },
        );
    } finally {
        await log.close();
    }
}
