/**
 * A check: one small question with a time limit, whose answer is a verdict with evidence. A check never passes for
 * want of an answer: a thrown error, a time-out, or a pass without evidence is a failure (see runner.ts).
 */
import { z } from "zod";
import type { DeepReadonly } from "../core/readonly";
import { TidegateError, messageOf } from "../core/errors";
import type { Clock } from "./clock";

/** In the order in which they run. */
export const stages = ["preflight", 1, 2, 3, 4] as const;
export type Stage = (typeof stages)[number];

export const stageTitles: Readonly<Record<Stage, string>> = {
    preflight: "preflight",
    1: "infrastructure",
    2: "Flink jobs",
    3: "data",
    4: "dbt",
};

const evidenceSchema = z
    .record(
        z.string(),
        z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string()), z.record(z.string(), z.number())]),
    )
    .describe("What was observed; nothing secret.");

/**
 * What was observed, as JSON. Equal observations give equal evidence: no time of day, no duration, no random name,
 * and nothing secret.
 */
export type Evidence = DeepReadonly<z.infer<typeof evidenceSchema>>;
export type EvidenceValue = Evidence[string];

export interface Pass {
    readonly status: "pass";
    /** One short line: "9,900 rows". */
    readonly summary: string;
    /** At least one observation. */
    readonly evidence: Evidence;
    /** What a person should know although it is green. */
    readonly warnings: readonly string[];
}

export interface Failure {
    readonly status: "fail";
    /** What failed, with the numbers. */
    readonly message: string;
    /** Where to look: a URL, a file, a command. */
    readonly look: string;
    /** What to do next. */
    readonly hint: string;
    readonly evidence: Evidence;
}

export type Verdict = Pass | Failure;

export interface CheckContext {
    /** Aborted when the check's time is over, or the run is interrupted. */
    readonly signal: AbortSignal;
    readonly clock: Clock;
}

export interface Check {
    /** Stable, `<part>.<statement>`, e.g. `data.silver-not-more-than-bronze`; listed in docs/gates.md. */
    readonly id: string;
    readonly stage: Stage;
    /** The stack whose gate it stands in, by its name in the graph; `environment` for what holds before any. */
    readonly layer: string;
    /** What it proves, as a statement: "Kafka takes and gives back a record". */
    readonly title: string;
    readonly limitSeconds: number;
    /** Where to look, unless a verdict names a better place. */
    readonly look: string;
    /** What to do, unless a verdict or the error that was thrown knows better. */
    readonly hint: string;
    /** False: red is told, and holds nothing up. @default true */
    readonly blocking?: false;
    run(context: CheckContext): Promise<Verdict>;
}

/** What became of a check: data for the live view, the reports and the exit code. Only `pass` is green. */
export const checkResultSchema = z.object({
    id: z.string().describe("Stable; docs/gates.md lists them."),
    stage: z.literal(stages),
    layer: z.string().describe("The stack whose gate it stands in; `environment` for what holds before any."),
    title: z.string().describe("What it proves, as a statement."),
    status: z.enum(["pass", "fail", "not-run"]),
    blocking: z.literal(false).optional().describe("False: red is told, and holds nothing up."),
    summary: z.string().optional().describe("Of a pass: what was seen."),
    warnings: z.array(z.string()).optional().describe("Of a pass: what a person should know all the same."),
    message: z.string().optional().describe("Of a failure, or of a check that was not run: why."),
    look: z.string().optional().describe("Where to look: a URL, a file, a command."),
    hint: z.string().optional().describe("What to do next."),
    evidence: evidenceSchema,
    seconds: z.number().min(0).describe("How long it ran; 0 where it did not."),
});
export type CheckResult = DeepReadonly<z.infer<typeof checkResultSchema>>;

export function pass(summary: string, evidence: Evidence, warnings: readonly string[] = []): Pass {
    return { status: "pass", summary, evidence, warnings };
}

/** A failure that takes `look` and `hint` from the check where it has none of its own. */
export function failing(
    check: Pick<Check, "look" | "hint">,
    message: string,
    evidence: Evidence = {},
    advice: { readonly look?: string; readonly hint?: string } = {},
): Failure {
    return {
        status: "fail",
        message,
        look: advice.look ?? check.look,
        hint: advice.hint ?? check.hint,
        evidence,
    };
}

/** What was thrown, as a failure. */
export function failureOf(check: Pick<Check, "look" | "hint">, error: unknown): Failure {
    if (!TidegateError.is(error)) return failing(check, messageOf(error) || "An error without a message.");
    return failing(check, error.message, { code: error.code }, error.hint === undefined ? {} : { hint: error.hint });
}

/** Whether a check holds its gate shut. */
export const isRed = (result: CheckResult): boolean => result.status !== "pass" && result.blocking !== false;

/** Whether a gate opens: there was at least one check, and none of those that may hold it shut is red. */
export function isGreen(results: readonly CheckResult[]): boolean {
    return results.length > 0 && !results.some(isRed);
}
