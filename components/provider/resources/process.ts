/** `tidegate:embedded:Process`: a program that runs on after the engine has ended. */
import { createHash } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { constants } from "node:os";
import { isAbsolute, join, normalize } from "node:path";
import { z } from "zod";
import { TidegateError } from "../../../automation/core/errors";
import { logFileOf, prepare, start, stop, untilReady, writeFiles, type Launch } from "../daemon/daemon";
import { claim, exists, ownerMark, release } from "../daemon/ownership";
import { fill, unknownPlaceholders, type Places } from "../daemon/placeholders";
import { choosePorts, parseRelative } from "../daemon/ports";
import { readySchema } from "../daemon/ready";
import { daemonOf, newRecord, readRecord, removeRecord, writeRecord, type RunRecord } from "../daemon/record";
import { defineHandler, type Change, type Context, type Failure, type Known } from "../handler";
import { Unfinished } from "../unfinished";
import { differences, pathText } from "../values";

const inside = z
    .string()
    .min(1)
    .refine((path) => !isAbsolute(path) && !normalize(path).startsWith(".."), "has to be a path inside the directory");
const portNumber = z.number().int().min(0).max(65_535);
const portRequest = z.union([
    portNumber,
    z.string().refine((text) => parseRelative(text) !== undefined, "PORT+NUMBER"),
]);
const signal = z.custom<NodeJS.Signals>(
    (value) => typeof value === "string" && value in constants.signals,
    "is not the name of a signal, e.g. SIGTERM",
);
const command = z.array(z.string().min(1)).min(1);

const inputs = z.strictObject({
    name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}$/, "letters, digits, spaces, '.', '_' or '-'"),
    directory: z.string().refine((path) => isAbsolute(path) && normalize(path) === path, "has to be an absolute path"),
    command,
    environment: z.record(z.string().min(1), z.string()).default({}),
    files: z.record(inside, z.string()).default({}),
    ports: z.record(z.string().regex(/^[A-Za-z][A-Za-z0-9]*$/, "letters and digits"), portRequest).default({}),
    prepare: z
        .array(z.strictObject({ command, creates: inside, timeoutSeconds: z.number().positive().default(120) }))
        .default([]),
    ready: readySchema,
    stop: z
        .strictObject({ signal: signal.default("SIGTERM"), graceSeconds: z.number().min(0).default(15) })
        .default({ signal: "SIGTERM", graceSeconds: 15 }),
    data: inside.optional(),
    leftovers: z.array(z.string().startsWith("/")).default([]),
    versions: z.record(z.string(), z.string()).default({}),
    deleteData: z.boolean().default(true),
});
export type ProcessInputs = z.infer<typeof inputs>;

const state = z.object({
    ports: z.record(z.string(), z.number()),
    /** 0 while it doesn't run. */
    pid: z.number(),
    running: z.boolean(),
    /** ISO 8601, UTC. */
    startedAt: z.string(),
    logFile: z.string(),
});
export type ProcessState = z.infer<typeof state>;

/** Inputs that a running process has read; a change of another one is only written down. */
const restarting = ["command", "environment", "files", "ports", "versions"] as const;

const preparingMark = ".preparing";
/** A port may be taken between the choice and the daemon's own bind; then others are chosen. */
const startAttempts = 3;
const bindFailure = /address already in use|EADDRINUSE|BindException/i;

function digestOf(given: ProcessInputs): string {
    const parts = [...restarting, "prepare" as const].map((key) => [key, given[key]]);
    return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

function needsRestart(old: ProcessInputs, now: ProcessInputs): boolean {
    return restarting.some((key) => differences(old[key], now[key]).length > 0);
}

const dataOf = ({ directory, data }: ProcessInputs) => join(directory, data ?? ownerMark);

async function launchOf(given: ProcessInputs, ports: Record<string, number>, context: Context): Promise<Launch> {
    const places: Places = { directory: given.directory, ports, tools: await context.tools() };
    const filled = (texts: Readonly<Record<string, string>>) =>
        Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, fill(text, places)]));
    const { http, ...ready } = given.ready;
    return {
        name: given.name,
        directory: given.directory,
        command: given.command.map((text) => fill(text, places)),
        environment: filled(given.environment),
        files: filled(given.files),
        ready: { ...ready, ...(http === undefined ? {} : { http: { ...http, url: fill(http.url, places) } }) },
        stop: given.stop,
    };
}

