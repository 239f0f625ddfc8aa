/**
 * The home of ordinary Pulumi projects: they are run where they lie, with the backend, the credentials and the plugins
 * that plain `pulumi` would use there. Nothing is generated, and nobody's selected stack changes.
 */
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { exitCodes, TidegateError } from "../core/errors";
import { shortStackName } from "../core/stackFile";
import { readYamlFile } from "../core/yamlFile";
import { pulumiStackName, type EnvironmentSettings, type GraphFile } from "../graph/load";
import { holdsLedger, ledgerIn } from "../ledger/place";
import { noSecretsPack } from "../../policy/own";
import { toolEnvironment, type EngineTools } from "../toolchain";
import {
    checkpointVersion,
    fileBackend,
    hasPending,
    readCheckpoint,
    stackExists,
    stateFile,
    type FileState,
} from "./state";
import { breakDeadLocks, stackLocks } from "./deadLocks";
import type { Home, PolicyPack, StackTarget } from "./target";

const projectFile = z.looseObject({
    name: z.string().min(1),
    backend: z.looseObject({ url: z.string().optional() }).optional(),
});

interface Project {
    readonly name: string;
    /** Of its own `backend` key. */
    readonly backend: string | undefined;
}

export class ProjectHome implements Home {
    readonly directory: string;
    readonly ledger: string;
    readonly settings: Readonly<Record<string, string>>;
    readonly policyPacks: readonly PolicyPack[];
    private readonly projects = new Map<string, Promise<Project>>();

    constructor(
        readonly environment: string,
        private readonly graph: GraphFile,
        private readonly given: EnvironmentSettings,
        private readonly tools: EngineTools,
        private readonly inherited: Readonly<NodeJS.ProcessEnv> = process.env,
    ) {
        this.directory = join(this.root, ".tidegate", environment);
        this.ledger = projectLedger(graph, environment, given, inherited);
        const named = given.policyPacks.map(({ path, config }) => ({
            path: resolve(graph.directory, path),
            config: config === undefined ? undefined : resolve(graph.directory, config),
        }));
        this.policyPacks = [noSecretsPack(given.secretsPolicy), ...named].filter((pack) => pack !== undefined);
        this.settings = {
            ...given.variables,
            backend: given.backend ?? this.inherited["PULUMI_BACKEND_URL"] ?? "",
            secretsProvider: given.secretsProvider ?? "",
        };
    }

    async prepare(): Promise<void> {
        await mkdir(this.directory, { recursive: true, mode: 0o700 });
        // Somebody's repository need not know of it.
        await writeFile(join(dirname(this.directory), ".gitignore"), "*\n");
        const state = this.fileState();
        if (state !== null) await mkdir(state, { recursive: true, mode: 0o700 });
        for (const pack of this.policyPacks) demandPack(pack);
        for (const stack of this.graph.graph.order) {
            const address = await this.address(stack);
            await readCheckpoint(address);
        }
    }

    variables(): Promise<Record<string, string>> {
        const { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: never, ...tools } = toolEnvironment(this.tools);
        const backend = this.backend();
        return Promise.resolve({
            ...tools,
            // An engine that was built here has come to a machine that cannot fetch plugins either: it says so at once.
            ...(this.tools.pulumi.origin === "built" && never !== undefined
                ? { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: never }
                : {}),
            ...this.given.variables,
            ...(backend === undefined ? {} : { PULUMI_BACKEND_URL: backend }),
        });
    }

    workDirectory(stack: string): Promise<string> {
        return Promise.resolve(this.graph.definition(stack).project);
    }

    async target(stack: string): Promise<StackTarget> {
        const address = await this.address(stack);
        const { project } = this.graph.definition(stack);
        await readCheckpoint(address);
        return {
            stack: address.stack,
            fullName: this.fullName(address),
            workDirectory: project,
            variables: await this.variables(),
            policyPacks: this.policyPacks,
            secretsProvider: this.given.secretsProvider,
            checkpoint: stateFile(address),
            exists: stackExists(address),
        };
    }

