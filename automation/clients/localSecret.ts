/** A secret that the machine which rolls out holds itself: in a variable, or in a file. Only its reference is ever stored. */
import { z } from "zod";
import { parseSecretRef } from "../../stacks/secretRef";
import { messageOf, TidegateError } from "../core/errors";
import { parseJson } from "../core/json";
import { FileSecrets, VariableSecrets } from "../secrets/stores/local";

/** `env://VARIABLE` or `file:///PATH`. */
export const localSecretRef = z
    .string()
    .regex(
        /^(env:\/\/[A-Za-z_][A-Za-z0-9_]*|file:\/\/\/.+)$/,
        "env://VARIABLE or file:///PATH, of the machine that rolls out",
    );

/**
 * As whoever looks the same reference up for a workload reads it.
 * @throws TidegateError `secret-unreadable`, which names the reference alone
 */
export async function readLocalSecret(reference: string, variables: NodeJS.ProcessEnv = process.env): Promise<string> {
    const ref = parseSecretRef(reference);
    if (ref.kind !== "env" && ref.kind !== "file")
        throw unreadable(reference, "only env:// and file:// can be read here");
    try {
        const text = await (ref.kind === "env"
            ? new VariableSecrets(variables).read(ref)
            : new FileSecrets().read(ref));
        if (text.trim() !== "") return text;
    } catch (error) {
        throw unreadable(reference, messageOf(error), error);
    }
    throw unreadable(reference, "nothing is there");
}

/** The same of a JSON object. What is wrong with it is told by the paths of its members: its text is the secret. */
export async function readLocalJson<T>(reference: string, shape: z.ZodType<T>): Promise<T> {
    const text = await readLocalSecret(reference);
    const value = parseJson(text);
    if (value === undefined) throw unreadable(reference, "it is no JSON");
    const parsed = shape.safeParse(value);
    if (parsed.success) return parsed.data;
    const members = [...new Set(parsed.error.issues.map(({ path }) => path.join(".") || "the whole"))];
    throw unreadable(reference, `wrong or missing in it: ${members.join(", ")}`);
}

const unreadable = (reference: string, why: string, cause?: unknown): TidegateError =>
    new TidegateError(`The secret ${reference} cannot be read: ${why}.`, {
        code: "secret-unreadable",
        hint: "Set the variable, or write the file, on the machine that rolls out; docs/secrets.md.",
        cause,
    });
