/** Interrupting `tidegate up` and looking at what is left; used by the proof and by the tests. */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { Checkout, outcomeOf, type Outcome } from "../_helpers/checkout";
import { processesOf, type Process } from "../_helpers/processes";

export const events = 2_000;
/** Of `events` with the shares of stacks/local.yaml: 0.1 % are broken, 1 % break a filter rule. */
export const expected = { bronze: 1_998, deadLetters: 2 } as const;

/** How long a run may take to end after a signal: the engine's grace, and a little. */
const endSeconds = 25;
/** A worker that is lost fails its stack; the one beside it is deployed to its end. */
const lostWorkerSeconds = 90;

export const small = (text: string): string =>
    text
        .replace(/count: \d+/, `count: ${events}`)
        .replace(/deadLettersMax: \d+/, `deadLettersMax: ${expected.deadLetters}`);

/** What happens to a run: to the command line's process group as a terminal's Ctrl-C does, or to one process of it. */
export type Blow = "SIGINT" | "SIGTERM" | "SIGINT twice" | "SIGKILL of the command" | "SIGKILL of a worker";

const isCommand = ({ command }: Process): boolean => command.includes("tidegate.mjs");
const isWorker = ({ command }: Process): boolean => command.includes("automation/engine/worker.ts");

const recordSchema = z.object({ name: z.string(), pid: z.number().nullable() });

/** Pids of the run records of the data directory. */
export function recorded(checkout: Checkout): Map<number, string> {
    if (!existsSync(checkout.dataDirectory)) return new Map();
    const files = readdirSync(checkout.dataDirectory, { recursive: true, encoding: "utf8" });
    return new Map(
        files
            .filter((file) => basename(file) === "run.json")
            .map((file) => recordSchema.parse(JSON.parse(readFileSync(join(checkout.dataDirectory, file), "utf8"))))
            .flatMap(({ name, pid }) => (pid === null ? [] : [[pid, name] as const])),
    );
}

/** Processes of the checkout that no run record knows. */
export function strangers(checkout: Checkout): Process[] {
    const known = recorded(checkout);
    return processesOf(dirname(checkout.directory)).filter(({ pid }) => !known.has(pid));
}

export function pulumiLocks(checkout: Checkout): string[] {
    const folder = join(checkout.dataDirectory, "state", ".pulumi", "locks");
    if (!existsSync(folder)) return [];
    return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));
}

const show = (processes: readonly Process[]): string =>
    processes.map(({ pid, command }) => `${pid} ${command.slice(0, 160)}`).join("\n");

/** Until no process is left but daemons of the platform; how long it took, in seconds. */
export async function untilQuiet(checkout: Checkout, limit = endSeconds): Promise<number> {
    const begun = Date.now();
    for (;;) {
        const left = strangers(checkout);
        const seconds = (Date.now() - begun) / 1000;
        if (left.length === 0) return seconds;
        assert.ok(seconds < limit, `still there after ${limit} s:\n${show(left)}`);
        await delay(100);
    }
}

export interface Moment {
    /** Milliseconds after the start, or the first line of output that matches. */
    readonly at: number | RegExp;
    readonly blow: Blow;
}

export interface Interrupted {
    readonly outcome: Outcome;
    /** False where the run was at its end before its moment came. */
    readonly hit: boolean;
    /** Seconds from the blow until nothing but daemons was left. */
    readonly seconds: number;
    /** The last line of output before the blow. */
    readonly during: string;
}

function strike(checkout: Checkout, child: ChildProcess, blow: Blow): void {
    const group = -(child.pid ?? assert.fail("it has no pid"));
    if (blow === "SIGINT" || blow === "SIGTERM") process.kill(group, blow);
    else if (blow === "SIGINT twice") {
        process.kill(group, "SIGINT");
        // Later than what counts as the same key, and while it still ends what runs.
        setTimeout(() => {
            if (child.exitCode === null && child.signalCode === null) process.kill(group, "SIGINT");
        }, 1_200);
    } else {
        const wanted = blow === "SIGKILL of a worker" ? isWorker : isCommand;
        const victims = processesOf(dirname(checkout.directory)).filter(wanted);
        for (const { pid } of victims.slice(0, blow === "SIGKILL of a worker" ? 1 : undefined))
            process.kill(pid, "SIGKILL");
    }
}

