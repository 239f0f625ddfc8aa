/**
 * Runs checks stage by stage. Within a stage all of them run, side by side up to a bound; a red stage stops the later
 * ones, whose checks are reported as `not-run`, which is not green: so the first cause stands on top.
 *
 * Fails closed: whatever is not a pass with evidence within the time limit is a failure.
 */
import pLimit from "p-limit";
import { exitCodes, TidegateError } from "../core/errors";
import {
    failing,
    failureOf,
    isRed,
    stages,
    stageTitles,
    type Check,
    type CheckResult,
    type Stage,
    type Verdict,
} from "./check";
import { systemClock, type Clock } from "./clock";

export type CheckEvent =
    | {
          readonly type: "check-started";
          readonly check: Pick<Check, "id" | "stage" | "layer" | "title" | "limitSeconds">;
      }
    | { readonly type: "check-finished"; readonly result: CheckResult };

export interface RunOptions {
    /** Aborting it fails what runs and leaves the rest `not-run`. */
    readonly signal?: AbortSignal;
    /** Checks of one stage that run at the same time. @default 8 */
    readonly parallel?: number;
    readonly onEvent?: (event: CheckEvent) => void;
    readonly clock?: Clock;
}

/** The checks by stage, in the order in which they run; empty stages are left out. An id that comes twice is an error. */
export function inStages(
    checks: readonly Check[],
): readonly { readonly stage: Stage; readonly checks: readonly Check[] }[] {
    const seen = new Set<string>();
    for (const { id } of checks) {
        if (seen.has(id))
            throw new TidegateError(`Two checks have the id '${id}'.`, {
                code: "check-id-taken",
                exitCode: exitCodes.internal,
            });
        seen.add(id);
    }
    return stages
        .map((stage) => ({ stage, checks: checks.filter((check) => check.stage === stage) }))
        .filter((group) => group.checks.length > 0);
}

/** One result for each check, by stage and then in the given order. */
export async function runChecks(checks: readonly Check[], options: RunOptions = {}): Promise<readonly CheckResult[]> {
    const clock = options.clock ?? systemClock;
    const limit = pLimit(options.parallel ?? 8);
    const results: CheckResult[] = [];
    let stopped: string | undefined;
    for (const group of inStages(checks)) {
        const reason = stopped ?? (options.signal?.aborted ? "not run: interrupted" : undefined);
        const ended = await Promise.all(
            group.checks.map((check) =>
                limit(async () => {
                    const result =
                        reason === undefined ? await runOne(check, clock, options) : withoutRun(check, reason);
                    options.onEvent?.({ type: "check-finished", result });
                    return result;
                }),
            ),
        );
        results.push(...ended);
        const red = ended.find(isRed);
        if (red !== undefined) stopped ??= `not run: ${stageName(group.stage)} is red, first ${red.id}`;
    }
    return results;
}

function stageName(stage: Stage): string {
    return stage === "preflight" ? "the preflight" : `stage ${stage} (${stageTitles[stage]})`;
}

function identity(check: Check): Pick<CheckResult, "id" | "stage" | "layer" | "title" | "blocking"> {
    const { id, stage, layer, title, blocking } = check;
    return { id, stage, layer, title, ...(blocking === undefined ? {} : { blocking }) };
}

function withoutRun(check: Check, message: string): CheckResult {
    return { ...identity(check), status: "not-run", message, evidence: {}, seconds: 0 };
}

async function runOne(check: Check, clock: Clock, options: RunOptions): Promise<CheckResult> {
    if (options.signal?.aborted) return withoutRun(check, "not run: interrupted");
    const { id, stage, layer, title, limitSeconds } = check;
    options.onEvent?.({ type: "check-started", check: { id, stage, layer, title, limitSeconds } });
    const begun = clock.now();
    const verdict = await judged(check, clock, options.signal);
    const seconds = (clock.now() - begun) / 1000;
    if (verdict.status === "pass") {
        const { status, summary, evidence, warnings } = verdict;
        return { ...identity(check), status, summary, ...(warnings.length > 0 ? { warnings } : {}), evidence, seconds };
    }
    const { status, message, look, hint, evidence } = verdict;
    return { ...identity(check), status, message, look, hint, evidence, seconds };
}

/** The verdict of a check within its time; the check's own work is told to stop when that is over. */
async function judged(check: Check, clock: Clock, interrupted: AbortSignal | undefined): Promise<Verdict> {
    const work = new AbortController();
    const timer = new AbortController();
    const onInterrupt = (): void => work.abort(new Error("interrupted"));
    interrupted?.addEventListener("abort", onInterrupt, { once: true });
    const ending = new Promise<Verdict>((resolve) =>
        work.signal.addEventListener("abort", () => {
            const cut = work.signal.reason as Error;
            resolve(
                failing(check, cut.message === "interrupted" ? "Interrupted before it had an answer." : cut.message),
            );
        }),
    );
    clock.sleep(check.limitSeconds * 1000, timer.signal).then(
        () => work.abort(new Error(`No answer within its limit of ${check.limitSeconds} s.`)),
        () => undefined,
    );
    try {
        const answer = (async () => check.run({ signal: work.signal, clock }))();
        // A check that is cut off may still throw later; its verdict is given already.
        answer.catch(() => undefined);
        return sound(check, await Promise.race([answer, ending]));
    } catch (error) {
        return failureOf(check, error);
    } finally {
        interrupted?.removeEventListener("abort", onInterrupt);
        timer.abort(new Error("ended"));
    }
}

/** A pass that shows nothing is none. */
function sound(check: Check, verdict: Verdict | undefined): Verdict {
    if (verdict === undefined) return failing(check, "The check gave no verdict.");
    if (verdict.status === "pass" && Object.keys(verdict.evidence).length === 0)
        return failing(check, "The check passed without evidence, which does not count.");
    return verdict;
}
