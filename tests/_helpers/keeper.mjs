// Runs the programs of one test server, and ends them with whoever started it, however that ends: the kernel closes its end of
// the pipe that is our standard input. Argument: JSON, `{ directory, programs: [{ command, args, log }] }`; the directory goes too.
import { spawn } from "node:child_process";
import { openSync, rmSync } from "node:fs";
import { join } from "node:path";

const { directory, programs } = JSON.parse(process.argv[2]);
const children = new Map();

let ending = false;
function end() {
    if (ending) return;
    ending = true;
    for (const child of children.values()) child.kill("SIGKILL");
    if (children.size === 0) finish();
}
function finish() {
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    process.exit(0);
}

process.stdin.on("end", end).on("error", end).resume();
// A terminal's Ctrl-C reaches the whole group: our own end is the parent's.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, end);
process.stdout.on("error", end);

for (const { command, args, log } of programs) {
    const file = openSync(join(directory, log), "a");
    const child = spawn(command, args, { cwd: directory, stdio: ["ignore", file, file] });
    children.set(log, child);
    const ended = (how) => {
        children.delete(log);
        if (!ending) process.stdout.write(`${JSON.stringify({ log, how })}\n`);
        if (ending && children.size === 0) finish();
    };
    child.on("error", (error) => ended(error.message)).on("exit", (code, signal) => ended(String(signal ?? code)));
}
