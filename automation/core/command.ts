/** Runs somebody's command in a process group of its own, which ends with this process, however that ends. */
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { constants } from "node:os";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";

export interface CommandOptions {
    readonly cwd: string;
    /** The whole environment. */
    readonly variables: NodeJS.ProcessEnv;
    readonly timeoutSeconds: number;
    /** Aborting it ends the command. */
    readonly signal: AbortSignal;
    /** Each line of standard output and standard error, as it comes. */
    readonly onLine?: (line: string) => void;
}

export interface CommandResult {
    /** `exited` with `code`, or why it has none. */
    readonly end: "exited" | "killed" | "timeout" | "interrupted" | "not-started";
    readonly code: number | null;
    /** The last lines of both streams. */
    readonly tail: readonly string[];
}

/** How long a command may take to end after SIGTERM. */
const graceSeconds = 5;
const tailLines = 8;

/**
 * Waits for the end of the pipe that this process holds, and takes the command with it: also after a SIGKILL, which runs
 * no handler. `$$` is the shell that the command replaces, and the leader of the group.
 */
const guard = '{ read -r _ <&3; kill -s KILL -- "-$$"; } >/dev/null 2>&1 </dev/null & exec 3<&-; exec "$@"';

/** A text is for `sh -c`; a list is words, without a shell. */
export async function runCommand(command: string | readonly string[], options: CommandOptions): Promise<CommandResult> {
    const words = typeof command === "string" ? ["sh", "-c", command] : command;
    const tail: string[] = [];
    if (options.signal.aborted) return { end: "interrupted", code: null, tail };
    const child = spawn("sh", ["-c", guard, "sh", ...words], {
        cwd: options.cwd,
        env: options.variables,
        detached: true,
        stdio: ["ignore", "pipe", "pipe", "pipe"],
    }) as ChildProcessByStdio<null, Readable, Readable>;
    let cut: "timeout" | "interrupted" | undefined;
    const kill = (signal: NodeJS.Signals): void => {
        if (child.pid === undefined) return;
        try {
            process.kill(-child.pid, signal);
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
        }
    };
    const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null; error?: Error }>((resolve) => {
        child.on("error", (error) => resolve({ code: null, signal: null, error }));
        child.on("exit", (code, signal) => resolve({ code, signal }));
    });
    const stop = (why: typeof cut): void => {
        cut ??= why;
        kill("SIGTERM");
        void Promise.race([exited, delay(graceSeconds * 1000, undefined, { ref: false })]).then(() => kill("SIGKILL"));
    };
    const interrupt = (): void => stop("interrupted");
    const onExit = (): void => kill("SIGKILL");
    const timer = setTimeout(() => stop("timeout"), options.timeoutSeconds * 1000);
    options.signal.addEventListener("abort", interrupt, { once: true });
    process.once("exit", onExit);
    const streams = [child.stdout, child.stderr].map((stream) => {
        const lines = createInterface({ input: stream, crlfDelay: Infinity });
        lines.on("line", (line) => {
            tail.push(line);
            if (tail.length > tailLines) tail.shift();
            options.onLine?.(line);
        });
        return new Promise((resolve) => lines.on("close", resolve));
    });
    try {
        const { code, signal, error } = await exited;
        // The guard, and whatever the command has left behind. What it wrote before is still to be read.
        kill("SIGKILL");
        await Promise.all(streams);
        if (cut !== undefined) return { end: cut, code, tail };
        if (error !== undefined) return { end: "not-started", code, tail: [error.message] };
        if (signal !== null) return { end: "killed", code: 128 + constants.signals[signal], tail };
        return { end: "exited", code, tail };
    } finally {
        clearTimeout(timer);
        options.signal.removeEventListener("abort", interrupt);
        process.removeListener("exit", onExit);
        child.stdio[3]?.destroy();
    }
}
