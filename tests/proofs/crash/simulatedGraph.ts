/**
 * A graph of Pulumi stacks with resources in a simulated cloud, and what is true of that cloud: which resources there are,
 * whatever any state says.
 */
import {
    chmodSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import type { ChildProcess } from "node:child_process";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parse, stringify } from "yaml";
import { repositoryRoot } from "../../../automation/core/repository";
import { withEnvironment } from "../../../components/provider/daemon/processes";
import { knownIn, type Known } from "../simulatedState";
import { isolated, outcomeOf, startTidegate, type Outcome } from "../../_helpers/checkout";

export type Kind = "Bucket" | "Network" | "Key";

export interface SimulatedStack {
    readonly dependsOn: readonly string[];
    /** Type and name. */
    readonly resources: readonly (readonly [Kind, string])[];
}

/** What there is in the cloud. */
export interface Thing {
    readonly id: string;
    readonly urn: string;
    readonly type: string;
}

interface GraphText {
    readonly environments: { readonly dev: object };
    readonly stacks: Readonly<Record<string, object>>;
}

export class SimulatedGraph {
    readonly directory: string;
    readonly cloud: string;

    constructor(
        private readonly stacks: Readonly<Record<string, SimulatedStack>>,
        private readonly latencyMs = 60,
    ) {
        const base = mkdtempSync(join(tmpdir(), "tidegate-simulated-"));
        this.directory = join(base, "graph");
        this.cloud = join(base, "cloud");
        mkdirSync(this.directory);
        mkdirSync(this.cloud);
        mkdirSync(join(base, "node_modules"));
        symlinkSync(join(repositoryRoot, "node_modules", "@pulumi"), join(base, "node_modules", "@pulumi"));
        const here = join(repositoryRoot, "tests", "proofs", "crash");
        chmodSync(join(here, "provider", "pulumi-resource-sim"), 0o755);
        this.write("index.js", `module.exports = require(${JSON.stringify(join(here, "program.cjs"))});\n`);
        this.write("package.json", "{}\n");
        this.write(
            "Pulumi.yaml",
            stringify({
                name: "simulated",
                // Without the compiler, which would be loaded for each run.
                runtime: { name: "nodejs", options: { typescript: false } },
                plugins: { providers: [{ name: "sim", path: join(here, "provider") }] },
            }),
        );
        this.write(
            "tidegate.yaml",
            stringify({
                lookup: { run: ["node", join(here, "lookup.cjs")] },
                // Not the whole folder: what is told of the graph is no change of its stacks.
                inputs: { files: ["index.js"] },
                environments: { dev: { backend: "file://state" } },
                stacks: Object.fromEntries(
                    Object.entries(stacks).map(([name, { dependsOn }]) => [name, { dependsOn: [...dependsOn] }]),
                ),
            }),
        );
    }

    /** Changes what is told of the environment `dev`. */
    environment(settings: object): void {
        this.change((graph) => ({ ...graph, environments: { dev: { ...graph.environments.dev, ...settings } } }));
    }

    /** Changes what is told of one stack. */
    stack(name: string, settings: object): void {
        this.change((graph) => ({
            ...graph,
            stacks: { ...graph.stacks, [name]: { ...graph.stacks[name], ...settings } },
        }));
    }

    private change(work: (graph: GraphText) => GraphText): void {
        const file = join(this.directory, "tidegate.yaml");
        this.write("tidegate.yaml", stringify(work(parse(readFileSync(file, "utf8")) as GraphText)));
    }

    write(name: string, text: string): void {
        mkdirSync(dirname(join(this.directory, name)), { recursive: true });
        writeFileSync(join(this.directory, name), text);
    }

    /** A step after each stack that looks at nothing. */
    gates(): void {
        const gates = { validation: [{ name: "fine", run: ["true"] }] };
        this.change((graph) => ({
            ...graph,
            stacks: Object.fromEntries(Object.entries(graph.stacks).map(([name, one]) => [name, { ...one, gates }])),
        }));
    }

    /** The command line. */
    readonly cli = join(repositoryRoot, "automation", "cli", "tidegate.mjs");

    /** Environment of whatever works on the graph. */
    variables(): NodeJS.ProcessEnv {
        const settings = Object.fromEntries(
            Object.entries(this.stacks).map(([name, { dependsOn, resources }]) => [
                `dev-${name}`,
                { upstream: dependsOn.map((up) => `dev-${up}`), resources },
            ]),
        );
        return isolated({
            PULUMI_HOME: join(this.directory, "..", "pulumi"),
            PULUMI_CONFIG_PASSPHRASE: "simulated",
            SIM_CLOUD: this.cloud,
            SIM_LATENCY_MS: String(this.latencyMs),
            SIM_STACKS: JSON.stringify(settings),
        });
    }

    /** Starts `tidegate ARGS`; its process group is its own. */
    start(args: readonly string[], variables: Readonly<Record<string, string>> = {}): ChildProcess {
        return startTidegate(args, this.directory, { ...this.variables(), ...variables });
    }

    run(args: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<Outcome> {
        return outcomeOf(this.start(args, variables));
    }

    /** A switch of the provider: see provider.cjs. */
    hold(name: "hold" | "hold-before" | "pause", on: boolean): void {
        const file = join(this.cloud, name);
        if (on) writeFileSync(file, "");
        else rmSync(file, { force: true });
    }

    /** How many creates stand still. */
    held(): number {
        return readdirSync(this.cloud).filter((name) => name.includes("-reached-")).length;
    }

    /** What runs of it: drivers, engines, programs, plugins. */
    async processes(): Promise<readonly string[]> {
        return (await withEnvironment("SIM_CLOUD", this.cloud)).map(({ pid, name }) => `${name} ${pid}`);
    }

    /** One for each thing in the cloud. */
    files(): string[] {
        return readdirSync(this.cloud)
            .filter((name) => name.endsWith(".json"))
            .map((name) => join(this.cloud, name));
    }

    things(): Thing[] {
        return this.files().map((file) => JSON.parse(readFileSync(file, "utf8")) as Thing);
    }

    /** Ids by URN, as the states of all stacks have them; and what is pending in them. */
    known(): Known {
        const folder = join(this.directory, "state", ".pulumi", "stacks", "simulated");
        const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
        return knownIn(names.map((name) => join(folder, name)));
    }

    /** What is wrong once everything is up: each resource has to be there once, under the id that the state knows. */
    faults(): string[] {
        const wanted = Object.entries(this.stacks).flatMap(([stack, { resources }]) =>
            resources.map(([kind, name]) => `sim:index:${kind}::dev-${stack}-${name}`),
        );
        const things = this.things();
        const { ids, pending } = this.known();
        const faults = pending.map((urn) => `${urn} is pending`);
        for (const end of wanted) {
            const found = things.filter(({ urn }) => urn.endsWith(`::${end}`));
            if (found.length !== 1) faults.push(`${found.length} of ${end}: ${found.map(({ id }) => id).join(", ")}`);
            for (const { urn, id } of found)
                if (ids.get(urn) !== id) faults.push(`${id} is not what the state has for ${end}: ${ids.get(urn)}`);
        }
        if (things.length !== wanted.length) faults.push(`${things.length} things, ${wanted.length} were asked for`);
        return faults;
    }

    remove(): void {
        rmSync(join(this.directory, ".."), { recursive: true, force: true });
    }
}
