/**
 * What an engine operation tells, reduced from Pulumi's engine events to what people and later steps need. Property
 * values are dropped here, at the source, but for those that a preview would change: they may hold what nobody marked as
 * secret.
 */
import type { EngineEvent, OpMap } from "@pulumi/pulumi/automation";
import type { UnansweredCreate } from "./unanswered";
import { outputsOf, propertiesOf, type PropertyChange } from "./propertyDiff";

export interface ResourceFact {
    readonly kind: "resource";
    readonly phase: "started" | "done" | "failed";
    /** create, update, delete, same, replace, refresh, read … */
    readonly op: string;
    readonly type: string;
    readonly name: string;
    readonly urn: string;
    /** Paths of the properties that differ. */
    readonly diffs: readonly string[];
    /** What it would change of the resource; of a preview alone. */
    readonly properties?: readonly PropertyChange[];
}

/** Outputs of the stack that a preview would change. */
export interface OutputsFact {
    readonly kind: "outputs";
    readonly names: readonly string[];
}

export interface DiagnosticFact {
    readonly kind: "diagnostic";
    readonly severity: "error" | "warning" | "info";
    readonly message: string;
    readonly urn: string | undefined;
}

export interface SummaryFact {
    readonly kind: "summary";
    readonly seconds: number;
    /** Number of resources by what was done to them: `{create: 3, same: 1}`. */
    readonly changes: Readonly<OpMap>;
}

export interface PolicyFact {
    readonly kind: "policy";
    readonly policy: string;
    readonly message: string;
    readonly mandatory: boolean;
    readonly urn: string | undefined;
}

/** The operation has failed, and nobody knows what became of these. */
export interface UnansweredFact {
    readonly kind: "unanswered";
    readonly creates: readonly UnansweredCreate[];
}

export type EngineFact = ResourceFact | OutputsFact | DiagnosticFact | SummaryFact | PolicyFact | UnansweredFact;

/** Name of a resource, the last part of its URN. */
export const nameOf = (urn: string): string => urn.split("::").pop() ?? urn;

/** A violation on one line: which policy, of which resource, and why. */
export function violation({ policy, message, urn }: PolicyFact): string {
    const at = urn === undefined || urn === "" ? "" : ` at ${urn.split("::")[2]?.split(":").pop()} '${nameOf(urn)}'`;
    return `${policy}${at}: ${message.replace(/\s*\n\s*/g, " ")}`;
}

/** The engine colours its texts with tags such as `<{%reset%}>`; error texts of plugins come wrapped by gRPC. */
export function plainText(text: string): string {
    return text
        .replace(/<\{%[^%]*%\}>/g, "")
        .replace(/^(error: )?(rpc error: code = \w+ desc = )?/, "")
        .trim();
}

export function factOf(event: EngineEvent): EngineFact | undefined {
    const step = (
        phase: ResourceFact["phase"],
        metadata: NonNullable<EngineEvent["resourcePreEvent"]>["metadata"],
    ): ResourceFact => ({
        kind: "resource",
        phase,
        op: metadata.op,
        type: metadata.type,
        name: nameOf(metadata.urn),
        urn: metadata.urn,
        diffs: metadata.detailedDiff ? Object.keys(metadata.detailedDiff) : (metadata.diffs ?? []),
    });
    if (event.resourcePreEvent) {
        const { metadata, planning } = event.resourcePreEvent;
        const started = step("started", metadata);
        return planning === true ? { ...started, properties: propertiesOf(metadata) } : started;
    }
    if (event.resOutputsEvent?.planning === true && event.resOutputsEvent.metadata.type === "pulumi:pulumi:Stack") {
        const names = outputsOf(event.resOutputsEvent.metadata);
        if (names.length > 0) return { kind: "outputs", names };
    }
    if (event.resOutputsEvent) return step("done", event.resOutputsEvent.metadata);
    if (event.resOpFailedEvent) return step("failed", event.resOpFailedEvent.metadata);
    if (event.summaryEvent)
        return {
            kind: "summary",
            seconds: event.summaryEvent.durationSeconds,
            changes: event.summaryEvent.resourceChanges,
        };
    if (event.policyEvent)
        return {
            kind: "policy",
            policy: event.policyEvent.policyName,
            message: plainText(event.policyEvent.message),
            mandatory: event.policyEvent.enforcementLevel === "mandatory",
            urn: event.policyEvent.resourceUrn,
        };
    const diagnostic = event.diagnosticEvent;
    if (!diagnostic || diagnostic.ephemeral || (diagnostic.severity as string) === "debug") return undefined;
    const message = plainText(diagnostic.message);
    // The engine's remark on a plugin that does not lie beside it: that is how the toolchain wants it.
    if (message === "" || /^using pulumi-(language-nodejs|resource-pulumi-nodejs) from \$PATH/.test(message))
        return undefined;
    const severity =
        diagnostic.severity === "error" || diagnostic.severity === "warning" ? diagnostic.severity : "info";
    return { kind: "diagnostic", severity, message, urn: diagnostic.urn || undefined };
}
