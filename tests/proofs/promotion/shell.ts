/** A script of a job in a shell: started in a checkout of its own, and killed with all of its group where that is wanted. */
import { spawn, type ChildProcess } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import type { Outcome } from "../../_helpers/checkout";
import { endProcessesOf, processesOf } from "../../_helpers/processes";
import type { Organisation } from "./organisation";

/** When a job is killed. */
export interface Blow {
    /** After how many lines of what it prints. */
    readonly line: number;
    readonly afterMs: number;
}

export interface JobOutcome extends Outcome {
    /** Whether it was killed. */
    readonly killed: boolean;
    readonly seconds: number;
}

export interface ShellOptions {
    readonly variables?: Readonly<Record<string, string>>;
    /** @default a checkout of its own */
    readonly directory?: string;
    readonly blow?: Blow | undefined;
}

/** How long a script of a few seconds may take before it counts as stuck. */
const limitMs = 300_000;

/** Runs a script as GitHub does where no shell is named: it ends at the first command that fails. */
export async function shell(
    organisation: Organisation,
    script: string,
    options: ShellOptions = {},
): Promise<JobOutcome> {
    const begun = Date.now();
    const child = spawn("bash", ["-e", "-c", script], {
        cwd: options.directory ?? organisation.clone(),
        env: { ...organisation.variables(), ...options.variables },
        stdio: ["ignore", "pipe", "pipe"],
        detached: true,
    });
    let [stdout, stderr, lines, killed] = ["", "", 0, false];
    const kill = (): void => {
        killed = killGroup(child) || killed;
    };
    const { blow } = options;
    let striking: NodeJS.Timeout | undefined;
    const seen = (text: string): void => {
        const before = lines;
        lines += text.split("\n").length - 1;
        if (blow !== undefined && before < blow.line && lines >= blow.line) striking = setTimeout(kill, blow.afterMs);
    };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
        stdout += text;
        seen(text);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
        stderr += text;
        seen(text);
    });
    if (blow?.line === 0) striking = setTimeout(kill, blow.afterMs);
    const stuck = setTimeout(() => {
        stderr += `\nstuck for ${limitMs / 1000} s: killed\n`;
        killGroup(child);
    }, limitMs);
    // Where nobody else has its pipes, they close with its end, and nothing tells of that later.
    const closed = new Promise((resolve) => child.on("close", resolve));
    // What it has started in other groups may hold its pipes: its own end is what counts.
    const code = await new Promise<number | null>((resolve, reject) => child.on("error", reject).on("exit", resolve));
    // Its number may be another's by then.
    clearTimeout(striking);
    clearTimeout(stuck);
    await Promise.race([closed, delay(2000, undefined, { ref: false })]);
    return { code, stdout, stderr, killed: killed && code === null, seconds: (Date.now() - begun) / 1000 };
}

function killGroup({ pid }: ChildProcess): boolean {
    try {
        return pid !== undefined && process.kill(-pid, "SIGKILL");
    } catch {
        // It has ended meanwhile.
        return false;
    }
}

/** Waits until nothing of it runs. Answers with the commands of what still does after a minute. */
export async function quiet({ base }: Organisation): Promise<string[]> {
    const until = Date.now() + 60_000;
    for (;;) {
        const left = processesOf(base);
        if (left.length === 0 || Date.now() > until) return left.map(({ command, pid }) => `${command} ${pid}`);
        await delay(200);
    }
}

/** Ends whatever a failure has left running. */
export const endAll = ({ base }: Organisation): void => endProcessesOf(base);
