/** The real engine over the provider of this checkout, with a backend and a home directory of its own. */
import { execFileSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as auto from "@pulumi/pulumi/automation";
import { repositoryRoot } from "../../automation/core/repository";
import { cacheRoot } from "../../automation/toolchain";

export const project = "tidegate-test";

/** A resource as the checkpoint has it. */
export interface CheckpointResource {
    readonly type: string;
    readonly urn: string;
    readonly outputs?: Record<string, unknown>;
    readonly initErrors?: readonly string[];
}

export async function testStack(directory: string, name: string, program: auto.PulumiFn): Promise<auto.Stack> {
    const backend = join(directory, "state");
    const workDir = join(directory, "work");
    await Promise.all([backend, workDir].map((path) => mkdir(path, { recursive: true })));
    const plugins = { providers: [{ name: "tidegate", path: join(repositoryRoot, "components", "provider") }] };
    // JSON is YAML. The Automation API's own type of project settings knows no plugins.
    await writeFile(join(workDir, "Pulumi.yaml"), JSON.stringify({ name: project, runtime: "nodejs", plugins }));
    return auto.LocalWorkspace.createOrSelectStack(
        { stackName: name, projectName: project, program },
        {
            workDir,
            pulumiHome: join(directory, "home"),
            envVars: {
                PULUMI_BACKEND_URL: `file://${backend}`,
                PULUMI_CONFIG_PASSPHRASE: "of a test",
                PULUMI_SKIP_UPDATE_CHECK: "true",
                TIDEGATE_CACHE: cacheRoot(),
            },
        },
    );
}

export const checkpointFile = (directory: string, stack: string) =>
    join(directory, "state", ".pulumi", "stacks", project, `${stack}.json`);

/** What the engine has written down, by the last part of the URN. */
export async function checkpoint(directory: string, stack: string): Promise<Map<string, CheckpointResource>> {
    const text = await readFile(checkpointFile(directory, stack), "utf8");
    const { checkpoint: written } = JSON.parse(text) as {
        checkpoint: { latest: { resources?: CheckpointResource[] } | null };
    };
    return new Map((written.latest?.resources ?? []).map((each) => [each.urn.split("::").pop() ?? "", each]));
}

/** Pids of the processes below this one whose command line holds `text`. */
export function descendants(text: string, ancestor = process.pid): number[] {
    const table = execFileSync("ps", ["-eo", "pid=,ppid=,args="], { encoding: "utf8" })
        .split("\n")
        .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
        .filter((match) => match !== null)
        .map(([, pid, parent, command = ""]) => ({ pid: Number(pid), parent: Number(parent), command }));
    const below = (pid: number): typeof table =>
        table.filter(({ parent }) => parent === pid).flatMap((each) => [each, ...below(each.pid)]);
    return below(ancestor)
        .filter(({ command }) => command.includes(text))
        .map(({ pid }) => pid);
}
