/**
 * Steps that a graph names around the operations of a stack: hooks, gates and exercises, each a command of the operating
 * system or something of the graph's module. Pure: what may be written, and what it means where it is left out.
 */
import { z } from "zod";

/** When a hook runs: before or after an operation, or once anything of the stack's part of a rollout has failed. */
export const hookPoints = [
    "beforePreview",
    "afterPreview",
    "beforeUp",
    "afterUp",
    "beforeRefresh",
    "afterRefresh",
    "beforeDestroy",
    "afterDestroy",
    "onFailure",
] as const;
export type HookPoint = (typeof hookPoints)[number];

const common = {
    name: z
        .string()
        .regex(/^[a-z][a-z0-9-]*$/, "lower-case letters, digits and '-'")
        .optional()
        .describe("For people and reports. Default: the first word of the command, or the check's name."),
    timeoutSeconds: z
        .number()
        .positive()
        .max(86_400)
        .default(60)
        .describe("For one attempt. What has not ended by then is killed and has failed."),
    retries: z.number().int().min(0).max(20).default(0).describe("Further attempts after a failure."),
    backoffSeconds: z
        .number()
        .positive()
        .max(600)
        .default(1)
        .describe("Before the first further attempt; twice as long before each other."),
    blocking: z.boolean().default(true).describe("Whether its failure is the stack's."),
    onFailure: z
        .boolean()
        .default(false)
        .describe("Of an `after…` hook: whether it also runs where the operation failed."),
};

export const commandSchema = z
    .union([z.string().min(1), z.array(z.string()).min(1)])
    .describe(
        "A command: a text for `sh -c`, or a list of words without a shell. A step's folder is the stack's project.",
    );

/** A step is a command, or something that the graph's module gives. */
export const stepSchema = z
    .strictObject({ ...common, run: commandSchema.optional(), check: z.string().min(1).optional() })
    .refine(({ run, check }) => (run === undefined) !== (check === undefined), "needs either `run` or `check`");
export type Step = z.infer<typeof stepSchema>;

export const exerciseSchema = z.union([
    z.string().min(1).describe("An exercise of the graph's module."),
    z.strictObject({ ...common, run: commandSchema }).describe("A command."),
]);
export type ExerciseStep = z.infer<typeof exerciseSchema>;

export const hooksSchema = z
    .strictObject(
        Object.fromEntries(hookPoints.map((point) => [point, z.array(stepSchema).default([])])) as Record<
            HookPoint,
            z.ZodDefault<z.ZodArray<typeof stepSchema>>
        >,
    )
    .prefault({});
export type Hooks = z.infer<typeof hooksSchema>;

export const gatesSchema = z
    .strictObject({
        preflight: z.array(stepSchema).default([]).describe("Before the stack is deployed."),
        validation: z.array(stepSchema).default([]).describe("After it was deployed and exercised."),
    })
    .prefault({});
export type Gates = z.infer<typeof gatesSchema>;

/** What a step is called. */
export function stepName(step: Step | ExerciseStep): string {
    if (typeof step === "string") return step;
    if (step.name !== undefined) return step.name;
    if ("check" in step && step.check !== undefined) return step.check;
    const first = typeof step.run === "string" ? step.run.trim().split(/\s+/)[0] : step.run?.[0];
    return (first ?? "step").split("/").pop() || "step";
}
