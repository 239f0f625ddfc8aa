/**
 * The audit of states: an export of a stack, whose secrets are encrypted, may hold no secret in plain text. The engine marks a
 * secret as an object with a signature of its own; what is none of these and looks like a secret was never marked as one.
 */
import { z } from "zod";
import { detect, leavesOf, type Finding } from "../../policy/secrets";

export interface StateFinding extends Finding {
    readonly stack: string;
    readonly urn: string;
}

/** https://github.com/pulumi/pulumi, sdk/go/common/resource/sig: `4dabf…` marks special objects, this one a secret. */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

const properties = z.record(z.string(), z.unknown()).default({});
const resource = z.looseObject({ urn: z.string(), inputs: properties, outputs: properties });
const exportSchema = z.looseObject({
    deployment: z
        .looseObject({
            resources: z.array(resource).nullish(),
            pending_operations: z.array(z.looseObject({ resource })).nullish(),
        })
        .nullish(),
});

export interface StateReport {
    readonly resources: number;
    readonly findings: readonly StateFinding[];
}

/** @param exported what `pulumi stack export` prints, without --show-secrets */
export function auditState(stack: string, exported: unknown): StateReport {
    const { deployment } = exportSchema.parse(exported);
    const resources = [
        ...(deployment?.resources ?? []),
        ...(deployment?.pending_operations ?? []).map((pending) => pending.resource),
    ];
    const findings = new Map<string, StateFinding>();
    for (const { urn, inputs, outputs } of resources)
        for (const side of [inputs, outputs])
            for (const leaf of leavesOf(withoutSecrets(side)))
                for (const finding of detect({ ...leaf, format: "resource" })) {
                    // An output that repeats its input is told once.
                    const key = `${urn}\0${finding.rule}\0${finding.keyPath}`;
                    if (findings.has(key)) continue;
                    findings.set(key, {
                        stack,
                        urn,
                        rule: finding.rule,
                        keyPath: finding.keyPath,
                        get fingerprint() {
                            return finding.fingerprint;
                        },
                    });
                }
    return { resources: resources.length, findings: [...findings.values()] };
}

/** The names that the engine itself gives: no text of anybody's. */
const ofTheEngine = new Set(["__defaults", "__internal", "__meta", "__fqn"]);

function withoutSecrets(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(withoutSecrets);
    if (typeof value !== "object" || value === null) return value;
    const entries = value as Readonly<Record<string, unknown>>;
    if (entries[signatureKey] === secretSignature) return undefined;
    return Object.fromEntries(
        Object.entries(entries)
            .filter(([key]) => key !== signatureKey && !ofTheEngine.has(key))
            .map(([key, inner]) => [key, withoutSecrets(inner)]),
    );
}
