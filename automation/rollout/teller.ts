/**
 * What a run tells: engine facts, progress and errors as events, with the secrets that are known taken out of each. The
 * first problem is kept.
 */
import { exitCodes, explained, messageOf, TidegateError } from "../core/errors";
import type { Progress } from "../core/progress";
import { Redactor } from "../core/redactor";
import { violation, type EngineFact, type ResourceFact } from "../engine/facts";
import type { ResourceChange } from "./changes";
import type { EventSink, RolloutEvent } from "./events";
import type { StepRun } from "./steps";

export interface TellerRequest {
    readonly onEvent: EventSink;
    readonly signal: AbortSignal;
    /** @default one of its own */
    readonly redactor?: Redactor;
}

export class Teller {
    readonly redactor: Redactor;
    private first: TidegateError | undefined;

    constructor(private readonly request: TellerRequest) {
        this.redactor = request.redactor ?? new Redactor();
    }

    /** The first problem; undefined where there was none. */
    get problem(): TidegateError | undefined {
        return this.first;
    }

    emit(event: RolloutEvent): void {
        this.request.onEvent(this.redactor.deep(event));
    }

    /** For what runs beside the engine; `label` stands before its figures. */
    stepRun(layer: string, label: string): StepRun {
        return { progress: this.progressOf(layer, label), signal: this.request.signal };
    }

    private progressOf(layer: string, label: string): Progress {
        return {
            update: (text) => this.emit({ type: "activity", layer, text }),
            advance: (done, total, unit) =>
                this.emit({
                    type: "activity",
                    layer,
                    text: label,
                    done,
                    ...(total === undefined ? {} : { total }),
                    unit,
                }),
            note: (text) => this.emit({ type: "note", layer, text }),
        };
    }

    /** Of a preview, resources are told once all of their steps are known: see `tellChange`. */
    tell(layer: string, fact: EngineFact, preview = false): void {
        if (fact.kind === "resource") {
            // Of the engine's own: the stack itself, its providers and its references.
            const own = fact.type.startsWith("pulumi:");
            const shown = !own && fact.op !== "same" && fact.op !== "refresh" && fact.op !== "read";
            if (fact.phase === "started" && shown)
                this.emit({ type: "activity", layer, text: `${fact.op} ${fact.type.split(":").pop()} ${fact.name}` });
            if (shown && !preview && fact.phase === "done")
                this.emit({
                    type: "resource",
                    layer,
                    op: fact.op,
                    resourceType: fact.type,
                    name: fact.name,
                    diffs: fact.diffs,
                });
        } else if (fact.kind === "policy" && !fact.mandatory)
            this.emit({ type: "note", layer, text: `policy ${violation(fact)}` });
        else if (fact.kind === "diagnostic" && fact.severity === "warning")
            this.emit({ type: "note", layer, text: fact.message });
        else if (fact.kind === "diagnostic" && fact.severity === "info" && fact.urn !== undefined)
            this.emit({ type: "activity", layer, text: fact.message.split("\n")[0] ?? "" });
    }

    /** What a preview would change of a resource. */
    tellChange(layer: string, { urn, type, name, op, properties }: ResourceChange): void {
        const diffs = properties.map(({ path }) => path);
        this.emit({ type: "resource", layer, op, resourceType: type, name, diffs, urn, properties });
    }

    /** A refresh tells of each resource what became of it; whether that is drift. */
    tellDrift(layer: string, { op, phase, type, name, diffs }: ResourceFact): boolean {
        if (type.startsWith("pulumi:") || phase !== "done" || (op !== "update" && op !== "delete")) return false;
        this.emit({
            type: "resource",
            layer,
            op: op === "delete" ? "missing" : "drifted",
            resourceType: type,
            name,
            diffs,
        });
        return true;
    }

    fail(layer: string | undefined, thrown: unknown): void {
        const error = this.request.signal.aborted && isAbort(thrown) ? interrupted(layer) : explained(thrown);
        const problem = this.told(
            TidegateError.is(error)
                ? error
                : new TidegateError(messageOf(error), {
                      code: "internal",
                      cause: error,
                      exitCode: exitCodes.internal,
                      hint: "This is a fault of Tidegate: please report it with the lines above.",
                  }),
        );
        this.first ??= problem;
        this.emit({
            type: "problem",
            ...(layer === undefined ? {} : { layer }),
            code: problem.code,
            message: problem.message,
            ...(problem.hint === undefined ? {} : { hint: problem.hint }),
        });
    }

    /** An error as it may be shown. */
    private told(error: TidegateError): TidegateError {
        const message = this.redactor.text(error.message);
        const hint = error.hint === undefined ? undefined : this.redactor.text(error.hint);
        if (message === error.message && hint === error.hint) return error;
        const { code, retryable, exitCode } = error;
        return new TidegateError(message, { code, retryable, exitCode, ...(hint === undefined ? {} : { hint }) });
    }
}

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === "AbortError";

export function interrupted(where = "the rollout"): TidegateError {
    return new TidegateError(`${where}: interrupted.`, {
        code: "interrupted",
        hint: "Run the same command again: it goes on from what is there.",
    });
}

/** "3 created, 1 updated", or that there was nothing to do. */
export function changesText(changes: Readonly<Record<string, number>>, tense: "did" | "would"): string {
    const words: Record<string, string> = {
        create: "created",
        update: "updated",
        delete: "deleted",
        replace: "replaced",
        import: "imported",
    };
    const parts = Object.entries(words)
        .map(([op, word]) => [changes[op] ?? 0, word] as const)
        .filter(([count]) => count > 0)
        .map(([count, word]) => `${count} ${word}`);
    if (parts.length === 0) return "no change";
    return tense === "did" ? parts.join(", ") : `${parts.join(", ")} at the next up`;
}
