/** Limits of the gates: the environment file's `gates`, over which variables of the process's environment win. */
import { z } from "zod";
import { exitCodes, TidegateError } from "../core/errors";

export const gateSettings = z.strictObject({
    deadLettersMax: z.number().int().min(0).default(0).describe("Dead letters that are still green. DLQ_MAX"),
    waitForSilver: z
        .strictObject({
            minRows: z
                .number()
                .int()
                .min(0)
                .default(1)
                .describe("Rows that silver has to hold before the data is judged. WAIT_FOR_SILVER_MIN_ROWS"),
            timeoutSeconds: z.number().min(0).max(86400).default(90).describe("WAIT_FOR_SILVER_TIMEOUT_SECONDS"),
            pollSeconds: z
                .number()
                .min(0.1)
                .max(600)
                .default(5)
                .describe("Between two looks; the first is at once. WAIT_FOR_SILVER_POLL_SECONDS"),
            allowEmpty: z
                .boolean()
                .default(false)
                .describe("Whether an empty silver, and nothing produced, is right. WAIT_FOR_SILVER_ALLOW_EMPTY"),
        })
        .prefault({}),
    bronzeShareMin: z.number().gt(0).max(1).default(0.95).describe("Share of foreign events that has to be in bronze."),
    heartbeatSeconds: z.number().gt(0).default(10).describe("Age of a TaskManager's heartbeat that is still alive."),
    checkpointTimeoutSeconds: z
        .number()
        .gt(0)
        .default(60)
        .describe("How long a streaming job may take to its first completed checkpoint."),
    clusterJobSeconds: z
        .number()
        .gt(0)
        .max(7200)
        .default(900)
        .describe("How long a job of a cluster may take to run and to complete a checkpoint, once Pulumi is done."),
    diskFreeGiB: z.number().min(0).default(3).describe("Free disk that a rollout wants before it begins."),
});
export type GateSettings = z.infer<typeof gateSettings>;

const natural = z
    .string()
    .regex(/^\d{1,15}$/, "a whole number, 0 or more")
    .transform(Number);
const positive = z
    .string()
    .regex(/^\d{1,9}(\.\d+)?$/, "a number, 0 or more")
    .transform(Number);
const truth = z
    .enum(["true", "false", "1", "0", "yes", "no"], "true or false")
    .transform((text) => /^(true|1|yes)$/.test(text));

const variables = {
    DLQ_MAX: natural,
    WAIT_FOR_SILVER_MIN_ROWS: natural,
    WAIT_FOR_SILVER_TIMEOUT_SECONDS: positive.refine((seconds) => seconds <= 86400, "at most 86400"),
    WAIT_FOR_SILVER_POLL_SECONDS: positive.refine((seconds) => seconds >= 0.1 && seconds <= 600, "0.1 to 600"),
    WAIT_FOR_SILVER_ALLOW_EMPTY: truth,
} as const;
type Variables = { [K in keyof typeof variables]?: z.infer<(typeof variables)[K]> };

export const gateVariables = Object.keys(variables) as (keyof typeof variables)[];

/**
 * `file` is the environment file's `gates`. Blanks around a variable's value do not count; a variable that is set to nothing is an error, for it is mostly a mistake of a script.
 *
 * @throws TidegateError `gate-settings-invalid` that names every bad variable and what it may be.
 */
export function readGateSettings(
    file: z.input<typeof gateSettings> = {},
    environment: Readonly<Record<string, string | undefined>> = process.env,
): GateSettings {
    const mistakes: string[] = [];
    const given: Variables = {};
    for (const name of gateVariables) {
        const text = environment[name]?.trim();
        if (text === undefined) continue;
        const parsed = variables[name].safeParse(text.toLowerCase());
        if (parsed.success) Object.assign(given, { [name]: parsed.data });
        else mistakes.push(`${name} is '${text}', but has to be ${parsed.error.issues[0]?.message ?? "another value"}`);
    }
    const settings = gateSettings.safeParse(file);
    if (!settings.success)
        mistakes.push(...settings.error.issues.map((issue) => `gates.${issue.path.join(".")}: ${issue.message}`));
    if (mistakes.length > 0 || !settings.success)
        throw new TidegateError(`The settings of the gates are not valid: ${mistakes.join("; ")}.`, {
            code: "gate-settings-invalid",
            hint: "Unset the variable, or give it a value that it may have; docs/gates.md lists them.",
            exitCode: exitCodes.usage,
        });
    const wait = settings.data.waitForSilver;
    return {
        ...settings.data,
        deadLettersMax: given.DLQ_MAX ?? settings.data.deadLettersMax,
        waitForSilver: {
            minRows: given.WAIT_FOR_SILVER_MIN_ROWS ?? wait.minRows,
            timeoutSeconds: given.WAIT_FOR_SILVER_TIMEOUT_SECONDS ?? wait.timeoutSeconds,
            pollSeconds: given.WAIT_FOR_SILVER_POLL_SECONDS ?? wait.pollSeconds,
            allowEmpty: given.WAIT_FOR_SILVER_ALLOW_EMPTY ?? wait.allowEmpty,
        },
    };
}