    async unlock(stack: string): Promise<string[]> {
        const address = await this.address(stack);
        const own = address.directory === null ? undefined : `file://${address.directory}`;
        const locks = stackLocks(own ?? this.backend(), () => this.variables());
        return breakDeadLocks(locks, { ...address, stack: shortStackName(address.stack) });
    }

    async version(stack: string): Promise<string | undefined> {
        const address = await this.address(stack);
        return checkpointVersion(address, {
            stack: address.stack,
            fullName: this.fullName(address),
            workDirectory: this.graph.definition(stack).project,
            variables: await this.variables(),
        });
    }

    async pending(stack: string): Promise<boolean | undefined> {
        return hasPending(await this.address(stack));
    }

    async exists(stack: string): Promise<boolean | undefined> {
        return stackExists(await this.address(stack));
    }

    /** DIY backends know one organization; a service's is in the name, or the user's own. */
    private fullName({ project, stack }: FileState): string {
        const backend = this.backend();
        const diy = backend !== undefined && !backend.startsWith("https://");
        if (diy) return `organization/${project}/${stack}`;
        const parts = stack.split("/");
        return parts.length === 2 ? `${parts[0]}/${project}/${parts[1]}` : stack;
    }

    private async address(stack: string): Promise<FileState> {
        const { project, stack: template } = this.graph.definition(stack);
        const { name, backend } = await this.project(project);
        return {
            directory:
                this.backend() === undefined && backend !== undefined
                    ? fileBackend(backend, project)
                    : this.fileState(),
            project: name,
            stack: pulumiStackName(template, this.environment, stack),
        };
    }

    private project(folder: string): Promise<Project> {
        let found = this.projects.get(folder);
        if (found === undefined) {
            const file = join(folder, "Pulumi.yaml");
            found = readYamlFile(file, projectFile, {
                kind: "Pulumi project",
                code: "project-invalid",
                hint: "`pulumi preview` in its folder says the same.",
            }).then(({ name, backend }) => ({ name, backend: backend?.url }));
            this.projects.set(folder, found);
        }
        return found;
    }

    private get root(): string {
        return rootOf(this.graph);
    }

    private backend(): string | undefined {
        return backendOf(this.root, this.given, this.inherited);
    }

    private fileState(): string | null {
        return fileBackend(this.backend(), this.root);
    }
}

/** Of a release: the folder that it is rolled out from, not the one that it was unpacked in. */
const rootOf = (graph: Pick<GraphFile, "home" | "directory">): string => graph.home ?? graph.directory;

/** What the graph says goes before what the shell says; undefined leaves it to the project and to `pulumi login`. */
function backendOf(
    root: string,
    { backend }: EnvironmentSettings,
    inherited: Readonly<NodeJS.ProcessEnv>,
): string | undefined {
    if (backend === undefined) return inherited["PULUMI_BACKEND_URL"] || undefined;
    const folder = fileBackend(backend, root);
    return folder === null ? backend : `file://${folder}`;
}

/**
 * The URL of an environment's ledger: beside the state; beside the graph where the state is a service's, or nobody has
 * said where it is.
 */
export function projectLedger(
    graph: Pick<GraphFile, "home" | "directory">,
    environment: string,
    given: EnvironmentSettings,
    inherited: Readonly<NodeJS.ProcessEnv> = process.env,
): string {
    const root = rootOf(graph);
    const named = given.ledger ?? backendOf(root, given, inherited);
    if (!holdsLedger(named)) return ledgerIn(`file://${root}`, environment);
    const folder = fileBackend(named, root);
    return ledgerIn(folder === null ? named : `file://${folder}`, environment);
}

/** Pulumi would tell of each of these once for every stack, in its own words. */
function demandPack({ path, config }: PolicyPack): void {
    const files = [join(path, "PulumiPolicy.yaml"), ...(typeof config === "string" ? [config] : [])];
    const missing = files.find((file) => !existsSync(file));
    if (missing === undefined) return;
    throw new TidegateError(`The policy pack ${path} cannot be used: there is no ${missing}.`, {
        code: "policy-pack-missing",
        hint: "Correct `policyPacks` of the environment in the graph's file.",
        exitCode: exitCodes.usage,
    });
}