/** Runs a command, strikes at the moment, and asserts that it ends as it should and leaves nothing behind. */
export async function interrupt(
    checkout: Checkout,
    { at, blow }: Moment,
    args: readonly string[] = ["up"],
    variables: Readonly<Record<string, string>> = {},
): Promise<Interrupted> {
    const child = checkout.start(args, variables);
    const ended = outcomeOf(child);
    const limit = blow === "SIGKILL of a worker" ? lostWorkerSeconds : endSeconds;
    let struck = 0;
    let during = "";
    const hit = (): void => {
        if (struck > 0 || child.exitCode !== null || child.signalCode !== null) return;
        struck = Date.now();
        strike(checkout, child, blow);
    };
    const look = (chunk: string): void => {
        if (struck > 0) return;
        during = chunk.trimEnd().split("\n").at(-1) ?? during;
        if (typeof at !== "number" && at.test(chunk)) hit();
    };
    child.stdout?.on("data", look);
    child.stderr?.on("data", look);
    const timer = typeof at === "number" ? setTimeout(hit, at) : undefined;
    const outcome = await Promise.race([
        ended,
        (async (): Promise<never> => {
            const begun = Date.now();
            for (;;) {
                await delay(200);
                const since = (Date.now() - (struck || begun)) / 1000;
                if (since > (struck > 0 ? limit : 300)) {
                    const processes = show(processesOf(dirname(checkout.directory)));
                    child.kill("SIGKILL");
                    throw new Error(
                        `it did not end ${since} s after ${struck > 0 ? blow : "its start"}:\n${processes}`,
                    );
                }
            }
        })(),
    ]);
    clearTimeout(timer);
    const said = `${outcome.stdout}${outcome.stderr}`;
    if (struck === 0) {
        await untilQuiet(checkout);
        return { outcome, hit: false, seconds: 0, during };
    }
    await untilQuiet(checkout);
    const seconds = (Date.now() - struck) / 1000;
    assert.ok(!/\n\s+at .*:\d+:\d+/.test(said), `a stack trace:\n${said}`);
    assert.ok(!/fault of Tidegate/.test(said), said);
    if (blow !== "SIGKILL of a worker" && blow !== "SIGKILL of the command") {
        // A signal before the program listens, or behind its last work, ends it as it ends any program.
        const early = outcome.code === null;
        assert.ok(early || outcome.code === 130 || outcome.code === 0, `exit code ${outcome.code}:\n${said}`);
        if (outcome.code === 130 && !/^error/.test(said)) assert.match(said, /[Ii]nterrupted/);
    }
    if (blow === "SIGINT" || blow === "SIGTERM") assert.deepEqual(pulumiLocks(checkout), []);
    return { outcome, hit: true, seconds, during };
}

const eventSchema = z.discriminatedUnion("type", [
    z.object({
        type: z.literal("check"),
        result: z.object({ id: z.string(), status: z.string(), evidence: z.record(z.string(), z.unknown()) }),
    }),
    z.looseObject({
        type: z.literal([
            "run-started",
            "layer",
            "activity",
            "note",
            "resource",
            "exercise",
            "problem",
            "run-finished",
        ]),
    }),
]);

/** `up`, which has to be green with exact counts and each daemon once. */
export async function converge(checkout: Checkout): Promise<void> {
    const { code, stdout, stderr } = await checkout.run(["up", "--json"]);
    const told = stdout
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => eventSchema.parse(JSON.parse(line)));
    const problems = told.filter(({ type }) => type === "problem");
    assert.equal(code, 0, `up after the interrupt: exit code ${code}\n${JSON.stringify(problems, null, 2)}\n${stderr}`);
    const evidence = (id: string): Record<string, unknown> => {
        const found = told.findLast((event) => event.type === "check" && event.result.id === id);
        assert.ok(found?.type === "check", `${id} did not run`);
        assert.equal(found.result.status, "pass");
        return found.result.evidence;
    };
    assert.equal(evidence("data.produced")["written"], events);
    assert.equal(evidence("data.bronze-complete")["bronze"], expected.bronze);
    assert.equal(evidence("data.dead-letters")["deadLetters"], expected.deadLetters);
    await untilQuiet(checkout, 5);
    const daemons = recorded(checkout);
    const running = processesOf(dirname(checkout.directory));
    assert.deepEqual(running.map(({ pid }) => pid).sort(), [...daemons.keys()].sort(), show(running));
    assert.equal(new Set(daemons.values()).size, daemons.size, [...daemons.values()].join(", "));
    const status = z
        .object({ healthy: z.boolean(), stacks: z.array(z.object({ deployed: z.boolean() })) })
        .parse(JSON.parse((await checkout.run(["status", "--json"])).stdout));
    assert.ok(status.healthy && status.stacks.every(({ deployed }) => deployed));
    assert.deepEqual(pulumiLocks(checkout), []);
}

/** `down`, after which nothing is left. */
export async function takeDown(checkout: Checkout): Promise<void> {
    const { code, stdout, stderr } = await checkout.run(["down"]);
    assert.equal(code, 0, `down: exit code ${code}\n${stdout}${stderr}`);
    const left = processesOf(dirname(checkout.directory));
    assert.deepEqual(left, [], show(left));
    assert.ok(!existsSync(checkout.dataDirectory));
    assert.deepEqual(checkout.stackFiles(), []);
}
