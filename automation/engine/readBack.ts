/**
 * Whether a provider knows what a stack is to take over, before its state says so: a refresh would drop what is not there
 * without a word, and the next update create it a second time.
 *
 * The engine asks, as in any refresh, but of a copy of the state in a backend of its own that is thrown away: whatever comes
 * of it, the stack is as it was. A resource's `import` option is not used for it: it refuses what differs from the program of
 * today, of which a creation that was cut off need not be.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { TidegateError } from "../core/errors";
import { parseJson } from "../core/json";
import { pulumi } from "./cli";
import { classify } from "./failure";
import { plainText } from "./facts";
import type { StackTarget } from "./target";

/** What a provider says of a resource. */
export type ReadBack =
    | { readonly kind: "there"; readonly inputs: Readonly<Record<string, unknown>> }
    | { readonly kind: "missing" }
    | { readonly kind: "unreadable"; readonly why: string };

const exportSchema = z.looseObject({ version: z.number(), features: z.unknown().optional(), deployment: z.unknown() });

/** Of `pulumi refresh --preview-only --json`; a refresh that finds nothing of a resource is its deletion. */
const answerSchema = z.looseObject({
    steps: z
        .array(
            z.looseObject({
                op: z.string(),
                urn: z.string(),
                newState: z.looseObject({ inputs: z.record(z.string(), z.unknown()).nullish() }).nullish(),
            }),
        )
        .nullish(),
    diagnostics: z
        .array(z.looseObject({ urn: z.string().optional(), message: z.string(), severity: z.string() }))
        .nullish(),
});

type Target = Pick<StackTarget, "stack" | "fullName" | "workDirectory" | "variables">;

/**
 * @param state what `pulumi stack import` would take: with the resources in question, by their URNs, under the ids in question
 * @throws TidegateError where the engine cannot ask at all
 */
export async function readBack(
    target: Target,
    state: unknown,
    urns: readonly string[],
    signal: AbortSignal,
): Promise<ReadonlyMap<string, ReadBack>> {
    const folder = await mkdtemp(join(tmpdir(), "tidegate-read-back-"));
    try {
        const { args, copy } = await copyOf(target, state, urns, folder);
        const { code, stdout, stderr } = await pulumi(args, copy, signal);
        const answer = answerSchema.safeParse(parseJson(stdout));
        const { steps, diagnostics } = answer.data ?? {};
        const errors = (diagnostics ?? []).filter(({ severity }) => severity === "error");
        if (!answer.success || (code !== 0 && !errors.some(({ urn }) => urns.includes(urn ?? "")))) {
            const text = [...errors.map(({ message }) => message), stderr].join("\n");
            const failure = classify(target.stack, "asking for what is to be taken over", [], text, signal.aborted);
            throw new TidegateError(failure.message, failure);
        }
        return new Map(
            urns.map((urn) => {
                const error = errors.find((one) => one.urn === urn);
                const step = steps?.find((one) => one.urn === urn);
                return [urn, readOf(step, error?.message)];
            }),
        );
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
}

type Step = NonNullable<z.infer<typeof answerSchema>["steps"]>[number];

function readOf(step: Step | undefined, error: string | undefined): ReadBack {
    if (error !== undefined) return { kind: "unreadable", why: plainText(error) };
    if (step === undefined) return { kind: "unreadable", why: "another of them failed first" };
    if (step.op === "delete") return { kind: "missing" };
    return { kind: "there", inputs: step.newState?.inputs ?? {} };
}

/** A file backend with this state of the stack alone. Source of its layout: pkg/backend/diy of pulumi/pulumi, version 1. */
async function copyOf(
    target: Target,
    state: unknown,
    urns: readonly string[],
    folder: string,
): Promise<{ readonly args: readonly string[]; readonly copy: Target }> {
    const [stack = "", project = ""] = urns[0]?.replace(/^urn:pulumi:/, "").split("::") ?? [];
    const fullName = `organization/${project}/${stack}`;
    const { version, features, deployment } = exportSchema.parse(state);
    const stacks = join(folder, ".pulumi", "stacks", project);
    await mkdir(stacks, { recursive: true });
    await writeFile(join(folder, ".pulumi", "meta.yaml"), "version: 1\n");
    const content = { version, ...(features === undefined ? {} : { features }) };
    const checkpoint = { ...content, checkpoint: { stack: fullName, latest: deployment } };
    await writeFile(join(stacks, `${stack}.json`), JSON.stringify(checkpoint), { mode: 0o600 });
    // The CLI writes a salt into it; the stack's own stays as it is. Providers have their settings from the state.
    const settings = join(folder, "settings.yaml");
    await writeFile(settings, "{}\n");
    return {
        args: [
            ...["refresh", "--preview-only", "--json", "--run-program=false", "--config-file", settings],
            ...urns.flatMap((urn) => ["--target", urn]),
        ],
        copy: { ...target, fullName, variables: { ...withPassphrase(target), PULUMI_BACKEND_URL: `file://${folder}` } },
    };
}

/** A file backend asks for one, also where it encrypts nothing: what is secret in the state has its own key. */
function withPassphrase({ variables }: Target): Readonly<Record<string, string>> {
    const set = { ...process.env, ...variables };
    const isGiven = ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"].some((name) => set[name]);
    return isGiven ? variables : { ...variables, PULUMI_CONFIG_PASSPHRASE: "" };
}