function leftoversOf(given: ProcessInputs, record: RunRecord): string[] {
    return given.leftovers.map((path) =>
        path.replace(/\{port:([A-Za-z0-9]+)\}/g, (_whole, name: string) => String(record.ports[name] ?? "")),
    );
}

/** Seconds. */
const graceBeforeDeletion = 3;

async function stopRecorded(given: ProcessInputs): Promise<void> {
    const record = await readRecord(given.directory);
    if (record !== undefined) await stop(given.name, record, given.stop, leftoversOf(given, record));
}

async function runPrepare(given: ProcessInputs, launch: Launch, context: Context): Promise<void> {
    const mark = join(given.directory, preparingMark);
    const tools = await context.tools();
    for (const step of given.prepare) {
        const creates = join(given.directory, step.creates);
        const interrupted = (await readFile(mark, "utf8").catch(() => "")) === step.creates;
        if (interrupted) await rm(creates, { recursive: true, force: true });
        else if (await exists(creates)) continue;
        await writeFile(mark, step.creates, { mode: 0o600 });
        const places = { directory: given.directory, ports: {}, tools };
        await prepare(launch, { ...step, command: step.command.map((text) => fill(text, places)) }, context);
        await rm(mark, { force: true });
    }
}

/** Starts it over the data it has, with `previous` ports where they are free. */
async function run(given: ProcessInputs, previous: Record<string, number>, context: Context): Promise<ProcessState> {
    for (let attempt = 1; ; attempt++) {
        const ports = await choosePorts(given.ports, attempt === 1 ? previous : {}, given.name);
        const launch = await launchOf(given, ports, context);
        const record = await newRecord(given.name, digestOf(given), ports);
        await writeRecord(given.directory, record);
        await writeFiles(given.directory, launch.files);
        await runPrepare(given, launch, context);
        try {
            return stateOf(given, await start(launch, record, context));
        } catch (error) {
            const automatic = Object.values(given.ports).some((request) => request === 0);
            const lost = TidegateError.is(error) && bindFailure.test(error.hint ?? "");
            if (!automatic || !lost || attempt === startAttempts || context.signal.aborted) throw error;
            context.log(`a port of ${given.name} was taken meanwhile; choosing others`);
        }
    }
}

function stateOf(given: ProcessInputs, record: RunRecord): ProcessState {
    const { ports, pid, startedAt } = record;
    return { ports, pid: pid ?? 0, running: true, startedAt, logFile: logFileOf(given.directory) };
}

function stopped(given: ProcessInputs, old: ProcessState | undefined, record: RunRecord | undefined): ProcessState {
    return {
        ports: record?.ports ?? old?.ports ?? {},
        pid: 0,
        running: false,
        startedAt: record?.startedAt ?? old?.startedAt ?? "",
        logFile: logFileOf(given.directory),
    };
}

function check(given: ProcessInputs): Failure[] {
    const failures: Failure[] = [];
    const look = (property: string, text: string) =>
        unknownPlaceholders(text, given.ports).forEach((reason) => failures.push({ property, reason }));
    given.command.forEach((text, index) => look(`command[${index}]`, text));
    Object.entries(given.environment).forEach(([name, text]) => look(pathText(["environment", name]), text));
    Object.entries(given.files).forEach(([name, text]) => look(pathText(["files", name]), text));
    look("ready.http", given.ready.http?.url ?? "");
    for (const [name, request] of Object.entries(given.ports)) {
        const base = parseRelative(request)?.base;
        if (base !== undefined && typeof given.ports[base] !== "number")
            failures.push({ property: `ports.${name}`, reason: `'${base}' is not a port of its own in 'ports'` });
    }
    if (given.ready.tcp !== undefined && !(given.ready.tcp in given.ports))
        failures.push({ property: "ready.tcp", reason: `there is no port '${given.ready.tcp}' in 'ports'` });
    return failures;
}

