// What has to work before any package is installed, and under the oldest Node that may start us (18): plain JavaScript,
// Node's own modules only. The rest of the toolchain room is TypeScript and uses these functions through bootstrap.d.mts.
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { link, mkdir, readFile, readdir, rename, rm, unlink, writeFile } from "node:fs/promises";
import { homedir, hostname } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

export const checkout = resolve(here, "..", "..");

export const pins = JSON.parse(readFileSync(join(here, "pins.json"), "utf8"));

export class BootstrapError extends Error {
    constructor(message, { code, hint, cause, retryable = false, exitCode = 3 }) {
        super(message, cause === undefined ? undefined : { cause });
        // The brand that TidegateError.is looks for: this file cannot import that class, being run before the packages are there.
        this[Symbol.for("tidegate.error")] = true;
        this.name = "TidegateError";
        this.code = code;
        this.hint = hint;
        this.retryable = retryable;
        this.exitCode = exitCode;
    }
}

export function cacheRoot(environment = process.env) {
    if (environment.TIDEGATE_CACHE) return resolve(environment.TIDEGATE_CACHE);
    // The XDG base directory specification: a relative path in it is invalid and to be ignored.
    const xdg = environment.XDG_CACHE_HOME;
    return xdg?.startsWith("/") ? join(xdg, "tidegate") : join(environment.HOME || homedir(), ".cache", "tidegate");
}

export function lockFileOf(requirement) {
    return join(here, "requirements", `${requirement}.txt`);
}

export function digestOf(...texts) {
    const hash = createHash("sha256");
    for (const text of texts) hash.update(text).update("\0");
    return hash.digest("hex").slice(0, 10);
}

// Native artifacts carry the platform: a home directory may be shared between machines.
export const platformTag = `${process.platform}-${process.arch}`;

export function requirementFolder(requirement, version, root = cacheRoot()) {
    return join(root, `${requirement}-${version}-${platformTag}-${digestOf(readFileSync(lockFileOf(requirement)))}`);
}

export const linesOf = (text) => text.split(/\r?\n|\r/).filter((line) => line.trim() !== "");

export function lastLines(text, count = 8) {
    return linesOf(text).slice(-count).join("\n");
}

const unreachable =
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|name resolution|no such host|dns error|name or service not known|nodename nor servname|connection refused|connection reset|network is unreachable|failed to establish a new connection|error sending request|max retries exceeded|proxyerror|proxyconnect|tunnel|timed out|i\/o timeout/i;

/** Turns the output of a failed tool into an error for a person. */
export function toolFailure(what, output, registry) {
    const tail = lastLines(output);
    if (/no space left on device|ENOSPC|disk quota exceeded|EDQUOT/i.test(output)) return diskFull(what);
    if (registry && unreachable.test(output))
        return new BootstrapError(`${what}: ${registry} could not be reached.\n${tail}`, {
            code: "registry-unreachable",
            hint: `Check the network and the proxy settings of this machine for ${registry}, then start again: it goes on where this start stopped.`,
            retryable: true,
        });
    return new BootstrapError(`${what} failed:\n${tail || "(no output)"}`, {
        code: "tool-failed",
        hint: "Put right what the lines above name, then start again: what is already there is not fetched again.",
    });
}

export function diskFull(what, cause) {
    return new BootstrapError(`${what}: the disk is full.`, {
        code: "disk-full",
        hint: `About 5 GB must be free for the tools, in ${cacheRoot()} (or in the folder that TIDEGATE_CACHE names) and in the checkout. Free some room, then start again.`,
        cause,
        retryable: true,
    });
}

