/**
 * Commands under test have process groups of their own, so neither a terminal's Ctrl-C nor the end of whoever runs the tests
 * reaches them. This hands both on, as SIGINT to the command alone: it ends what it has started itself.
 */
import type { ChildProcess } from "node:child_process";

const running = new Set<ChildProcess>();
/** Nobody but us listens to the signal that came: it ends this process once the commands have ended. */
let ending = false;
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const interrupt = (): void => {
    for (const child of running) child.kill("SIGINT");
};

/** Once the commands have ended, what the signal does by itself happens, unless somebody else (mocha, a proof) listens to it. */
const interrupted = (signal: NodeJS.Signals): void => {
    interrupt();
    const others = process.listeners(signal).filter((listener) => listener !== interrupted);
    if (others.length > 0) return;
    ending = true;
    void Promise.all([...running].map((child) => new Promise((resolve) => child.once("close", resolve)))).then(() => {
        process.removeListener(signal, interrupted);
        process.kill(process.pid, signal);
    });
};

/** Keeps a child from outliving this process by more than it takes it to end in order; answers with the child. */
export function endsWithTests(child: ChildProcess): ChildProcess {
    if (!process.listeners("exit").includes(interrupt)) {
        process.on("exit", interrupt);
        for (const signal of signals) process.on(signal, interrupted);
    }
    running.add(child);
    // What is begun because the one before has ended.
    if (ending) child.kill("SIGINT");
    const forget = (): void => void running.delete(child);
    return child.once("close", forget).once("error", forget);
}
