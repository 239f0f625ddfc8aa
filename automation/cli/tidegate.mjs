#!/usr/bin/env node
// The start of everything: needs nothing but some Node (18 or newer). Where that Node is too old it fetches one and goes
// on under it, then installs the npm packages where they are missing or outdated, then runs the command line, main.ts.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheRoot, checkout } from "../toolchain/bootstrap.mjs";
import { ensureModules, ensureNode, isOlder } from "../toolchain/node.mjs";

const say = (line) => process.stderr.write(`${line}\n`);

function fail(error) {
    if (error?.code !== undefined && error.hint !== undefined) say(`error: ${error.message}\n${error.hint}`);
    else say(`error: ${error?.stack ?? error}`);
    process.exit(error?.exitCode ?? 70);
}

const engines = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8")).engines.node;
const tooOld = isOlder(process.version, engines.replace(/^>=/, ""));

// Node's fetch heeds HTTPS_PROXY only when NODE_USE_ENV_PROXY is set as the process starts.
const behindProxy = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"].some((name) => process.env[name]);
const needsProxy = behindProxy && process.env.NODE_USE_ENV_PROXY === undefined;

/** Goes on as a child under `node`, with this process's terminal, until that child ends; then ends the same way. */
function continueUnder(node, extra) {
    const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
        stdio: ["inherit", "inherit", "inherit", "ipc"],
        env: { ...process.env, ...extra },
    });
    // A terminal sends Ctrl-C to the whole process group, so to the child too: a second one would mean "harder".
    const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
    const forward = (signal) => child.kill(signal);
    process.on("SIGINT", terminal ? () => {} : forward);
    process.on("SIGTERM", forward);
    process.on("SIGHUP", forward);
    child.on("error", (error) => fail(error));
    child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

async function start() {
    // Until main.ts takes over, an interrupt has to run the exit handlers, which end npm and pip.
    const interrupted = (signal) => {
        say("Interrupted. Run the same command again.");
        process.exit(128 + constants.signals[signal]);
    };
    process.on("SIGINT", interrupted).on("SIGTERM", interrupted);

    if (process.connected) {
        // The process that started us for its old Node is gone: nobody waits for this one any more.
        process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
        process.channel.unref();
    }
    if (tooOld || needsProxy) {
        const node = tooOld ? await ensureNode(say) : process.execPath;
        process.removeAllListeners("SIGINT").removeAllListeners("SIGTERM");
        const direct = [process.env.NO_PROXY ?? process.env.no_proxy, "127.0.0.1", "localhost"]
            .filter(Boolean)
            .join(",");
        const proxy = behindProxy ? { NODE_USE_ENV_PROXY: "1", NO_PROXY: direct, no_proxy: direct } : {};
        // First on PATH, so that whatever the program starts finds the same Node.
        continueUnder(node, { ...proxy, PATH: `${dirname(node)}:${process.env.PATH ?? ""}` });
        return;
    }
    await ensureModules(say);
    process.removeAllListeners("SIGINT").removeAllListeners("SIGTERM");
    process.env.NODE_COMPILE_CACHE ??= join(cacheRoot(), "compile-cache");
    const { createRequire, enableCompileCache } = await import("node:module");
    enableCompileCache(process.env.NODE_COMPILE_CACHE);
    const require = createRequire(import.meta.url);
    require("../toolchain/loader.cjs");
    require("./main.ts");
}

start().catch(fail);
