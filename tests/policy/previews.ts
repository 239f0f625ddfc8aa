/** Previews of made-up stacks on the real engine, with one of this repository's packs; any type of any provider is taken. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync, chmodSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { repositoryRoot } from "../../automation/core/repository";
import { locateTools, toolEnvironment } from "../../automation/toolchain";
import { run } from "../../automation/toolchain/bootstrap.mjs";
import { packFolder, type PackName } from "../../policy/build";

const deferred = join(repositoryRoot, "automation", "toolchain", "deferred.cjs");
const helper = join(repositoryRoot, "tests", "_helpers", "anyProvider");
const packages = ["aws", "gcp", "azure-native", "kubernetes", "confluentcloud", "aiven", "docker"];

export interface Given {
    readonly name: string;
    readonly type: string;
    readonly protect?: boolean;
    readonly values: Readonly<Record<string, unknown>>;
}

export interface Told {
    readonly policy: string;
    readonly level: string;
    /** Name of the resource. */
    readonly at: string;
    readonly message: string;
}

export interface Preview {
    readonly code: number;
    readonly output: string;
    readonly told: readonly Told[];
}

export class Previews {
    readonly folder = mkdtempSync(join(tmpdir(), "tidegate-policy-test-"));
    private env: Record<string, string> = {};
    private pulumiPath = "pulumi";

    /** @param stack its name */
    constructor(
        private readonly pack: PackName,
        readonly stack: string,
    ) {}

    async prepare(): Promise<void> {
        const tools = await locateTools();
        this.pulumiPath = tools.pulumi.path;
        const plugins = join(this.folder, "plugins");
        for (const one of ["state", "plugins", "stacks"]) mkdirSync(join(this.folder, one));
        symlinkSync(join(repositoryRoot, "node_modules"), join(this.folder, "node_modules"));
        for (const name of packages) {
            const file = join(plugins, `pulumi-resource-${name}`);
            writeFileSync(
                file,
                `#!/bin/sh\nexec node --require "${deferred}" "${join(helper, "provider.cjs")}" "$@"\n`,
            );
            chmodSync(file, 0o755);
        }
        symlinkSync(join(helper, "program.cjs"), join(this.folder, "program.cjs"));
        const project = {
            name: "examples",
            main: "program.cjs",
            runtime: { name: "nodejs", options: { typescript: false, nodeargs: "--preserve-symlinks-main" } },
            stackConfigDir: "stacks",
            plugins: { providers: packages.map((name) => ({ name, path: plugins })) },
        };
        writeFileSync(join(this.folder, "Pulumi.yaml"), stringify(project));
        this.env = {
            ...(process.env as Record<string, string>),
            ...toolEnvironment(tools),
            PULUMI_BACKEND_URL: `file://${join(this.folder, "state")}`,
            PULUMI_CONFIG_PASSPHRASE: "of a test",
            PULUMI_HOME: join(this.folder, "home"),
            PWD: this.folder,
        };
        await this.pulumi("stack", "init", this.stack);
    }

    async pulumi(
        ...args: string[]
    ): Promise<{ readonly code: number; readonly output: string; readonly stdout: string }> {
        return run(this.pulumiPath, [...args, "--non-interactive"], { cwd: this.folder, env: this.env });
    }

    get stackFile(): string {
        return join(this.folder, "stacks", `Pulumi.${this.stack}.yaml`);
    }

    async preview(
        resources: readonly Given[],
        { settings = {}, outputs = {} }: { readonly settings?: object; readonly outputs?: object } = {},
    ): Promise<Preview> {
        writeFileSync(join(this.folder, "resources.json"), JSON.stringify({ resources, outputs }));
        const config = join(this.folder, "config.json");
        writeFileSync(config, JSON.stringify(settings));
        const { code, output } = await this.pulumi(
            ...[
                "preview",
                "--stack",
                this.stack,
                "--policy-pack",
                packFolder(this.pack),
                "--policy-pack-config",
                config,
            ],
        );
        return { code, output, told: toldIn(output) };
    }

    remove(): void {
        rmSync(this.folder, { recursive: true, force: true });
    }
}

/** As the CLI prints them: `- [level]  policy  (type: name)`, and below it the message. */
function toldIn(output: string): Told[] {
    const found = output.matchAll(/^ +- \[(\w+)\] +(\S+) +\((.*): ([^:)]*)\)\n +(.*)$/gm);
    return [...found].map(([, level = "", policy = "", , at = "", message = ""]) => ({ policy, level, at, message }));
}
