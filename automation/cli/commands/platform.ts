/** `status` and `logs`: the embedded processes as they are now, without the engine. */
import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { relative } from "node:path";
import type { Command } from "commander";
import pc from "picocolors";
import { daemonOf, readRecord } from "../../../components/provider/daemon/record";
import { logFileOf } from "../../../components/provider/daemon/daemon";
import { loadEnvironment, type Environment } from "../../../stacks/environment";
import { exitCodes, TidegateError } from "../../core/errors";
import { nearest } from "../../core/yamlFile";
import { layerExists, stackName } from "../../lakehouse/home";
import { loadGraphFile, ownGraphFile } from "../../graph/load";
import { processDirectories } from "../../lakehouse/processes";
import { environmentGraph } from "../../rollout/environmentGraph";
import { runThrough } from "../child";
import { printJson, say, table } from "../output";
import { duration } from "../../core/duration";
import { amount } from "../activity";
import { wholeNumber } from "../arguments";
import type { StatusFlags } from "../actions/status";

interface ProcessStatus {
    /** Path of its folder in the data directory: `broker`, `runtime/taskmanager`. */
    readonly id: string;
    readonly name: string;
    readonly running: boolean;
    readonly pid: number | null;
    readonly ports: Readonly<Record<string, number>>;
    readonly startedAt: string;
    /** Resident memory. */
    readonly bytes: number | null;
    readonly log: string;
}

async function processes(environment: Environment): Promise<ProcessStatus[]> {
    const found = await Promise.all(
        (await processDirectories(environment)).sort().map(async (directory): Promise<ProcessStatus | undefined> => {
            const record = await readRecord(directory);
            if (record === undefined) return undefined;
            const daemon = await daemonOf(record);
            return {
                id: relative(environment.dataDirectory, directory),
                name: record.name,
                running: daemon !== undefined,
                pid: daemon?.pid ?? null,
                ports: record.ports,
                startedAt: record.startedAt,
                bytes: daemon === undefined ? null : await residentBytes(daemon.pid),
                log: logFileOf(directory),
            };
        }),
    );
    return found.filter((status) => status !== undefined);
}

/** From /proc; null where the system has none. */
async function residentBytes(pid: number): Promise<number | null> {
    const text = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}

/** What runs on this machine of an environment of the lakehouse. */
async function localStatus(name: string, options: StatusFlags): Promise<void> {
    const environment = await loadEnvironment(name);
    const { graph } = await environmentGraph(name, await loadGraphFile(ownGraphFile));
    const stacks = graph.order.map((layer) => ({
        layer,
        stack: stackName(environment, layer),
        deployed: layerExists(environment, layer) ?? null,
    }));
    const running = await processes(environment);
    const healthy = running.length > 0 && running.every((status) => status.running);
    if (options.json)
        printJson({
            environment: name,
            dataDirectory: environment.dataDirectory,
            healthy,
            stacks,
            processes: running,
        });
    else if (running.length === 0 && stacks.every(({ deployed }) => deployed !== true))
        say(`${name} is not deployed: \`npm start\` deploys it.`);
    else {
        const total = running.reduce((sum, status) => sum + (status.bytes ?? 0), 0);
        const rows = running.map((status) => [
            status.running ? pc.green("✓") : pc.red("✗"),
            status.name,
            status.running ? `pid ${status.pid}` : pc.red("does not run"),
            status.bytes === null ? "" : amount(status.bytes, "bytes"),
            status.running ? duration((Date.now() - Date.parse(status.startedAt)) / 1000) : "",
            pc.dim(
                Object.entries(status.ports)
                    .slice(0, 3)
                    .map(([port, number]) => `${port} ${number}`)
                    .join(", "),
            ),
        ]);
        say(
            `${pc.bold(name)}: ${stacks.filter(({ deployed }) => deployed === true).length} of ${stacks.length} stacks, ${running.length} processes, ${amount(total, "bytes")} of memory, in ${environment.dataDirectory}\n${table(rows)}`,
        );
        if (!healthy) say("`npx tidegate up` starts what does not run, over its data.");
    }
    if (!healthy) process.exitCode = exitCodes.failed;
}

export function platformCommands(program: Command): void {
    program
        .command("status")
        .description(
            "what of an environment is deployed, and which of its processes run; with --all how all environments stand",
        )
        .argument("[environment]", "name of the environment; of the lakehouse, local")
        .option(
            "--all",
            "all environments: what runs, since when, health, drift, promotions; of other graphs the default",
        )
        .option("--html <file>", "the same as one HTML page, with the graph of promotion")
        .option("--json", "as JSON")
        .action(async (given: string | undefined, options: StatusFlags) => {
            const graph = await loadGraphFile();
            if (options.all || options.html !== undefined || graph.file !== ownGraphFile)
                return (await import("../actions/status.js")).standings(
                    graph,
                    options.all ? undefined : given,
                    options,
                );
            await localStatus(given ?? "local", options);
        });

    program
        .command("logs")
        .description("the log of a process, or the dead letters; without a name, where the logs are")
        .argument("[name]", "a process or its layer (broker, runtime/taskmanager, runtime), or dead-letters")
        .option("-e, --environment <name>", "name of the environment", "local")
        .option("-n, --lines <n>", "how many of the last lines", wholeNumber, 40)
        .option("-f, --follow", "go on as the log grows")
        .option("--json", "the list of logs, or the dead letters, as JSON")
        .action(async (wanted: string | undefined, options: LogFlags) => {
            if (wanted === "dead-letters") return (await import("../actions/data.js")).deadLetters(options);
            const environment = await loadEnvironment(options.environment);
            const all = await processes(environment);
            if (wanted === undefined) return listLogs(all, options);
            const found = all.filter(
                ({ id, name }) =>
                    id === wanted || id.startsWith(`${wanted}/`) || id.endsWith(`/${wanted}`) || name === wanted,
            );
            if (found.length === 0) throw unknownProcess(wanted, options.environment, all);
            const files = found.map(({ log }) => log);
            process.exitCode = await runThrough("tail", [
                "-n",
                String(options.lines),
                ...(options.follow ? ["-F"] : []),
                ...files,
            ]);
        });
}

interface LogFlags {
    readonly environment: string;
    readonly lines: number;
    readonly follow?: true;
    readonly json?: true;
}

async function listLogs(all: readonly ProcessStatus[], options: LogFlags): Promise<void> {
    const size = async (log: string): Promise<number> => (existsSync(log) ? (await stat(log)).size : 0);
    const logs = await Promise.all(all.map(async ({ id, log }) => ({ process: id, log, bytes: await size(log) })));
    if (options.json) printJson(logs);
    else if (logs.length === 0) say(`${options.environment} has no processes.`);
    else say(table(logs.map(({ process: id, log, bytes }) => [id, amount(bytes, "bytes"), log])));
}

function unknownProcess(wanted: string, environment: string, all: readonly ProcessStatus[]): TidegateError {
    const ids = all.map(({ id }) => id);
    const known =
        ids.length > 0
            ? `There are ${ids.join(", ")}, and dead-letters.`
            : "It is not deployed: `npm start` deploys it.";
    return new TidegateError(`There is no process '${wanted}' in ${environment}.`, {
        code: "process-unknown",
        hint: nearest(wanted, ids) || known,
        exitCode: exitCodes.usage,
    });
}
