/**
 * What an operation whose driver was killed has left running. An engine that was killed leaves its plugins, and one of
 * those may still be creating something: nothing can be said of the stack before they have ended.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { withEnvironment, type ProcessInfo } from "../../components/provider/daemon/processes";
import { TidegateError } from "../core/errors";

/** Environment variable of an engine and of all that it starts: whose stack they work on. */
export const operationVariable = "TIDEGATE_OPERATION";

/** How long an engine may take to end by itself, as one does whose driver has gone; and after SIGINT, in seconds. */
const patienceSeconds = 3;
const graceSeconds = 20;
/** How long plugins without an engine may take: what they have begun they may end, but nobody will end them. */
const pluginSeconds = 1;
const pollMilliseconds = 100;

/** Tells a stack from all others, in the environment of its engine. `backend`: or the project, where that says which. */
export const operationMark = (backend: string, fullName: string): string =>
    createHash("sha256").update(`${backend}\n${fullName}`).digest("hex").slice(0, 32);

/**
 * Only for who holds the lock of the environment: whatever else works on the stack then has no right to.
 *
 * Waits for the end of what works on a stack although nobody waits for it any more, and ends it where it does not.
 * Answers with a line for people. Where the system tells nothing of its processes, nothing is found.
 * @throws TidegateError `operation-alive`
 */
export async function endLeftOvers(stack: string, mark: string): Promise<string[]> {
    let left = await leftOvers(mark);
    if (left.length === 0) return [];
    const told = `waited for ${left.length} ${left.length === 1 ? "process" : "processes"} that a run before has left working on ${stack}`;
    const until = async (seconds: number): Promise<boolean> => {
        for (const begun = performance.now(); performance.now() - begun < seconds * 1000;) {
            left = await leftOvers(mark);
            if (left.length === 0) return true;
            await delay(pollMilliseconds);
        }
        return false;
    };
    const engines = (): ProcessInfo[] => left.filter(({ name }) => name === "pulumi");
    if (engines().length > 0) {
        if (await until(patienceSeconds)) return [told];
        for (const { pid } of engines()) signal(pid, "SIGINT");
        if (engines().length > 0 && (await until(graceSeconds))) return [told];
    }
    if (await until(pluginSeconds)) return [told];
    for (const { pid } of left) signal(pid, "SIGKILL");
    if (await until(patienceSeconds)) return [`${told}, and ended what did not end by itself`];
    throw new TidegateError(
        `${stack}: process ${left.map(({ pid }) => pid).join(", ")} of a run before still works on it, and cannot be ended.`,
        { code: "operation-alive", hint: "End it, then run the same command again.", retryable: true },
    );
}

/**
 * Kills what an operation has left that has ended itself by force: an engine that is killed leaves its plugins, and one in
 * Node then tells itself for ever, at full load, that its engine is gone.
 */
export async function killLeftOvers(mark: string | undefined): Promise<void> {
    if (mark === undefined) return;
    for (const { pid } of await leftOvers(mark)) signal(pid, "SIGKILL");
}

async function leftOvers(mark: string): Promise<ProcessInfo[]> {
    const marked = await withEnvironment(operationVariable, mark).catch(() => []);
    const own = await Promise.all(marked.map(async (one) => ((await isPulumis(one)) ? one : undefined)));
    return own.filter((one) => one !== undefined);
}

/**
 * The engine, a plugin, or a program that talks to it; not a daemon that a program has left behind on purpose, which has
 * the same environment.
 */
async function isPulumis({ pid, name }: ProcessInfo): Promise<boolean> {
    if (name.startsWith("pulumi")) return true;
    const words = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0").filter(Boolean);
    // A plugin is started with the address of its engine last; a program with that of the monitor.
    return words.some((word) => /^--monitor(=|$)/.test(word)) || /^127\.0\.0\.1:\d+$/.test(words.at(-1) ?? "");
}

function signal(pid: number, name: NodeJS.Signals): void {
    try {
        process.kill(pid, name);
    } catch {
        // It has ended meanwhile.
    }
}
