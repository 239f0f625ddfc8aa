/** A release goes onward: one promotion after the other, and before each it is asked anew what is next. */
import { exitCodes } from "../core/errors";
import type { Clock } from "../gates/clock";
import type { OnwardQuestion, OnwardTarget } from "../release/onward";

/** What it is done with: the store of releases, and the promotions themselves. */
export interface OnwardSeams {
    /** What comes of it by now, with what was done here so far. */
    readonly plan: (done: Pick<OnwardQuestion, "promoted" | "red">) => Promise<readonly OnwardTarget[]>;
    /** Answers with the exit code. */
    readonly promote: (target: OnwardTarget) => Promise<number>;
    readonly clock: Clock;
    readonly signal: AbortSignal;
    /** Called as a wait begins, and again while it lasts. `until` in milliseconds since the epoch. */
    readonly waiting: (target: OnwardTarget, until: number) => void;
}

export interface OnwardOutcome {
    readonly targets: readonly OnwardTarget[];
    readonly exitCode: number;
    /** What would have had its time too late to be waited for. */
    readonly beyond: OnwardTarget | undefined;
}

/** So long a wait says nothing; what others have promoted or held in the meantime is seen then. */
const sliceMilliseconds = 5 * 60_000;

/** @param waitMinutes how long it waits in all for what only waits for its time */
export async function goOnward(
    { plan, promote, clock, signal, waiting }: OnwardSeams,
    waitMinutes: number,
): Promise<OnwardOutcome> {
    const deadline = clock.now() + waitMinutes * 60_000;
    const promoted = new Set<string>();
    let red: OnwardQuestion["red"];
    for (;;) {
        const targets = await plan({ promoted, red });
        const ended = (exitCode: number, beyond?: OnwardTarget): OnwardOutcome => ({ targets, exitCode, beyond });
        if (signal.aborted) return ended(exitCodes.interrupted);
        const next = targets.find(({ state }) => state === "may-go");
        if (next !== undefined) {
            const exitCode = await promote(next);
            if (exitCode === exitCodes.ok) promoted.add(next.environment);
            else red = { environment: next.environment, exitCode };
            continue;
        }
        const exitCode = exitCodeOf(targets, red);
        const soonest = targets
            // Where a person decides then, nothing comes of waiting.
            .filter(({ at, pause }) => at !== undefined && !pause)
            .reduce<OnwardTarget | undefined>((a, b) => (a !== undefined && timeOf(a) <= timeOf(b) ? a : b), undefined);
        if (soonest === undefined) return ended(exitCode);
        if (timeOf(soonest) > deadline) return ended(exitCode, soonest);
        waiting(soonest, timeOf(soonest));
        const left = Math.max(0, timeOf(soonest) - clock.now());
        await clock.sleep(Math.min(left, sliceMilliseconds), signal).catch((error: unknown) => {
            if (!signal.aborted) throw error;
        });
    }
}

const timeOf = ({ at }: OnwardTarget): number => Date.parse(at ?? "");

/** Of the first that is stopped: what its promotion ended with, else that it is refused. */
export function exitCodeOf(targets: readonly OnwardTarget[], red: OnwardQuestion["red"]): number {
    const stopped = targets.find(({ state }) => state === "stopped");
    if (stopped === undefined) return exitCodes.ok;
    if (stopped.environment === red?.environment) return red.exitCode;
    return stopped.code === undefined ? exitCodes.failed : exitCodes.refused;
}