/** Runs a command to its end; resolves to its exit code and its whole output. The child ends with this process. */
export function run(command, args, { onLine, input, signal: abort, group = false, ...options } = {}) {
    return new Promise((done, fail) => {
        abort?.throwIfAborted();
        const stdin = input === undefined ? "ignore" : "pipe";
        const child = spawn(command, args, { ...options, detached: group, stdio: [stdin, "pipe", "pipe"] });
        const stop = () => {
            try {
                process.kill(group ? -child.pid : child.pid, "SIGTERM");
            } catch {
                // It has ended by itself.
            }
        };
        const forget = () => {
            process.removeListener("exit", stop);
            abort?.removeEventListener("abort", stop);
        };
        process.once("exit", stop);
        abort?.addEventListener("abort", stop, { once: true });
        let output = "";
        let stdout = "";
        child.stdin?.on("error", () => {}).end(input);
        child.stdout.on("data", (chunk) => ((stdout += chunk), (output += chunk)));
        child.stderr.on("data", (chunk) => (output += chunk));
        if (onLine) createInterface({ input: child.stderr }).on("line", onLine);
        child.on("error", (error) => (forget(), fail(error)));
        child.on("close", (code, signal) => {
            forget();
            // Only now: until it had ended it may still have written.
            if (abort?.aborted) fail(abort.reason);
            else done({ code: code ?? 1, signal, output, stdout });
        });
    });
}

export function which(name, path = process.env.PATH ?? "", exclude = () => false) {
    for (const folder of path.split(delimiter)) {
        if (folder === "" || exclude(folder)) continue;
        const candidate = join(folder, name);
        if (existsSync(candidate)) return candidate;
    }
    return undefined;
}

function processStart(pid) {
    try {
        // Field 22 of proc(5)'s stat, counted after the command's closing bracket: it tells a reused pid from the holder.
        return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").pop().split(" ")[19];
    } catch {
        return "";
    }
}

function isAlive(holder) {
    if (holder.host !== hostname()) return true;
    try {
        process.kill(holder.pid, 0);
    } catch (error) {
        if (error.code === "ESRCH") return false;
    }
    return holder.start === "" || holder.start === processStart(holder.pid);
}

/**
 * Runs `work` while holding a lock file, so that two starts at once fetch nothing twice and never see half of a thing. A lock
 * whose holder is dead (same host, no such process or another one under its pid) is taken over. `waiting` is called
 * once with the holder's pid; after `timeoutMs` of waiting (default 30 minutes) it is an error.
 */
export async function withLock(
    name,
    work,
    { root = cacheRoot(), waiting = () => {}, timeoutMs = 1_800_000, signal } = {},
) {
    const folder = join(root, "locks");
    const file = join(folder, `${name}.lock`);
    try {
        await mkdir(folder, { recursive: true });
    } catch (error) {
        if (error.code === "ENOSPC") throw diskFull("Making the cache directory", error);
        throw new BootstrapError(`The cache directory ${root} cannot be made: ${error.code ?? error.message}.`, {
            code: "cache-unusable",
            hint: "Name a folder that you may write to in the environment variable TIDEGATE_CACHE.",
            cause: error,
        });
    }
    const mine = JSON.stringify({ pid: process.pid, host: hostname(), start: processStart(process.pid) });
    const draft = `${file}.${process.pid}.${randomBytes(4).toString("hex")}`;
    const deadline = Date.now() + timeoutMs;
    let told = false;
    // Written beside it and linked: the lock never exists without its whole content.
    await writeFile(draft, mine);
    try {
        for (;;) {
            signal?.throwIfAborted();
            try {
                await link(draft, file);
                break;
            } catch (error) {
                if (error.code !== "EEXIST") throw error;
            }
            const text = await readFile(file, "utf8").catch(() => undefined);
            if (text === undefined) continue;
            const holder = JSON.parse(text);
            if (!isAlive(holder)) {
                const taken = `${draft}.stale`;
                await rename(file, taken).catch(() => {});
                // Somebody else may have taken it over between our reading and our renaming: then give theirs back.
                const seen = await readFile(taken, "utf8").catch(() => undefined);
                if (seen !== undefined && seen !== text) await link(taken, file).catch(() => {});
                await rm(taken, { force: true });
                continue;
            }
            if (!told) waiting(holder.pid);
            told = true;
            if (Date.now() > deadline)
                throw new BootstrapError(
                    `Process ${holder.pid} on ${holder.host} has been fetching ${name} for more than ${Math.round(timeoutMs / 60_000)} minutes.`,
                    { code: "lock-timeout", hint: `End that process, or, if it is gone, delete ${file}.`, exitCode: 4 },
                );
            await new Promise((tick) => setTimeout(tick, 200));
        }
    } finally {
        await rm(draft, { force: true });
    }
    const release = async () => {
        if ((await readFile(file, "utf8").catch(() => "")) === mine) await unlink(file).catch(() => {});
    };
    try {
        return await work();
    } finally {
        await release();
    }
}

