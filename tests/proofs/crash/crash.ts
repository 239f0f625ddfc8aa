/** One crash of a rollout: somebody is killed at some moment, and it is gone on from there. */
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { outcomeOf, type Outcome } from "../../_helpers/checkout";
import { SimulatedGraph, type SimulatedStack } from "./simulatedGraph";
import { victims, type VictimKind } from "./victims";

/** Twelve stacks in four levels; half of the types have names that are not unique. */
export function twelveStacks(): Record<string, SimulatedStack> {
    const resources: SimulatedStack["resources"] = [
        ["Bucket", "one"],
        ["Network", "two"],
        ["Network", "three"],
        ["Bucket", "four"],
    ];
    const stacks: Record<string, SimulatedStack> = {};
    for (let level = 0; level < 4; level++)
        for (const side of ["a", "b", "c"])
            stacks[`${side}${level}`] = {
                dependsOn: level === 0 ? [] : [`${side}${level - 1}`, ...(side === "a" ? [] : [`a${level - 1}`])],
                resources: side === "c" ? [...resources, ["Key", "five"]] : resources,
            };
    return stacks;
}

export interface Crash {
    /** After how many events of the rollout. */
    readonly event: number;
    readonly afterMs: number;
    readonly victim: VictimKind;
    /** Chooses one where there are several. */
    readonly which: number;
}

export interface CrashResult {
    /** Whether there was somebody to kill. */
    readonly hit: boolean;
    /** Exit codes of the run and of each that went on. */
    readonly codes: readonly (number | null)[];
    /** Creations that were cut off, and were taken over or begun again without a person. */
    readonly settled: number;
    /** Of those, what the run has stopped at and named. */
    readonly asked: number;
    /** Empty where the cloud holds each resource once, as the states know it. */
    readonly faults: readonly string[];
}

/** Seconds after a crash in which the run has to have ended: many times what it takes. */
const limitSeconds = 300;
/** How often a rollout is gone on with before it counts as stuck. */
const attempts = 4;

/** What a run with `--json` says of its failures. */
const problemsOf = ({ stdout }: Outcome): string[] =>
    stdout.split("\n").filter((line) => line.startsWith("{") && line.includes('"problem"'));

export async function crash(graph: SimulatedGraph, { event, afterMs, victim, which }: Crash): Promise<CrashResult> {
    const driver = graph.start(["up", "dev", "--parallel", "4", "--json"]);
    const ended = outcomeOf(driver);
    let seen = 0;
    const reached = new Promise<void>((resolve) => {
        if (driver.stdout === null) return resolve();
        createInterface({ input: driver.stdout }).on("line", () => {
            seen += 1;
            if (seen === event) resolve();
        });
        void ended.then(() => resolve());
    });
    await reached;
    await delay(afterMs);
    // Between two stacks there may be none of its kind.
    let found: number[] = [];
    for (let over = false; found.length === 0 && !over;) {
        found = await victims(driver.pid ?? 0, victim);
        over = await Promise.race([ended.then(() => true), delay(20, false)]);
    }
    const target = found[Math.floor(which * found.length)];
    if (target !== undefined) process.kill(target, "SIGKILL");
    const first = await Promise.race([ended, delay(limitSeconds * 1000, undefined, { ref: false })]);
    if (first === undefined) {
        if (driver.pid !== undefined) process.kill(-driver.pid, "SIGKILL");
        const faults = [`it did not end within ${limitSeconds} s of the crash`];
        return { hit: target !== undefined, codes: [null], settled: 0, asked: 0, faults };
    }
    const codes = [first.code];
    let last = "";
    const pending: string[] = [];
    let settled = 0;
    let asked = 0;
    for (let attempt = 0; attempt < attempts && codes.at(-1) !== 0; attempt++) {
        settled += graph.known().pending.length;
        // One that was killed before it had begun to write has nothing to resume.
        const [what] = event > 1 || attempt > 0 ? ["resume"] : ["up"];
        const args = [what ?? "up", "dev", "--json", ...pending.flatMap((one) => ["--pending", one])];
        const outcome = await graph.run(args);
        codes.push(outcome.code);
        last = problemsOf(outcome).at(-1) ?? outcome.stderr;
        if (/"pending-undecided"/.test(outcome.stdout)) {
            const named = graph.known().pending.filter((urn) => outcome.stdout.includes(urn));
            asked += named.length;
            settled -= named.length;
            for (const urn of named)
                pending.push(`${urn}=${graph.things().find((one) => one.urn === urn)?.id ?? "absent"}`);
        } else if (/"nothing-to-resume"/.test(outcome.stdout + outcome.stderr))
            codes.push((await graph.run(["up", "dev"])).code);
    }
    const stuck = codes.at(-1) === 0 ? [] : [`not green after ${attempts} attempts: ${codes.join(", ")}: ${last}`];
    return { hit: target !== undefined, codes, settled, asked, faults: [...stuck, ...graph.faults()] };
}
