/** `tidegate:embedded:Credential`: a random text, made once and kept in the state as a secret. */
import { randomInt } from "node:crypto";
import { z } from "zod";
import { defineHandler } from "../handler";
import { differences, pathText } from "../values";

const charsets = {
    alphanumeric: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
    upper: "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
    hex: "0123456789abcdef",
} as const;

const inputs = z.strictObject({
    length: z.number().int().min(16).max(128).default(32),
    charset: z.enum(Object.keys(charsets) as (keyof typeof charsets)[]).default("alphanumeric"),
    rotate: z.string().default(""),
});
export type CredentialInputs = z.infer<typeof inputs>;

const state = z.object({ value: z.string() });

function generate({ length, charset }: CredentialInputs): string {
    const signs = charsets[charset];
    return Array.from({ length }, () => signs[randomInt(signs.length)]).join("");
}

export const credentialHandler = defineHandler<CredentialInputs, z.infer<typeof state>>({
    inputs,
    state,
    secretOutputs: ["value"],
    // Another length or charset counts from the next rotation on: a value in use must not change by the way.
    diff: (old, now) => differences(old.inputs, now).map((path) => ({ path: pathText(path) })),
    preview: (old, now) => (old.inputs.rotate === now.rotate ? old.state : {}),
    create: async (given) => ({ id: "credential", state: { value: generate(given) } }),
    read: async (old) => old.state,
    update: async (old, now) => (old.inputs.rotate === now.rotate ? old.state : { value: generate(now) }),
    delete: async () => {},
});
