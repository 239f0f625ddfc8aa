/**
 * What a rollout tells while it runs. Everything that a person or a program sees of it — the live view, the lines of
 * `--json`, the reports — is made from these. The schemas are what is promised to programs: docs/schemas has them as
 * JSON Schema, and the types here are inferred from them, so that neither can part from the other.
 */
import { z } from "zod";
import type { DeepReadonly } from "../core/readonly";
import { propertyChangeSchema } from "../engine/propertyDiff";
import { checkResultSchema } from "../gates/check";
import { layerStates } from "../graph/scheduler";
import { hookPoints } from "../graph/steps";

/** Of the lines of `--json`. It grows only where a program that reads them would have to be changed. */
export const eventsVersion = 1;

const rolloutOperations = ["up", "preview", "drift", "refresh", "down"] as const;
export type RolloutOperation = (typeof rolloutOperations)[number];

const layer = z.string().describe("Name of a stack of the graph.");
const seconds = z.number().min(0);

export const rolloutEventSchema = z.discriminatedUnion("type", [
    z
        .object({
            type: z.literal("run-started"),
            operation: z.enum(rolloutOperations),
            environment: z.string(),
            layers: z.array(layer).describe("Stacks that this run is about, in the order in which they are begun."),
            graph: z.string().optional().describe("Name of the graph."),
            simulated: z.literal(true).optional().describe("Of a rehearsal: nothing of it is real."),
            run: z.string().optional().describe("Name of the run in the ledger, of operations that are written there."),
            stacks: z
                .array(z.object({ name: layer, dependsOn: z.array(layer), exercises: z.array(z.string()) }))
                .optional()
                .describe("The whole graph in rollout order, with what this run leaves out."),
        })
        .describe("The first of a run."),
    z
        .object({
            type: z.literal("layer"),
            layer,
            state: z.enum(layerStates).describe("`deploying` stands for whatever the operation is."),
            reason: z.string().optional().describe("Why it is `blocked` or `skipped`."),
            seconds: seconds.optional().describe("How long it took, of one that has ended."),
        })
        .describe("A stack is in another state."),
    z
        .object({
            type: z.literal("activity"),
            layer,
            text: z.string(),
            done: z.number().optional(),
            total: z.number().optional().describe("Absent while it is not known."),
            unit: z.string().optional().describe("Of `done` and `total`: bytes, events, jars."),
        })
        .describe("What a stack is doing at this moment; replaces the last one. For people."),
    z
        .object({ type: z.literal("note"), layer: layer.optional(), text: z.string() })
        .describe("Something to keep. For people."),
    z
        .object({
            type: z.literal("resource"),
            layer,
            op: z.string().describe("Pulumi's word (create, update, delete, replace …); of drift: missing or drifted."),
            resourceType: z.string(),
            name: z.string(),
            diffs: z.array(z.string()).describe("Paths of the properties that differ; never a value."),
            urn: z.string().optional().describe("Of a preview."),
            properties: z
                .array(propertyChangeSchema)
                .optional()
                .describe("Of a preview: what would change of it, with the values that are no secrets."),
        })
        .describe("A resource was changed; in a preview, it would be; in drift, it differs."),
    z
        .object({
            type: z.literal("preview"),
            layer,
            changes: z.record(z.string(), z.number()).describe("Number of resources by what would be done to them."),
            outputs: z.array(z.string()).describe("Names of its outputs that would differ."),
            advisory: z.array(z.string()).describe("Why it may come otherwise."),
        })
        .describe("What a preview has found of a stack, after its resources."),
    z
        .object({
            type: z.literal("check"),
            layer: z.string().describe("Name of a stack; `preflight` of what holds before any."),
            result: checkResultSchema,
        })
        .describe("A check of a gate has ended."),
    z
        .object({ type: z.literal("exercise"), layer, exercise: z.string(), summary: z.string(), seconds })
        .describe("An exercise has succeeded. One that fails is told as a problem."),
    z
        .object({
            type: z.literal("hook"),
            layer,
            point: z.enum(hookPoints),
            name: z.string(),
            ok: z.boolean(),
            blocking: z.boolean().describe("Whether a red one is the stack's failure."),
            text: z.string(),
            look: z.string().optional().describe("Of a red one: where to look."),
            hint: z.string().optional().describe("Of a red one: what to do."),
        })
        .describe("A hook has ended."),
    z
        .object({
            type: z.literal("problem"),
            layer: layer.optional(),
            code: z.string().describe("docs/errors.md lists them."),
            message: z.string(),
            hint: z.string().optional(),
        })
        .describe("Something failed, of a stack or of the whole run."),
    z
        .object({ type: z.literal("run-finished"), operation: z.enum(rolloutOperations), ok: z.boolean(), seconds })
        .describe("The last of a run."),
]);

export type RolloutEvent = DeepReadonly<z.infer<typeof rolloutEventSchema>>;

/** What each line has beside its event: it is read alone, out of a log or after a cut. */
export const eventLineSchema = z
    .object({
        version: z.literal(eventsVersion).describe("Of this schema."),
        time: z.iso.datetime().describe("When it was told: ISO 8601, UTC."),
    })
    .and(rolloutEventSchema)
    .describe("One line of `--json` of up, resume, preview, drift and down.");

export type EventSink = (event: RolloutEvent) => void;