export const processHandler = defineHandler<ProcessInputs, ProcessState>({
    inputs,
    state,
    secretOutputs: [],
    deleteBeforeReplace: true,
    replaceOnChange: ["directory"],
    check,

    diff(old, now): Change[] {
        const changed: Change[] = differences(old.inputs, now).map((path) => ({
            path: pathText(path),
            replace: path[0] === "directory",
        }));
        return old.state.running ? changed : [...changed, { path: "running", of: "state" }];
    },

    preview(old, now) {
        const samePorts = differences(old.inputs.ports, now.ports).length === 0;
        const restarted = !old.state.running || needsRestart(old.inputs, now);
        return {
            running: true,
            logFile: logFileOf(now.directory),
            ...(samePorts ? { ports: old.state.ports } : {}),
            ...(restarted ? {} : { pid: old.state.pid, startedAt: old.state.startedAt }),
        };
    },

    async create(given, context) {
        await claim(given.directory, given.name);
        const record = await readRecord(given.directory);
        if (record !== undefined && record.digest === digestOf(given) && (await exists(dataOf(given)))) {
            const daemon = await daemonOf(record);
            if (daemon !== undefined) {
                const found = { ...record, pid: daemon.pid, startTime: daemon.startTime };
                const launch = await launchOf(given, record.ports, context);
                await writeRecord(given.directory, found);
                await untilReady(launch, found, context);
                return { id: given.name, state: stateOf(given, found) };
            }
        }
        await stopRecorded(given);
        return { id: given.name, state: await run(given, record?.ports ?? {}, context) };
    },

    async read(old) {
        const given = old.inputs;
        if (!(await exists(dataOf(given)))) return undefined;
        const record = await readRecord(given.directory);
        const daemon = record === undefined ? undefined : await daemonOf(record);
        if (record === undefined || daemon === undefined) return stopped(given, old.state, record);
        return stateOf(given, { ...record, pid: daemon.pid });
    },

    async update(old: Known<ProcessInputs, ProcessState>, now, context) {
        const record = await readRecord(now.directory);
        const daemon = record === undefined ? undefined : await daemonOf(record);
        if (record !== undefined && daemon !== undefined && !needsRestart(old.inputs, now)) {
            // Written down again, so that an interrupted create of the same inputs would adopt it.
            const kept = { ...record, digest: digestOf(now), pid: daemon.pid, startTime: daemon.startTime };
            await writeRecord(now.directory, kept);
            return stateOf(now, kept);
        }
        try {
            await claim(now.directory, now.name);
            await stopRecorded(old.inputs);
            const vanished = Object.keys(old.inputs.files).filter((name) => !(name in now.files));
            await Promise.all(vanished.map((name) => rm(join(now.directory, name), { force: true })));
            return await run(now, record?.ports ?? old.state.ports, context);
        } catch (error) {
            if (!TidegateError.is(error)) throw error;
            throw Unfinished.from(stopped(now, old.state, await readRecord(now.directory)), error);
        }
    },

    async delete(old) {
        const { directory, deleteData, stop: given } = old.inputs;
        // With its data, nothing is left that an end in order would save: SeaweedFS waits 10 s for idle connections.
        const graceSeconds = deleteData ? Math.min(given.graceSeconds, graceBeforeDeletion) : given.graceSeconds;
        await stopRecorded({ ...old.inputs, stop: { ...given, graceSeconds } });
        if (!deleteData || !(await release(directory))) await removeRecord(directory);
    },
});
