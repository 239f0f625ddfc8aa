/** What is red in a run, with what to do about it: what people read first in every report. */
import type { CheckResult } from "../gates";
import type { LayerFacts, ProblemFacts, RunFacts } from "./facts";

export interface Trouble {
    /** Name of a stack; `preflight` of what holds before any, undefined of the run as a whole. */
    readonly where: string | undefined;
    /** What should hold: a check's title, a hook's name, else what failed. */
    readonly title: string;
    /** Of a check its id, else a code of docs/errors.md. */
    readonly id: string;
    readonly message: string;
    readonly look: string | undefined;
    readonly hint: string | undefined;
    /** Whether it made the run red. */
    readonly blocking: boolean;
}

/** Problems that are told by something else: the check or the hook that is red. */
const toldElsewhere: ReadonlySet<string> = new Set(["gate-red", "hook-failed"]);

/** The problem of a stack, or of the run as a whole, unless a check or a hook tells it. */
export function ownProblem({ problem }: { readonly problem: ProblemFacts | undefined }): ProblemFacts | undefined {
    return problem === undefined || toldElsewhere.has(problem.code) ? undefined : problem;
}

/** Those that hold something up first, then in rollout order. */
export function troublesOf(facts: RunFacts): readonly Trouble[] {
    const general = ownProblem(facts);
    const all = [
        ...(general === undefined || general.layer !== undefined ? [] : [ofProblem(general)]),
        ...facts.preflight.flatMap((check) => ofCheck("preflight", check)),
        ...facts.layers.flatMap(ofLayer),
    ];
    return [...all.filter(({ blocking }) => blocking), ...all.filter(({ blocking }) => !blocking)];
}

function ofLayer(layer: LayerFacts): Trouble[] {
    const problem = ownProblem(layer);
    return [
        ...(problem === undefined ? [] : [ofProblem(problem)]),
        ...layer.hooks
            .filter(({ ok }) => !ok)
            .map(({ point, name, text, look, hint, blocking }) => ({
                where: layer.name,
                title: `${point} ${name}`,
                id: "hook-failed",
                message: text,
                look,
                hint,
                // What runs once something has failed is never the reason.
                blocking: blocking && point !== "onFailure",
            })),
        ...layer.checks.flatMap((check) => ofCheck(layer.name, check)),
    ];
}

/** Nothing of a check that was not run: what stopped it is red itself. */
function ofCheck(where: string, check: CheckResult): Trouble[] {
    if (check.status !== "fail") return [];
    const { id, title, message, look, hint } = check;
    return [{ where, title, id, message: message ?? "", look, hint, blocking: check.blocking !== false }];
}

function ofProblem({ layer, code, message, hint }: ProblemFacts): Trouble {
    return { where: layer, title: "", id: code, message, look: undefined, hint, blocking: true };
}