/** Makes a folder of the cache once: `fill` works in a folder of a temporary name, renamed when it is complete. */
export async function artifact(folder, fill, { root = cacheRoot(), waiting, keepPartial = false, signal } = {}) {
    if (existsSync(folder)) return folder;
    const name = folder.slice(dirname(folder).length + 1);
    await withLock(
        name,
        async () => {
            if (existsSync(folder)) return;
            const partial = `${folder}.partial`;
            try {
                if (!keepPartial) await rm(partial, { recursive: true, force: true });
                await mkdir(partial, { recursive: true });
                await fill(partial);
                await rename(partial, folder);
            } catch (error) {
                if (!keepPartial) await rm(partial, { recursive: true, force: true }).catch(() => {});
                if (error?.code === "ENOSPC" || error?.code === "EDQUOT") throw diskFull(`Making ${name}`, error);
                throw error;
            }
        },
        { root, waiting, signal },
    );
    return folder;
}

const installPython = {
    darwin: "Install it with `brew install python` or from python.org.",
    linux: "Install it with your package manager, e.g. `sudo apt install python3 python3-pip python3-venv`, `sudo dnf install python3 python3-pip` or `apk add python3 py3-pip`.",
};

/** The first Python of at least the pinned minimum on PATH, and its version. */
export async function findPython() {
    const [major, minor] = pins.pythonMinimum.split(".").map(Number);
    const seen = [];
    for (const name of ["python3", "python3.13", "python3.12", "python3.11", "python3.10", "python"]) {
        const path = which(name);
        if (path === undefined) continue;
        const answer = await run(path, ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]).catch(
            () => undefined,
        );
        if (answer?.code !== 0) continue;
        const version = answer.stdout.trim();
        const [a, b] = version.split(".").map(Number);
        if (a > major || (a === major && b >= minor)) return { path, version };
        seen.push(`${path} is ${version}`);
    }
    const found = seen.length === 0 ? "There is none on PATH" : seen.join(", ");
    throw new BootstrapError(`Python ${pins.pythonMinimum} or newer is needed. ${found}.`, {
        code: "python-missing",
        hint: installPython[process.platform] ?? "Install it from python.org.",
    });
}

/** Installs a hash-locked requirement file into a folder with pip, without its dependencies. */
export async function pipInstall(python, requirement, target, { signal } = {}) {
    const args = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-input",
        "--disable-pip-version-check",
        "--no-warn-script-location",
    ];
    args.push("--no-compile", "--no-deps", "--only-binary=:all:", "--require-hashes");
    args.push("--target", target, "-r", lockFileOf(requirement));
    const env = { ...process.env, PIP_NO_PYTHON_VERSION_WARNING: "1" };
    const { code, output } = await run(python, args, { env, signal });
    if (code === 0) return;
    if (/No module named pip/.test(output))
        throw new BootstrapError(`${python} has no pip.`, {
            code: "pip-missing",
            hint: installPython[process.platform] ?? "Install pip for this Python (`python3 -m ensurepip`).",
        });
    if (/THESE PACKAGES DO NOT MATCH THE HASHES/i.test(output))
        throw checksumMismatch(`${requirement} from PyPI`, output);
    throw toolFailure(`Installing ${requirement} with pip`, output, "PyPI");
}

function checksumMismatch(what, output) {
    return new BootstrapError(`${what} does not have the pinned checksum.\n${lastLines(output, 4)}`, {
        code: "checksum-mismatch",
        hint: "A truncated download does that, and so does a proxy that answers in the registry's place. Start again; if it stays, compare what your package index serves.",
        retryable: true,
    });
}

/** Names of the cache's own folders that start with `prefix`. */
export async function artifactsLike(prefix, root = cacheRoot()) {
    const names = await readdir(root).catch(() => []);
    return names.filter((name) => name.startsWith(prefix) && !name.endsWith(".partial"));
}
