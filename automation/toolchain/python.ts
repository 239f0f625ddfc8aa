import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import pLimit from "p-limit";
import {
    artifact,
    BootstrapError,
    findPython,
    lastLines,
    lockFileOf,
    pins,
    pipInstall,
    requirementFolder,
    run,
    toolFailure,
} from "./bootstrap.mjs";
import type { Board, BoardLine } from "./board";
import { Layout } from "./layout";

type Environment = Record<string, string | undefined>;

/**
 * What pip is told, in uv's words. pip reads files that uv does not, and a machine behind a mirror has its address there.
 * `pip config list` prints `global.index-url='…'` and `:env:.index-url='…'`, the strongest last.
 */
export function uvSettings(pipConfigList: string, environment: Environment): Environment {
    const pip = new Map<string, string>();
    for (const line of pipConfigList.split(/\r?\n/)) {
        const [, name, value] = /^(?:global|install|:env:)\.([\w-]+)=(.*)$/.exec(line.trim()) ?? [];
        // pip prints a Python literal: several values of one option are separated by \n in it.
        if (name !== undefined && value !== undefined)
            pip.set(
                name,
                value
                    .replace(/^['"]|['"]$/g, "")
                    .replaceAll("\\n", " ")
                    .trim(),
            );
    }
    const proxy = pip.get("proxy");
    const settings: Environment = {
        UV_DEFAULT_INDEX: pip.get("index-url"),
        UV_INDEX: pip.get("extra-index-url"),
        UV_FIND_LINKS: pip.get("find-links")?.split(/\s+/).join(","),
        UV_INSECURE_HOST: pip.get("trusted-host"),
        UV_HTTP_TIMEOUT: pip.get("timeout") ?? pip.get("default-timeout"),
        SSL_CERT_FILE: pip.get("cert"),
        HTTPS_PROXY: proxy,
        HTTP_PROXY: proxy,
    };
    // What is said to uv itself goes before what is said to pip.
    return Object.fromEntries(Object.entries(settings).filter(([name, value]) => value && !environment[name]));
}

/** Installs from PyPI with uv, at most two things at a time. */
export class PythonPackages {
    private readonly limit = pLimit(2);
    private ready: Promise<{ python: { path: string; version: string }; environment: Environment }> | undefined;

    constructor(
        private readonly root: string,
        private readonly board: Board,
        private readonly signal?: AbortSignal,
    ) {}

    /** uv's own cache: kept after a failure, so that the next start goes on, and removed when all is there. */
    private get uvCache(): string {
        return join(this.root, "uv-cache");
    }

    private prepare() {
        this.ready ??= (async () => {
            const python = await findPython();
            await artifact(
                requirementFolder("uv", pins.uv, this.root),
                (target) => pipInstall(python.path, "uv", target, { signal: this.signal }),
                { root: this.root, signal: this.signal },
            );
            const config = await run(python.path, ["-m", "pip", "config", "list"], {
                timeout: 30_000,
                signal: this.signal,
            });
            const environment = {
                ...process.env,
                ...uvSettings(config.stdout, process.env),
                UV_CACHE_DIR: this.uvCache,
                UV_NO_PROGRESS: "1",
                UV_PYTHON_DOWNLOADS: "never",
                VIRTUAL_ENV: undefined,
            };
            return { python, environment };
        })();
        return this.ready;
    }

    private async uv(what: string, args: readonly string[], line: BoardLine): Promise<void> {
        const { environment } = await this.prepare();
        const onLine = (text: string) => {
            if (/^(Resolved|Downloading|Prepared|Installed)/.test(text)) line.say(text.trim().toLowerCase());
        };
        const options = { env: environment, signal: this.signal, onLine };
        const { code, output } = await run(new Layout(this.root).uv, args, options);
        if (code === 0) return;
        if (/hash mismatch/i.test(output))
            throw new BootstrapError(`${what} from PyPI does not have the pinned checksum.\n${lastLines(output)}`, {
                code: "checksum-mismatch",
                hint: "A proxy that answers in the registry's place does that. Start again; if it stays, compare what your package index serves.",
            });
        throw toolFailure(`Installing ${what} from PyPI`, output, "PyPI");
    }

    /** A folder of the cache with the packages of one requirement file. */
    async ensure(name: string, requirement: string, version: string): Promise<void> {
        const folder = requirementFolder(requirement, version, this.root);
        if (existsSync(folder)) return;
        const line = this.board.line(name);
        const fill = (target: string) =>
            this.limit(async () => {
                const { python } = await this.prepare();
                line.say(`fetching ${version} from PyPI`);
                await this.uv(name, [...installArguments(requirement, python.path), "--target", target], line);
            });
        await artifact(folder, fill, {
            root: this.root,
            signal: this.signal,
            waiting: (pid) => line.waitFor(pid),
        });
        line.done();
    }

    /** The virtual environment of dbt, DuckDB and PyIceberg. */
    async ensureData(): Promise<void> {
        const layout = new Layout(this.root);
        if ((await layout.dataEnvironment()) !== undefined) return;
        const line = this.board.line("dbt");
        const { python } = await this.prepare();
        const fill = (target: string) =>
            this.limit(async () => {
                line.say(`fetching dbt-core ${pins.dbtCore} and what it needs from PyPI`);
                // Relocatable: its scripts must not name the folder it is made in, which is renamed in the end.
                const venv = [
                    "venv",
                    "--quiet",
                    "--relocatable",
                    "--no-project",
                    "--allow-existing",
                    "--python",
                    python.path,
                ];
                await this.uv("the Python environment", [...venv, target], line);
                await this.uv("dbt", installArguments("data", join(target, "bin", "python")), line);
            });
        // A folder whose Python has gone from this machine is of no use to anybody.
        await rm(layout.data(python.version), { recursive: true, force: true });
        await artifact(layout.data(python.version), fill, {
            root: this.root,
            signal: this.signal,
            waiting: (pid) => line.waitFor(pid),
        });
        line.done();
    }

    /** DuckDB's extension directory, filled from wheels by the DuckDB of `ensureData`: LOAD needs no network then. */
    async ensureDuckdbExtensions(): Promise<void> {
        const layout = new Layout(this.root);
        if (existsSync(layout.duckdbExtensions)) return;
        const line = this.board.line("DuckDB extensions");
        const { python } = await this.prepare();
        const fill = (target: string) =>
            this.limit(async () => {
                line.say(`fetching ${pins.duckdb} from PyPI`);
                const wheels = join(target, "wheels");
                const install = installArguments("duckdb-extensions", python.path);
                await this.uv("DuckDB's extensions", [...install, "--target", wheels], line);
                const duckdb = join((await layout.dataEnvironment()) ?? "", "bin", "python");
                const script = join(__dirname, "install_extensions.py");
                const { code, output } = await run(duckdb, [script, target, wheels], { signal: this.signal });
                if (code !== 0) throw toolFailure("Installing DuckDB's extensions", output);
                await rm(wheels, { recursive: true });
            });
        await artifact(layout.duckdbExtensions, fill, {
            root: this.root,
            signal: this.signal,
            waiting: (pid) => line.waitFor(pid),
        });
        line.done();
    }

    /** Gives back the room of what was only needed to install. */
    async prune(): Promise<void> {
        await rm(this.uvCache, { recursive: true, force: true });
    }
}

function installArguments(requirement: string, python: string): string[] {
    const strict = ["--require-hashes", "--no-deps", "--only-binary", ":all:"];
    return ["pip", "install", "--python", python, ...strict, "-r", lockFileOf(requirement)];
}
