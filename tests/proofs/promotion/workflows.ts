/**
 * The workflow files of docs/ci as an organisation has copied them: with its own production environments, and without what
 * is of a cloud's login. Their commands are read from there, so that what changes in them changes here.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { repositoryRoot } from "../../../automation/core/repository";
import { sourceOf, type Environment, type Organisation, type Taker } from "./organisation";
import { shell, type Blow, type JobOutcome } from "./shell";

const stepSchema = z.looseObject({
    id: z.string().optional(),
    if: z.string().optional(),
    uses: z.string().optional(),
    run: z.string().optional(),
    shell: z.literal("bash").optional(),
    env: z.record(z.string(), z.string()).optional(),
});
const jobSchema = z.looseObject({
    outputs: z.record(z.string(), z.string()).optional(),
    steps: z.array(stepSchema),
});
const workflowSchema = z.looseObject({ jobs: z.record(z.string(), jobSchema) });
const gitlabSchema = z.record(z.string(), z.looseObject({ script: z.array(z.string()).optional() }));

/** What a job begins with, its packages, its login and what it leaves are the machine's here. */
const actions =
    /^(actions\/(checkout|setup-node|cache|upload-artifact)|aws-actions\/configure-aws-credentials|github\/codeql-action\/upload-sarif)@/;

const read = (file: string): unknown => parse(readFileSync(join(repositoryRoot, "docs", "ci", file), "utf8"));

/** What `${{ … }}` of a job means: `steps.release.outputs.release`. */
export type Expressions = Readonly<Record<string, string>>;

export interface CiJob extends JobOutcome {
    readonly outputs: Expressions;
}

export interface CiOptions {
    readonly expressions?: Expressions;
    readonly variables?: Readonly<Record<string, string>>;
    readonly blow?: Blow | undefined;
}

const resolved = (text: string, known: Expressions): string =>
    text.replace(/\$\{\{\s*(.+?)\s*\}\}/g, (_, expression: string) => {
        const value = known[expression];
        if (value === undefined) throw new Error(`what is \${{ ${expression} }} in a workflow file?`);
        return value;
    });

/** `promote staging prod` is of what the environment takes from, and of it. */
export const adapted = (line: string, target: Environment | undefined): string =>
    target === undefined
        ? line
        : line.replace(/\bpromote staging prod\b/g, `promote ${sourceOf[target] ?? ""} ${target}`);

/** Runs a job of one of GitHub's files, in one checkout, step after step. */
export async function githubJob(
    organisation: Organisation,
    file: string,
    name: string,
    target: Environment | undefined,
    { expressions = {}, variables = {}, blow }: CiOptions = {},
): Promise<CiJob> {
    const job = workflowSchema.parse(read(`github/${file}`)).jobs[name];
    if (job === undefined) throw new Error(`${file} has no job ${name}`);
    const directory = organisation.clone();
    const outputFile = join(directory, "..", `${directory.split("/").at(-1) ?? ""}.outputs`);
    const known: Record<string, string> = { ...expressions };
    const all = { code: 0 as number | null, stdout: "", stderr: "", killed: false, seconds: 0 };
    const runs = job.steps.filter(({ run }) => run !== undefined);
    for (const { uses } of job.steps)
        if (uses !== undefined && !actions.test(uses)) throw new Error(`what does ${uses} in ${file} do?`);
    for (const [index, { id, run = "", shell: named, env = {} }] of runs.entries()) {
        writeFileSync(outputFile, "");
        const own = Object.fromEntries(Object.entries(env).map(([key, text]) => [key, resolved(text, known)]));
        // A shell that is named has pipefail.
        const script = `${named === undefined ? "" : "set -o pipefail\n"}${adapted(resolved(run, known), target)}`;
        const outcome = await shell(organisation, script, {
            directory,
            variables: { ...variables, GITHUB_OUTPUT: outputFile, ...own },
            // The last step is what changes an environment.
            blow: index === runs.length - 1 ? blow : undefined,
        });
        all.stdout += outcome.stdout;
        all.stderr += outcome.stderr;
        all.seconds += outcome.seconds;
        all.code = outcome.code;
        all.killed = outcome.killed;
        for (const [, key = "", value = ""] of readFileSync(outputFile, "utf8").matchAll(/^(\w+)=(.*)$/gm))
            known[`steps.${id ?? ""}.outputs.${key}`] = value;
        if (outcome.code !== 0) break;
    }
    const outputs = Object.entries(job.outputs ?? {}).map(([key, text]) => [key, safely(text, known)] as const);
    return { ...all, outputs: Object.fromEntries(outputs) };
}

/** An output of a step that did not run is empty. */
const safely = (text: string, known: Expressions): string =>
    text.replace(/\$\{\{\s*(.+?)\s*\}\}/g, (_, expression: string) => known[expression] ?? "");

/** Runs the script of a job of GitLab's file. */
export async function gitlabJob(
    organisation: Organisation,
    name: string,
    target: Environment | undefined,
    { variables = {}, blow }: CiOptions = {},
): Promise<JobOutcome> {
    const script = gitlabSchema.parse(read("gitlab-ci.yml"))[name]?.script;
    if (script === undefined) throw new Error(`gitlab-ci.yml has no job ${name}`);
    const lines = script.map((line) => adapted(line, target)).join("\n");
    return shell(organisation, `set -o pipefail\n${lines}`, { variables, blow });
}

/** `npx tidegate …` by hand. */
export const byHand = (
    organisation: Organisation,
    command: string,
    options: { readonly variables?: Readonly<Record<string, string>>; readonly blow?: Blow | undefined } = {},
): Promise<JobOutcome> => shell(organisation, `npx tidegate ${command}`, options);

/** The promotion to an environment as its workflow file has it. `release`: what is asked for by hand. */
export async function promotionJob(
    organisation: Organisation,
    target: Taker,
    release: string | undefined,
    options: Omit<CiOptions, "expressions"> & { readonly more?: string } = {},
): Promise<JobOutcome> {
    const { more, ...rest } = options;
    // What no workflow file has is called by hand, as is what GitLab's does not ask for.
    if (more !== undefined || (!organisation.signed && release !== undefined)) {
        const which = release === undefined ? "" : ` --release ${release}`;
        return byHand(organisation, `promote ${sourceOf[target]} ${target}${which}${more ?? ""}`, rest);
    }
    if (organisation.signed && target !== "staging") {
        const expressions = { "inputs.release": release ?? "" };
        return githubJob(organisation, "promote-prod.yml", "prod", target, { ...rest, expressions });
    }
    if (organisation.signed) {
        const expressions = { "needs.dev.outputs.release": release ?? "" };
        return githubJob(organisation, "merge.yml", "staging", undefined, { ...rest, expressions });
    }
    return gitlabJob(
        organisation,
        target === "staging" ? "staging" : "prod",
        target === "staging" ? undefined : target,
        rest,
    );
}

/** The nightly job of one environment. */
export const driftJob = (organisation: Organisation, environment: Environment): Promise<JobOutcome> =>
    organisation.signed
        ? githubJob(organisation, "drift.yml", "drift", undefined, {
              expressions: { "matrix.environment": environment },
          })
        : gitlabJob(organisation, "drift", undefined, { variables: { ENVIRONMENT: environment } });
