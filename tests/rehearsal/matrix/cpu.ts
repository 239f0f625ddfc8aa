import { readFileSync } from "node:fs";

/** Of the processes that this one has started and that have ended, and of theirs. Source: proc_pid_stat(5), fields 16 and 17. */
export function cpuSecondsOf(): number {
    // The name, in brackets, may hold anything.
    const fields = readFileSync("/proc/self/stat", "utf8")
        .replace(/^.*\) /s, "")
        .split(" ");
    const ticksPerSecond = 100;
    return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
}
