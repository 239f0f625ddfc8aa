/**
 * What is secret of a stack, in clear, to be kept out of everything that is told: in its configuration, and anywhere in its
 * state. Both cost a start of the CLI, which alone decrypts, and only where there is something to decrypt.
 */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { z } from "zod";
import { TidegateError } from "../core/errors";
import { parseJson } from "../core/json";
import { stackFileName } from "../core/stackFile";
import { readYamlFile } from "../core/yamlFile";
import { leavesOf, secretsIn } from "../../policy/secrets";
import { answerOf } from "./cli";
import { secretsAmong, secretSignature } from "./snapshot";
import type { Asked, StackReads } from "./reads";

/** Shorter ones of a resource are found in innocent texts: a port, a word. */
const shortest = 8;
/** A dynamic provider's own code, which the SDK marks as a secret. */
const ofTheSdk = "__provider";

const projectShape = z.looseObject({ stackConfigDir: z.string().optional() });
const settings = { kind: "Pulumi project", code: "project-invalid", hint: "`pulumi preview` says the same." };
const configurationShape = z.record(
    z.string(),
    z.looseObject({
        value: z.string().optional(),
        objectValue: z.unknown().optional(),
        secret: z.boolean().optional(),
    }),
);

/** Empty where it is not there. What is there and cannot be read may hold secrets. */
const textOf = (file: string): Promise<string> =>
    readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return "";
        throw error;
    });

/** `command`: of the CLI, whose answer is no such JSON as it should be. */
export const unreadable = (stack: string, command: string): TidegateError =>
    new TidegateError(`What Pulumi prints of ${stack} is not the JSON that it should be.`, {
        code: "pulumi-answer-unreadable",
        hint: `\`pulumi ${command} -s ${stack}\` shows what it is.`,
    });

/** Undefined where the stack is not there yet. */
export async function secretsOfConfiguration(
    target: Asked,
    signal?: AbortSignal,
): Promise<readonly unknown[] | undefined> {
    const { stackConfigDir = "." } = await readYamlFile(
        resolve(target.workDirectory, "Pulumi.yaml"),
        projectShape,
        settings,
    );
    const file = resolve(target.workDirectory, stackConfigDir, stackFileName(target.fullName));
    if (!/\bsecure:/.test(await textOf(file))) return [];
    const answer = await answerOf(["config", "--show-secrets", "--json"], target, "reading the configuration", {
        signal,
    });
    if (answer === undefined) return undefined;
    // Not with what is wrong with it: an error of the parser would show a piece of what was asked for in clear.
    const { data } = configurationShape.safeParse(parseJson(answer));
    if (data === undefined) throw unreadable(target.stack, "config --json");
    return Object.values(data)
        .filter(({ secret }) => secret === true)
        .flatMap(({ value, objectValue }) => [value, objectValue]);
}

const deploymentShape = z
    .looseObject({
        resources: z
            .array(
                z.looseObject({
                    inputs: z.record(z.string(), z.unknown()).optional(),
                    outputs: z.record(z.string(), z.unknown()).optional(),
                }),
            )
            .nullish(),
    })
    .nullish();
const stateShape = z.looseObject({ deployment: deploymentShape });
const fileShape = z.looseObject({ checkpoint: z.looseObject({ latest: deploymentShape }) });

/** What of a state may be a secret of somebody's. */
const valuesIn = (deployment: z.infer<typeof deploymentShape>): readonly (readonly [string, unknown])[] =>
    (deployment?.resources ?? []).flatMap(({ inputs = {}, outputs = {} }) =>
        [...Object.entries(inputs), ...Object.entries(outputs)].filter(([name]) => name !== ofTheSdk),
    );

export async function secretsOfState(
    target: Asked,
    reads: StackReads,
    signal?: AbortSignal,
): Promise<readonly string[]> {
    if (target.checkpoint !== undefined && !mayHoldSecrets(await textOf(target.checkpoint))) return [];
    return (await reads.of(target, "reading the state", signal)).secrets;
}

/** Of a state's file, in which what is secret is marked and encrypted. */
function mayHoldSecrets(text: string): boolean {
    if (!text.includes(secretSignature)) return false;
    const { data } = fileShape.safeParse(parseJson(text));
    return data === undefined || JSON.stringify(valuesIn(data.checkpoint.latest)).includes(secretSignature);
}

/**
 * Of what `pulumi stack export --show-secrets` prints. A text that is marked is a secret as a whole; of an object that is,
 * the rest of a chart's values say, what is one by its key or its form.
 */
export function secretsOfExport(json: unknown): readonly string[] {
    const found = new Set<string>();
    for (const [name, value] of valuesIn(stateShape.parse(json).deployment))
        for (const secret of secretsAmong(value)) {
            if (typeof secret === "string" && secret.length >= shortest) found.add(secret);
            for (const leaf of leavesOf(secret, name))
                for (const text of secretsIn({ ...leaf, format: "resource" }))
                    if (text.length >= shortest) found.add(text);
        }
    return [...found];
}
