/**
 * One of the graphs in docs/examples, copied to where nothing else of this repository is: ordinary Pulumi projects with
 * their SDK in node_modules, a Pulumi home and a passphrase of their own.
 */
import type { ChildProcess } from "node:child_process";
import {
    chmodSync,
    cpSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryRoot } from "../../automation/core/repository";
import type { RolloutEvent } from "../../automation/rollout/events";
import { isolated, outcomeOf, startTidegate, type Outcome } from "./checkout";
import { endProcessesOf } from "./processes";

/** In place of the example's file.js: of a provider that is a plugin, so that no closures are written out for each operation. */
const simulatedFile = `const { CustomResource } = require("./pulumi.cjs");

class File extends CustomResource {
    constructor(name, { content }, options) {
        super("sim:index:Network", name, { size: content, address: undefined }, options);
    }
}

module.exports = { File };
`;

export class Example {
    private constructor(
        readonly directory: string,
        private readonly base: string,
    ) {}

    static create(name: string): Example {
        const base = mkdtempSync(join(tmpdir(), "tidegate-example-"));
        const directory = join(base, name);
        // Whoever has tried it there has left its state.
        const left = /(^|\/)(state|files|\.tidegate|Pulumi\.[^/]+\.yaml)$/;
        const source = join(repositoryRoot, "docs", "examples", name);
        cpSync(source, directory, { recursive: true, filter: (path) => !left.test(path) });
        const modules = join(base, "node_modules");
        mkdirSync(modules);
        symlinkSync(join(repositoryRoot, "node_modules", "@pulumi"), join(modules, "@pulumi"));
        symlinkSync(repositoryRoot, join(modules, "tidegate"));
        return new Example(directory, base);
    }

    /**
     * `services` with resources of a simulated cloud, which take half the time of the example's own; and its programs load no
     * more of the SDK than they use. The cloud is `files`.
     */
    simulated(): this {
        const provider = join(this.directory, "provider");
        cpSync(join(repositoryRoot, "tests", "proofs", "crash", "provider"), provider, { recursive: true });
        chmodSync(join(provider, "pulumi-resource-sim"), 0o755);
        this.write("file.js", simulatedFile);
        cpSync(join(__dirname, "pulumi.cjs"), join(this.directory, "pulumi.cjs"));
        for (const project of ["network", "database", "app"]) {
            this.edit(`${project}/index.js`, 'require("@pulumi/pulumi")', 'require("../pulumi.cjs")');
            this.edit(
                `${project}/Pulumi.yaml`,
                "runtime:",
                "plugins: { providers: [{ name: sim, path: ../provider }] }\nruntime:",
            );
        }
        return this;
    }

    /** What the resources are made of, of an example with simulated ones; sorted. */
    contents(): string[] {
        return this.fileNames()
            .filter((name) => name.endsWith(".json"))
            .map((name) => JSON.parse(readFileSync(join(this.files, name), "utf8")) as { inputs: { size: string } })
            .map(({ inputs }) => inputs.size)
            .sort();
    }

    /** Where the resources of the example `services` are. */
    get files(): string {
        return join(this.base, "files");
    }

    fileNames(): string[] {
        return existsSync(this.files) ? readdirSync(this.files) : [];
    }

    edit(file: string, from: string | RegExp, to: string): void {
        const path = join(this.directory, file);
        const before = readFileSync(path, "utf8");
        const after = before.replace(from, to);
        if (after === before) throw new Error(`${file} has no ${String(from)}`);
        writeFileSync(path, after);
    }

    /** Starts `tidegate ARGS` in the example's folder. */
    start(args: readonly string[], variables: Readonly<Record<string, string>> = {}): ChildProcess {
        return startTidegate(args, this.directory, isolated({ ...this.variables, ...variables }));
    }

    /** Its own, of each of its commands. */
    get variables(): Readonly<Record<string, string>> {
        return {
            PULUMI_HOME: join(this.base, "pulumi"),
            PULUMI_CONFIG_PASSPHRASE: "of the example",
            FILES: this.files,
            SIM_CLOUD: this.files,
            SIM_LATENCY_MS: "0",
        };
    }

    /** Runs `tidegate ARGS` to its end. */
    run(args: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<Outcome> {
        return outcomeOf(this.start(args, variables));
    }

    /** Runs `tidegate ARGS --json` and gives its events too. */
    async events(args: readonly string[], variables: Readonly<Record<string, string>> = {}) {
        const outcome = await this.run([...args, "--json"], variables);
        const events = outcome.stdout
            .split("\n")
            .filter((line) => line !== "")
            .map((line) => JSON.parse(line) as RolloutEvent);
        return { ...outcome, events };
    }

    /** Names of the stacks in its state, as `<project>/<stack>`. */
    stacks(): string[] {
        const folder = join(this.directory, "state", ".pulumi", "stacks");
        if (!existsSync(folder)) return [];
        return readdirSync(folder)
            .flatMap((project) => readdirSync(join(folder, project)).map((file) => `${project}/${file}`))
            .filter((file) => file.endsWith(".json"))
            .map((file) => file.slice(0, -".json".length))
            .sort();
    }

    /** Everything that the driver has written beside the graph, as one text. */
    written(): string {
        return this.textIn(join(this.directory, ".tidegate"));
    }

    /** The ledger beside its state, as one text. */
    ledger(): string {
        return this.textIn(join(this.directory, "state", ".tidegate"));
    }

    /** Takes away what the driver has written beside the graph, as in another clone. */
    forget(): void {
        rmSync(join(this.directory, ".tidegate"), { recursive: true, force: true });
    }

    private textIn(folder: string): string {
        if (!existsSync(folder)) return "";
        return readdirSync(folder, { recursive: true, withFileTypes: true })
            .filter((entry) => entry.isFile())
            .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
            .join("\n");
    }

    write(file: string, content: string): void {
        writeFileSync(join(this.directory, file), content);
    }

    /** Also what a test that has failed half-way has left running in it. */
    remove(): void {
        endProcessesOf(this.base);
        rmSync(this.base, { recursive: true, force: true });
    }
}
