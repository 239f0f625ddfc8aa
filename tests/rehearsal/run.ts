/** `tidegate rehearse` as a person calls it, in a folder of its own, with credentials of a real cloud around. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChildProcess } from "node:child_process";
import { parse } from "yaml";
import { z } from "zod";
import { repositoryRoot } from "../../automation/core/repository";
import { SimulatedCloud } from "../../automation/rehearsal/cloud";
import { isolated, outcomeOf, startTidegate, type Outcome } from "../_helpers/checkout";
import { processesOf, type Process } from "../_helpers/processes";

/** In the environment of every command here; nothing that it starts may see it. */
export const canary = "canary-of-a-real-account";

export const environments = join(__dirname, "environments");

const phase = z.strictObject({
    phase: z.enum(["create", "again", "update", "drift", "heal", "release", "destroy"]),
    ok: z.boolean(),
    seconds: z.number().nonnegative(),
    changes: z.record(z.string(), z.number().int().positive()),
    attempts: z.number().int().positive(),
    /** What the environment's file says now: of `update`. */
    edited: z.array(z.string()).optional(),
    /** What was changed, by stack: of `drift`. */
    disturbed: z.record(z.string(), z.string()).optional(),
    problem: z.strictObject({ code: z.string(), message: z.string() }).optional(),
});

/** What `--json` prints. */
export const resultSchema = z.strictObject({
    environment: z.string(),
    simulated: z.literal(true),
    ok: z.boolean(),
    phases: z.array(phase),
    /** Of phases that are green. */
    problem: z.strictObject({ code: z.string(), message: z.string(), hint: z.string() }).optional(),
    forecast: z
        .strictObject({
            stacks: z.array(
                z.strictObject({
                    stack: z.string(),
                    resources: z.number().int(),
                    seconds: z.number(),
                    counted: z.number(),
                    path: z.array(z.strictObject({ name: z.string(), type: z.string(), seconds: z.number() })),
                }),
            ),
            seconds: z.number(),
            counted: z.number(),
            criticalPath: z.array(z.string()),
            permissions: z.record(z.string(), z.array(z.string())),
        })
        .optional(),
    report: z.string().optional(),
});
export type Result = z.infer<typeof resultSchema>;

export const allPhases = ["create", "again", "update", "drift", "heal", "release", "destroy"];

export class Place {
    readonly name: string;

    /**
     * @param file of an environment
     * @param root `TIDEGATE_DATA`
     */
    constructor(
        readonly file = join(environments, "s3.yaml"),
        readonly root = mkdtempSync(join(tmpdir(), "tidegate-rehearsal-")),
    ) {
        this.name = z.looseObject({ name: z.string() }).parse(parse(readFileSync(file, "utf8"))).name;
    }

    get directory(): string {
        return join(this.root, "rehearsals", this.name);
    }

    get cloud(): SimulatedCloud {
        return new SimulatedCloud(join(this.directory, "cloud"));
    }

    /** The same place, of another text of its file. */
    withFile(text: string): Place {
        const file = join(this.root, "environment.yaml");
        writeFileSync(file, text);
        return new Place(file, this.root);
    }

    /** Of the kind that `--faults` takes. */
    plan(...faults: readonly object[]): string {
        const file = join(this.root, "faults.yaml");
        writeFileSync(file, JSON.stringify({ faults }));
        return file;
    }

    start(args: readonly string[], variables: Readonly<Record<string, string>> = {}): ChildProcess {
        return startTidegate(
            args,
            this.root,
            isolated({
                ...{ TIDEGATE_DATA: this.root, TIDEGATE_ENVIRONMENT_FILE: this.file },
                ...{ AWS_ACCESS_KEY_ID: canary, AWS_SECRET_ACCESS_KEY: canary, KUBECONFIG: `/${canary}` },
                ...{ GOOGLE_CREDENTIALS: canary, ARM_CLIENT_SECRET: canary, PULUMI_ACCESS_TOKEN: canary },
                ...variables,
            }),
        );
    }

    tidegate(args: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<Outcome> {
        return outcomeOf(this.start(args, variables));
    }

    rehearse(args: readonly string[] = [], variables: Readonly<Record<string, string>> = {}): Promise<Outcome> {
        return this.tidegate(["rehearse", this.name, ...args], variables);
    }

    /** Whatever runs for this rehearsal yet. */
    processes(): Process[] {
        return processesOf(this.root);
    }

    /** Files of the rehearsal that hold a text. */
    filesWith(text: string): string[] {
        if (!existsSync(this.directory)) return [];
        try {
            return execFileSync("grep", ["-rlaF", text, this.directory], { encoding: "utf8" }).trim().split("\n");
        } catch (error) {
            // Exit code 1: it is in none.
            if ((error as { status?: number }).status === 1) return [];
            throw error;
        }
    }

    remove(): void {
        rmSync(this.root, { recursive: true, force: true });
    }
}

export const said = ({ code, stdout, stderr }: Outcome): string => `exit code ${code}\n${stdout}${stderr}`;

/** Until a command has said something; fails where it ends first. */
export async function saying(child: ChildProcess, what: RegExp): Promise<void> {
    let text = "";
    const spoken = new Promise<void>((resolve) =>
        child.stdout?.on("data", (more: string) => {
            text += more;
            if (what.test(text)) resolve();
        }),
    );
    const ended = once(child, "exit").then(() => assert.fail(`it ended before it said ${String(what)}:\n${text}`));
    await Promise.race([spoken, ended]);
}

/** Names of the stacks' files in this checkout, in which a rehearsal has no business. */
export const stackFiles = (): string =>
    execFileSync("git", ["status", "--porcelain", "--ignored", "--", "stacks"], {
        cwd: repositoryRoot,
        encoding: "utf8",
    });

export function resultOf(outcome: Outcome): Result {
    assert.ok(outcome.stdout.startsWith("{"), said(outcome));
    return resultSchema.parse(JSON.parse(outcome.stdout));
}

export function green(outcome: Outcome): Result {
    const result = resultOf(outcome);
    assert.deepEqual([outcome.code, result.ok], [0, true], said(outcome));
    return result;
}
