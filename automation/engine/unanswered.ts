/**
 * Creates to which the answer never came: the provider died, or could not be reached any more, after it had been asked; or
 * the provider had asked its cloud, and the line broke. The resource may be there, but the engine counts the create as failed
 * and keeps no word of it; the next one would create it a second time. They are kept beside the ledger until they are looked
 * for, as creates that a crash of the engine has cut off are in the state. (`pulumi stack import` would drop them there: pkg/cmd/pulumi/stack/stack_import.go.) Pure.
 */
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { z } from "zod";

/** What gRPC says where the other side is gone; what a provider itself answers has another code. */
const gone = /rpc error: code = (Unavailable|Canceled)|error reading from server|transport is closing/;

/**
 * What providers pass on of Go's net and net/http, and of Node, where a request was sent and no answer came: the create may be
 * done. One that could not be sent (`dial tcp`) is not.
 */
const noAnswer =
    /connection reset by peer|ECONNRESET|socket hang up|broken pipe|: (unexpected )?EOF\b|while awaiting headers|read tcp .*i\/o timeout|server sent GOAWAY|connection was forcibly closed/;
const notSent = /dial tcp/;

const isLost = (message: string): boolean => gone.test(message) || (noAnswer.test(message) && !notSent.test(message));

type Metadata = NonNullable<EngineEvent["resOpFailedEvent"]>["metadata"];

/** A resource as the state keeps it while it is created. */
export interface UnansweredCreate {
    readonly urn: string;
    readonly type: string;
    readonly custom: true;
    readonly parent?: string;
    readonly provider?: string;
    /** Secrets among them read `[secret]`, as the engine tells them. */
    readonly inputs?: Readonly<Record<string, unknown>>;
}

/** Gathers them from the events of an operation. */
export class Unanswered {
    private readonly failed = new Map<string, UnansweredCreate>();
    private readonly lost = new Set<string>();

    see({ diagnosticEvent, resOpFailedEvent }: EngineEvent): void {
        if (diagnosticEvent?.severity === "error" && diagnosticEvent.urn && isLost(diagnosticEvent.message))
            this.lost.add(diagnosticEvent.urn);
        if (resOpFailedEvent !== undefined) this.fail(resOpFailedEvent.metadata);
    }

    get creates(): UnansweredCreate[] {
        return [...this.failed.values()].filter(({ urn }) => this.lost.has(urn));
    }

    private fail({ op, urn, type, new: made }: Metadata): void {
        if (!/^create(-replacement)?$/.test(op) || made?.custom !== true) return;
        // It was answered, and something after that failed: the state has it.
        if (made.id) return;
        const { parent, provider, inputs } = made as {
            parent?: string;
            provider?: string;
            inputs?: Record<string, unknown>;
        };
        this.failed.set(urn, {
            urn,
            type,
            custom: true,
            ...(parent ? { parent } : {}),
            ...(provider ? { provider } : {}),
            ...(inputs ? { inputs } : {}),
        });
    }
}

const exportSchema = z.looseObject({
    deployment: z.looseObject({ pending_operations: z.array(z.unknown()).nullish() }),
});

/** The exported state with these creates as pending ones, as the engine itself would have kept them. */
export function withPending(exported: unknown, creates: readonly UnansweredCreate[]): unknown {
    const parsed = exportSchema.parse(exported);
    const { deployment } = parsed;
    const pending = [
        ...(deployment.pending_operations ?? []),
        ...creates.map((resource) => ({ type: "creating", resource })),
    ];
    return { ...parsed, deployment: { ...deployment, pending_operations: pending } };
}
