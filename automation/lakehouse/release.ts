/** What a release of the lakehouse is made of, and which layer each of its files is of. */
import { existsSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { z } from "zod";
import { charts } from "../../components/kubernetes/charts";
import { contracts, layers, type Layer } from "../../stacks/contracts";
import { repositoryRoot } from "../core/repository";
import { imageNames, readLock } from "../images/lock";
import { ReleaseFiles } from "../release/files";
import { graphText, pluginsOf, type Gathered, type GatherRequest } from "../release/gather";
import type { PartName, ReleaseVersion } from "../release/manifest";
import { closureOf } from "../rollout/programFiles";
import { jarSets, readJarLock } from "../toolchain/jarLock";
import { baselineFile } from "../secrets/baseline";
import { layersOfImage } from "./images";

/** By the beginning of a path; the longest counts. Environment files are not in it: they are what differs between environments. */
const partOf: Readonly<Record<string, PartName>> = {
    "index.ts": "program",
    "Pulumi.yaml": "program",
    "tsconfig.json": "program",
    components: "program",
    stacks: "program",
    automation: "driver",
    sql: "sql",
    "sql/datasets": "datasets",
    dbt: "dbt",
    policy: "policies",
    // The preflight asks it, there as in the checkout.
    [baselineFile]: "policies",
    images: "images",
    "images.lock": "images",
    "package.json": "locks",
    "package-lock.json": "locks",
    ".npmrc": "locks",
    "automation/toolchain/requirements": "locks",
    "automation/toolchain/jars": "locks",
    "automation/toolchain/pins.json": "locks",
    "automation/toolchain/engine": "locks",
};

const ofImages = [...new Set(imageNames.flatMap(layersOfImage))];

/** Layers that read a file which nothing imports; what stands nowhere here is read by all, or by the driver alone. */
const readBy: Readonly<Record<string, readonly Layer[]>> = {
    sql: ["runtime"],
    "sql/datasets": ["broker", "runtime"],
    dbt: ["runtime"],
    [baselineFile]: [],
    images: ["runtime"],
    "images/pulled.json": ofImages,
    "images.lock": ofImages,
    "automation/toolchain/jars/kafka": ["broker"],
    "automation/toolchain/jars/flink": ["runtime"],
};

/** Of pins.json: what is deployed, and by whom. The rest is of the machine that deploys. */
const toolsOf: Readonly<Record<string, readonly Layer[]>> = {
    seaweedfs: ["storage", "catalog"],
    kafka: ["broker"],
    flink: ["runtime"],
    flinkKafkaConnector: ["runtime"],
    iceberg: ["runtime"],
    hadoop: ["runtime"],
    dbtCore: ["runtime"],
    dbtDuckdb: ["runtime"],
    duckdb: ["runtime"],
    pyiceberg: ["runtime"],
    java: ["broker", "runtime"],
};

const chartsOf: Readonly<Record<keyof typeof charts, readonly Layer[]>> = {
    certManager: ["foundation"],
    externalSecrets: ["foundation"],
    prometheusCrds: ["foundation"],
    prometheus: ["foundation"],
    flinkOperator: ["runtime"],
    lakekeeper: ["catalog"],
};

export async function gatherLakehouse({ graph: source, engine }: GatherRequest): Promise<Gathered> {
    const stacks = source.graph.order;
    const imported = await importers(stacks);
    const files = await ReleaseFiles.of(repositoryRoot);
    for (const name of Object.keys(partOf)) {
        const path = join(repositoryRoot, name);
        if (existsSync(path)) await files.add(path, "program");
    }
    const read = (await files.read())
        .filter(({ path }) => !/^stacks\/[^/]+\.yaml$/.test(path))
        .map((file) => ({
            ...file,
            part: longest(partOf, file.path) ?? "program",
            stacks: imported.files.get(file.path) ?? longest(readBy, file.path) ?? silentReaders(file.path, stacks),
        }));
    const more = await ReleaseFiles.of(repositoryRoot);
    more.put("tidegate.yaml", await graphText(source.file), "graph", stacks);
    for (const layer of layers) {
        const schema = z.toJSONSchema(contracts[layer], { unrepresentable: "any" });
        more.put(`contracts/${layer}.schema.json`, `${JSON.stringify(schema, null, 1)}\n`, "contracts", [layer]);
    }
    return {
        graph: source.graph.name,
        stacks,
        files: [...read, ...(await more.read())],
        versions: [{ kind: "engine", name: "pulumi", version: engine, stacks }, ...imported.plugins, ...versions()],
        others: jarSets.flatMap(readJarLock).map(({ group, artifact, version, sha256 }) => ({
            type: "maven" as const,
            ...{ group, name: artifact, version, sha256 },
        })),
    };
}

/** Which layers' programs import each file and each provider. What belongs to none in particular belongs to all. */
async function importers(stacks: readonly string[]) {
    const files = new Map<string, readonly string[]>();
    const packages = new Map<string, readonly string[]>();
    const add = <T>(map: Map<T, readonly string[]>, key: T, names: readonly string[]): void =>
        void map.set(key, [...new Set([...(map.get(key) ?? []), ...names])]);
    for (const stack of stacks) {
        const entry = join(repositoryRoot, "stacks", "layers", `${stack}.ts`);
        if (!existsSync(entry)) continue;
        const closure = await closureOf([entry]);
        for (const file of closure.files) add(files, nameOf(file), [stack]);
        for (const name of closure.packages) add(packages, name, [stack]);
    }
    const whole = await closureOf([
        join(repositoryRoot, "index.ts"),
        join(repositoryRoot, "components", "provider", "main.ts"),
    ]);
    for (const file of whole.files) if (!files.has(nameOf(file))) files.set(nameOf(file), stacks);
    for (const name of whole.packages) if (!packages.has(name)) packages.set(name, stacks);
    const plugins = pluginsOf(repositoryRoot, [...packages.keys()]).map((plugin) => ({
        ...plugin,
        stacks: packages.get(plugin.name) ?? stacks,
    }));
    return { files, plugins };
}

const nameOf = (file: string): string => relative(repositoryRoot, file).split(sep).join("/");

/** What a program reads without importing it is of every stack; the driver's own files are of no deployment. */
const silentReaders = (path: string, stacks: readonly string[]): readonly string[] =>
    /^(automation|images|policy)\//.test(path) ? [] : stacks;

function longest<T>(table: Readonly<Record<string, T>>, path: string): T | undefined {
    const fits = Object.keys(table)
        .filter((start) => path === start || path.startsWith(`${start}/`) || path.startsWith(`${start}.`))
        .sort((a, b) => b.length - a.length);
    return fits[0] === undefined ? undefined : table[fits[0]];
}

function versions(): ReleaseVersion[] {
    const pins = z
        .record(z.string(), z.union([z.string(), z.number()]))
        .parse(JSON.parse(readFileSync(join(repositoryRoot, "automation", "toolchain", "pins.json"), "utf8")));
    const images = readLock()?.images ?? {};
    return [
        ...Object.entries(toolsOf).map(([name, stacks]) => ({
            kind: "tool" as const,
            ...{ name, version: String(pins[name]), stacks },
        })),
        ...Object.entries(charts).map(([key, { chart, version }]) => ({
            kind: "chart" as const,
            ...{ name: chart, version, stacks: chartsOf[key as keyof typeof charts] },
        })),
        ...imageNames.flatMap((name) => {
            const version = images[name]?.reference;
            return version === undefined
                ? []
                : [{ kind: "image" as const, name, version, stacks: layersOfImage(name) }];
        }),
    ];
}
