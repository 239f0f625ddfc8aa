/**
 * What an environment says of a release once it is green there. Kept with the releases, for whoever promotes can seldom
 * read the ledger of where it comes from. Pure.
 */
import { z } from "zod";
import type { DeepReadonly } from "../core/readonly";
import { checkResultSchema } from "../gates/check";
import { digestPattern } from "./manifest";

const digest = z.string().regex(digestPattern);

/** Written before anything of an environment is changed: whatever was there stays no longer. */
export const markSchema = z.strictObject({
    version: z.literal(1),
    environment: z.string(),
    /** Before there was `rollback`, one was an `up`. */
    operation: z.enum(["up", "rollback", "refresh", "down"]),
    /** Undefined: what is no release, or is not known to be one. */
    release: digest.optional(),
    /** Of a promotion: the environment that it came from. Before there was this, none said so. */
    from: z.string().optional(),
    /** ISO 8601, UTC. */
    time: z.iso.datetime(),
    user: z.string(),
    host: z.string(),
});
export type Mark = DeepReadonly<z.infer<typeof markSchema>>;

/** A mark, by its name: names sort as they were made. */
export type NamedMark = readonly [name: string, mark: Mark];

export const proofSchema = z.strictObject({
    version: z.literal(1),
    release: digest,
    environment: z.string(),
    /** Of a rehearsal: nothing of it is real. */
    simulated: z.boolean(),
    /** The mark of its rollout. */
    mark: z.string(),
    /** Name of the run in the environment's ledger. */
    run: z.string(),
    /** When all was green, and its soak began. */
    time: z.iso.datetime(),
    /** SHA-256 of what is of the environment alone: its file, or its settings in the graph's. */
    settings: digest,
    /** The checkpoint of each stack after it. */
    checkpoints: z.record(z.string(), z.string()),
    gates: z.array(checkResultSchema.and(z.object({ stack: z.string() }))).min(1),
    versions: z.strictObject({ tidegate: z.string(), pulumi: z.string(), node: z.string() }),
    user: z.string(),
    host: z.string(),
});
export type Proof = DeepReadonly<z.infer<typeof proofSchema>>;

/** Its one text, which is signed. */
export const proofText = (proof: Proof): string => `${JSON.stringify(proof, null, 1)}\n`;
