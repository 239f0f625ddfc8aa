/**
 * A Kubernetes API server and its store, for tests and for `tidegate rehearse --api-server`: nothing else needs them, and no
 * start of a platform makes them. What somebody has installed is taken first, else both are built from their Go modules.
 */
import { existsSync } from "node:fs";
import { copyFile, cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import semver from "semver";
import { z } from "zod";
import type { Progress } from "../core/progress";
import { Board, type BoardLine } from "./board";
import { artifact, cacheRoot, findPython, pins, run, toolFailure, which } from "./bootstrap.mjs";
import { fetchFile } from "./download";
import { buildPrograms, findGo, goEnvironment, goFailure } from "./goModule";
import { jarUrl } from "./jars";
import { apiServerFolder, crdsFolder, flinkOperatorApi, Layout } from "./layout";
import { PythonPackages } from "./python";

export interface ApiServerTools {
    readonly apiServer: string;
    readonly etcd: string;
    /** Of the API server: `1.34.2`. */
    readonly version: string;
    readonly origin: "assets" | "path" | "built";
    /** Folder of the definitions of the operators' custom resources, each a file of YAML. */
    readonly crds: string;
}

/** How many packages `go build -v` names for both from cold. */
const packagesToCompile = 2_060;

/** What asks a program for its version may take, in milliseconds. */
const versionTimeout = 20_000;

/** Definitions that the Go modules of the operators carry, by module. */
const modules: Readonly<Record<string, { readonly folder: string; readonly files: readonly string[] }>> = {
    "github.com/external-secrets/external-secrets": {
        folder: "config/crds/bases",
        files: ["externalsecrets", "secretstores", "clustersecretstores"].map(
            (plural) => `external-secrets.io_${plural}.yaml`,
        ),
    },
    "github.com/prometheus-operator/prometheus-operator": {
        folder: "example/prometheus-operator-crd",
        files: ["servicemonitors", "podmonitors", "prometheusrules"].map(
            (plural) => `monitoring.coreos.com_${plural}.yaml`,
        ),
    },
};

/** In the operator's API jar, which has them of apiextensions.k8s.io/v1beta1 too. */
const flinkFiles = ["flinkdeployments", "flinksessionjobs", "flinkstatesnapshots"].map(
    (plural) => `META-INF/fabric8/${plural}.flink.apache.org-v1.yml`,
);

/**
 * Finds both, or builds them where they are not there: some minutes of every core, once for all checkouts.
 * @throws TidegateError as `ensureTools`
 */
export async function ensureApiServer(progress: Progress, signal?: AbortSignal): Promise<ApiServerTools> {
    const root = cacheRoot();
    const board = new Board(progress);
    const python = new PythonPackages(root, board, signal);
    const layout = new Layout(root);
    const crds = layout.apiServerCrds;
    if (!existsSync(crds)) await fetchDefinitions({ root, board, python, signal });
    const installed = await findInstalled(process.env);
    if (installed !== undefined) return { ...installed, crds };
    const { apiServerBuilt: built } = layout;
    if (!existsSync(built)) await build({ root, board, python, signal });
    return {
        apiServer: join(built, "kube-apiserver"),
        etcd: join(built, "etcd"),
        version: pins.kubernetes,
        origin: "built",
        crds,
    };
}

async function versionOf(program: string): Promise<semver.SemVer | null> {
    const answer = await run(program, ["--version"], { timeout: versionTimeout }).catch(() => undefined);
    return answer?.code === 0 ? semver.coerce(answer.output) : null;
}

/** Both of one place: where the tests of Kubernetes' own controllers look for them, then PATH. */
export async function findInstalled(variables: NodeJS.ProcessEnv): Promise<Omit<ApiServerTools, "crds"> | undefined> {
    const places = [
        { origin: "assets", path: variables["KUBEBUILDER_ASSETS"] },
        { origin: "path", path: variables["PATH"] },
    ] as const;
    for (const { origin, path = "" } of places) {
        const [apiServer, etcd] = [which("kube-apiserver", path), which("etcd", path)];
        if (apiServer === undefined || etcd === undefined) continue;
        const [version, store] = await Promise.all([versionOf(apiServer), versionOf(etcd)]);
        if (version === null || store === null) continue;
        if (semver.gte(version, pins.kubernetesMinimum) && semver.gte(store, pins.etcdMinimum))
            return { apiServer, etcd, version: version.version, origin };
    }
    return undefined;
}

interface Options {
    readonly root: string;
    readonly board: Board;
    readonly python: PythonPackages;
    readonly signal?: AbortSignal | undefined;
}

async function build({ root, board, python, signal }: Options): Promise<void> {
    const line = board.line("Kubernetes API server");
    const go = await findGo(root, python);
    const [major, minor] = pins.kubernetes.split(".");
    const version = Object.entries({ gitVersion: `v${pins.kubernetes}`, gitMajor: major, gitMinor: minor })
        .map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
        .join(" ");
    const fill = (target: string) =>
        buildPrograms({
            what: "Building the Kubernetes API server with Go",
            module: apiServerFolder,
            programs: [
                { path: "go.etcd.io/etcd/server/v3", name: "etcd", ldflags: "-s -w" },
                { path: "k8s.io/kubernetes/cmd/kube-apiserver", name: "kube-apiserver", ldflags: `-s -w ${version}` },
            ],
            ...{ packagesToCompile, target, go, line, signal },
        });
    const { apiServerBuilt } = new Layout(root);
    await artifact(apiServerBuilt, fill, { root, keepPartial: true, signal, waiting: (pid) => line.waitFor(pid) });
    line.done();
}

const downloaded = z.object({ Dir: z.string(), Version: z.string() });

async function fetchDefinitions({ root, board, python, signal }: Options): Promise<void> {
    const line = board.line("definitions of custom resources");
    const go = await findGo(root, python);
    const fill = async (target: string) => {
        const work = join(target, "work");
        await mkdir(work, { recursive: true });
        for (const file of ["go.mod", "go.sum"]) await copyFile(join(crdsFolder, file), join(work, file));
        for (const [path, { folder, files }] of Object.entries(modules)) {
            line.say(`fetching the Go module ${path}`);
            const options = { cwd: work, env: goEnvironment(work), signal, group: true };
            // Given with its version, it is fetched without the modules that it needs; go.sum counts all the same.
            const version = await moduleVersion(go, path, options);
            const answer = await run(go, ["mod", "download", "-json", `${path}@${version}`], options);
            if (answer.code !== 0) throw goFailure("Fetching a Go module", answer.output);
            const { Dir } = downloaded.parse(JSON.parse(answer.stdout));
            for (const file of files) await cp(join(Dir, folder, file), join(target, file));
        }
        await fetchFlink(target, work, line, signal);
        await rm(work, { recursive: true, force: true });
    };
    const { apiServerCrds } = new Layout(root);
    await artifact(apiServerCrds, fill, { root, signal, waiting: (pid) => line.waitFor(pid) });
    line.done();
}

const required = z.object({ Require: z.array(z.object({ Path: z.string(), Version: z.string() })) });

async function moduleVersion(go: string, path: string, options: Parameters<typeof run>[2]): Promise<string> {
    const answer = await run(go, ["mod", "edit", "-json"], options);
    if (answer.code !== 0) throw goFailure("Reading go.mod", answer.output);
    const found = required.parse(JSON.parse(answer.stdout)).Require.find((one) => one.Path === path);
    if (found === undefined) throw new Error(`${crdsFolder}/go.mod does not require ${path}`);
    return found.Version;
}

async function fetchFlink(target: string, work: string, line: BoardLine, signal?: AbortSignal): Promise<void> {
    line.say("fetching the API of the Flink operator from Maven Central");
    const { bytes, sha256 } = flinkOperatorApi;
    const file = join(work, "flink.jar");
    await fetchFile({ url: await jarUrl(flinkOperatorApi), file, bytes, sha256, registry: "Maven Central", signal });
    // A jar is a zip, which Python's own library reads.
    const { path } = await findPython();
    const unpacked = await run(path, ["-m", "zipfile", "-e", file, join(work, "flink")], { signal });
    if (unpacked.code !== 0) throw toolFailure("Unpacking the API of the Flink operator", unpacked.output);
    for (const name of flinkFiles)
        await cp(
            join(work, "flink", name),
            join(
                target,
                name
                    .split("/")
                    .at(-1)
                    ?.replace(/-v1\.yml$/, ".yaml") ?? name,
            ),
        );
    await writeFile(join(target, "README"), "Definitions of custom resources, as their projects publish them.\n");
}
