/**
 * Reads what a stack is: its outputs, which of them are secret, and what an interrupted operation has left pending. The
 * Automation API takes a selection and two calls of the CLI for the outputs alone, and does not see a secret inside of an
 * object.
 */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { Asked, StackReads } from "./reads";

/** Values of a stack's outputs by name, secrets in clear: they stay in the memory of the driver. */
export type Outputs = Readonly<Record<string, unknown>>;

export interface StackSnapshot {
    readonly outputs: Outputs;
    /** The values in `outputs` that are secret, to be kept out of everything that is told. */
    readonly secrets: readonly unknown[];
    /** What was begun and never ended, by URN. */
    readonly pending: readonly { readonly operation: string; readonly urn: string }[];
    /** Number of resources, without the engine's own: the stack, its providers, its references. */
    readonly resources: number;
    /** URNs of them. */
    readonly urns: readonly string[];
}

export const nothing: StackSnapshot = { outputs: {}, secrets: [], pending: [], resources: 0, urns: [] };

/** Whether a stack was ever deployed: one that was made for a look ahead holds nothing. */
export const isDeployed = ({ resources, outputs }: StackSnapshot): boolean =>
    resources > 0 || Object.keys(outputs).length > 0;

/** sdk/go/common/resource/sig/sig.go of pulumi/pulumi: how a checkpoint marks what is no plain JSON. */
export const signature = "4dabf18193072939515e22adb298388d";
export const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

const stackType = "pulumi:pulumi:Stack";

const exported = z.looseObject({
    deployment: z
        .looseObject({
            resources: z
                .array(
                    z.looseObject({
                        urn: z.string(),
                        type: z.string(),
                        outputs: z.record(z.string(), z.unknown()).optional(),
                    }),
                )
                .nullish(),
            pending_operations: z
                .array(z.looseObject({ type: z.string(), resource: z.looseObject({ urn: z.string() }) }))
                .nullish(),
        })
        .nullish(),
});

/** Empty where there is no such stack. */
export async function readSnapshot(target: Asked, reads: StackReads, signal?: AbortSignal): Promise<StackSnapshot> {
    return (await fromFile(target.checkpoint)) ?? (await reads.of(target, "reading the outputs", signal)).snapshot;
}

const stateShape = z.looseObject({ checkpoint: z.looseObject({ latest: z.unknown() }) });

/**
 * By the state's file, which saves a start of the CLI: half a second of CPU for each look. Undefined where there is none
 * that can be read, or where a secret is among the outputs: the CLI alone decrypts it.
 */
async function fromFile(file: string | undefined): Promise<StackSnapshot | undefined> {
    try {
        const state = stateShape.parse(JSON.parse(await readFile(file ?? "", "utf8")));
        const deployment = exported.shape.deployment.parse(state.checkpoint.latest);
        const outputs = deployment?.resources?.find(({ type }) => type === stackType)?.outputs;
        return JSON.stringify(outputs ?? {}).includes(secretSignature) ? undefined : parseSnapshot({ deployment });
    } catch {
        return undefined;
    }
}

/** Of what `pulumi stack export --show-secrets` prints. */
export function parseSnapshot(json: unknown): StackSnapshot {
    const { deployment } = exported.parse(json);
    const resources = deployment?.resources ?? [];
    const own = resources.find(({ type }) => type === stackType);
    const secrets: unknown[] = [];
    const outputs = Object.fromEntries(
        Object.entries(own?.outputs ?? {}).map(([name, value]) => [name, inClear(value, secrets)]),
    );
    const urns = resources.filter(({ type }) => !type.startsWith("pulumi:")).map(({ urn }) => urn);
    return {
        outputs,
        secrets,
        pending: (deployment?.pending_operations ?? []).map(({ type, resource }) => ({
            operation: type,
            urn: resource.urn,
        })),
        resources: urns.length,
        urns,
    };
}

const secretShape = z.object({ [signature]: z.literal(secretSignature), plaintext: z.string() });

/** The secrets in a value of an export with secrets in clear, from the innermost. */
export function secretsAmong(value: unknown): readonly unknown[] {
    const secrets: unknown[] = [];
    inClear(value, secrets);
    return secrets;
}

function inClear(value: unknown, secrets: unknown[]): unknown {
    if (Array.isArray(value)) return value.map((one) => inClear(one, secrets));
    if (typeof value !== "object" || value === null) return value;
    const secret = secretShape.safeParse(value);
    if (secret.success) {
        const plain = inClear(JSON.parse(secret.data.plaintext), secrets);
        secrets.push(plain);
        return plain;
    }
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inClear(one, secrets)]));
}
