/**
 * A process that runs one stack operation and exits. One operation each, because two programs in one Node process
 * infect each other's errors. It is its own session, so that Ctrl-C in a terminal reaches the driver alone, which then
 * interrupts in order; and it ends its engine and itself when the driver is gone.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import {
    CommandError,
    LocalWorkspace,
    PulumiCommand,
    Stack,
    StackNotFoundError,
    type EngineEvent,
} from "@pulumi/pulumi/automation";
import { z } from "zod";
import { parse as parseVersion, type SemVer } from "semver";
import { stackFileName } from "../core/stackFile";
import { classify } from "./failure";
import { pulumi } from "./cli";
import { factOf, type EngineFact } from "./facts";
import { killLeftOvers, operationVariable } from "./leftovers";
import {
    graceSeconds,
    type DriverMessage,
    type OperationRequest,
    type OperationResult,
    type WorkerMessage,
} from "./protocol";
import { Unanswered } from "./unanswered";

const abort = lateAbort();
const facts: EngineFact[] = [];
/**
 * The CLI as the toolchain has found it. `PulumiCommand.get` would ask it for its version once more for each operation; its
 * constructor is not for everybody, but all that it does is to keep the two.
 */
const commandOf = ({ pulumiVersion }: OperationRequest): PulumiCommand =>
    new (PulumiCommand as unknown as new (command: string, version: SemVer | null) => PulumiCommand)(
        "pulumi",
        parseVersion(pulumiVersion),
    );

const unanswered = new Unanswered();
let interrupted = false;
/** Of what the operation starts. */
let mark: string | undefined;

function say(message: WorkerMessage): Promise<void> {
    return new Promise((resolve) =>
        process.connected ? process.send?.(message, undefined, undefined, () => resolve()) : resolve(),
    );
}

/**
 * The SDK listens only once its `pulumi` runs, and a signal that was aborted before would never reach it: here a
 * listener that comes late is called too.
 */
function lateAbort(): AbortController {
    const controller = new AbortController();
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    signal.addEventListener = (...[type, listener, options]: Parameters<typeof add>) => {
        if (!signal.aborted || typeof listener !== "function") return add(type, listener, options);
        setImmediate(() => listener(new Event(type)));
    };
    return controller;
}

function interrupt(): void {
    if (interrupted) void killGroup();
    interrupted = true;
    abort.abort();
    setTimeout(() => void killGroup(), graceSeconds * 1000).unref();
}

/** SIGKILL to the engine, what it has started, and this worker. */
async function killGroup(): Promise<never> {
    await killLeftOvers(mark).catch(() => undefined);
    process.kill(-process.pid, "SIGKILL");
    process.exit(1);
}

/**
 * A stack of the Automation API with two of its habits taken away. It selects the stack in the workspace, which is the
 * user's selection too and gets corrupt where two do it at once; every operation names its stack anyway. And after an
 * operation it asks the CLI for the outputs twice and for the history once, a second of CPU: the driver reads the outputs by
 * one call, and the history not at all.
 */
async function open(request: OperationRequest): Promise<{ stack: Stack; undo: () => Promise<void> }> {
    const { fullName, workDirectory, secretsProvider, variables, operation, exists } = request;
    const workspace = await LocalWorkspace.create({
        workDir: workDirectory,
        // Of the folder that the engine runs in, as a shell has it: a policy pack finds the project by it.
        envVars: { ...variables, PWD: workDirectory },
        pulumiCommand: commandOf(request),
    });
    const creates = operation === "prepare" || operation === "up" || operation === "preview";
    let undo = (): Promise<void> => Promise.resolve();
    if (creates && exists !== true) {
        const args = ["stack", "init", "--no-select"];
        if (secretsProvider !== undefined) args.push("--secrets-provider", secretsProvider);
        const file = await stackFileOf(workspace, request);
        const { code, stderr } = await pulumi(args, request, abort.signal);
        if (code !== 0 && !/stack '.*' already exists/.test(stderr)) throw new Error(stderr);
        if (code === 0 && operation === "preview") undo = () => unmake(request, file);
    }
    workspace.selectStack = () => Promise.resolve();
    const stack = await Stack.select(fullName, workspace);
    stack.outputs = () => Promise.resolve({});
    stack.info = () => Promise.resolve(undefined);
    return { stack, undo };
}

interface StackFile {
    readonly path: string;
    /** Undefined where there is none. */
    readonly content: string | undefined;
}

const projectShape = z.looseObject({ stackConfigDir: z.string().optional() });

/** The stack's configuration as it is before the stack is made: that writes a salt into it. */
async function stackFileOf(workspace: LocalWorkspace, { stack, workDirectory }: OperationRequest): Promise<StackFile> {
    const { stackConfigDir } = projectShape.parse(await workspace.projectSettings());
    const path = resolve(workDirectory, stackConfigDir ?? ".", stackFileName(stack));
    return { path, content: await readFile(path, "utf8").catch(() => undefined) };
}

/** A preview needs a stack, and leaves none behind that was not there. Not told where it fails: an empty stack is no harm. */
async function unmake(request: OperationRequest, { path, content }: StackFile): Promise<void> {
    const { code } = await pulumi(["stack", "rm", "--yes", "--preserve-config"], request);
    if (code !== 0) return;
    if (content === undefined) await rm(path, { force: true });
    else await writeFile(path, content);
}

/** The SDK wants a configuration for each pack, or for none. */
async function withPolicies(
    { policyPacks }: OperationRequest,
    work: (policies: object) => Promise<unknown>,
): Promise<void> {
    if (policyPacks.length === 0) return void (await work({}));
    const folder = await mkdtemp(join(tmpdir(), "tidegate-policy-"));
    try {
        const configs = policyPacks.map(async ({ config = {} }, index) => {
            if (typeof config === "string") return config;
            const file = join(folder, `${index}.json`);
            await writeFile(file, JSON.stringify(config));
            return file;
        });
        await work({
            policyPacks: policyPacks.map(({ path }) => path),
            policyPackConfigs: await Promise.all(configs),
        });
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
}

async function run(request: OperationRequest): Promise<OperationResult> {
    const { stack, undo } = await open(request);
    try {
        if (interrupted) throw new Error("interrupted");
        return await work(stack, request);
    } finally {
        await undo();
    }
}

async function work(stack: Stack, request: OperationRequest): Promise<OperationResult> {
    let changes: Readonly<Record<string, number>> = {};
    const common = {
        color: "never" as const,
        signal: abort.signal,
        onEvent: (event: EngineEvent) => {
            unanswered.see(event);
            const fact = factOf(event);
            if (!fact) return;
            facts.push(fact);
            if (fact.kind === "summary") changes = { ...fact.changes };
            void say({ kind: "fact", fact });
        },
    };
    switch (request.operation) {
        case "prepare":
            break;
        case "up":
            // `up` must not ask for secrets in its summary: it would hold the configuration in clear.
            await withPolicies(request, (policies) =>
                stack.up({
                    ...common,
                    ...policies,
                    refresh: request.refresh ?? false,
                    showSecrets: false,
                    suppressOutputs: true,
                }),
            );
            break;
        case "preview":
            await withPolicies(request, (policies) =>
                stack.preview({ ...common, ...policies, refresh: request.refresh ?? false, suppressOutputs: true }),
            );
            break;
        case "drift":
            await whereThere(stack.previewRefresh({ ...common, suppressOutputs: true }));
            break;
        case "refresh":
            await whereThere(stack.refresh({ ...common, showSecrets: false, suppressOutputs: true }));
            break;
        case "destroy":
            if (!(await whereThere(stack.destroy({ ...common, showSecrets: false, suppressOutputs: true })))) break;
            if (request.remove) await stack.workspace.removeStack(stack.name);
            break;
    }
    return { changes };
}

/** False where there is no such stack: nothing is to be done. The SDK's class is of the text alone, which a program writes too. */
async function whereThere(work: Promise<unknown>): Promise<boolean> {
    try {
        await work;
        return true;
    } catch (error) {
        if (error instanceof StackNotFoundError && facts.length === 0) return false;
        throw error;
    }
}

/** stderr of the CLI: on failure the SDK keeps it in a private member, and its message repeats the command line. */
function stderrOf(error: unknown): string {
    if (error instanceof CommandError) {
        const result = (error as unknown as { commandResult?: { stderr?: unknown; err?: { stderr?: unknown } } })
            .commandResult;
        const text = result?.err?.stderr ?? result?.stderr;
        if (typeof text === "string" && text !== "") return text;
    }
    return error instanceof Error ? error.message : String(error);
}

// Loads the SDK, which the loader would leave for the operation to wait for: a worker is forked ahead to have it.
void LocalWorkspace;
process.on("disconnect", interrupt);
// A terminal's signals do not come here; these are somebody's who wants this worker gone.
process.on("SIGTERM", interrupt);
process.on("message", (message: DriverMessage) => {
    if (message.kind === "interrupt") return interrupt();
    mark = message.request.variables[operationVariable];
    void (async () => {
        try {
            await say({ kind: "result", result: await run(message.request) });
        } catch (error) {
            const { stack, operation } = message.request;
            const failure = classify(stack, operation, facts, stderrOf(error), interrupted);
            const { creates } = unanswered;
            if (creates.length > 0) await say({ kind: "fact", fact: { kind: "unanswered", creates } });
            await say({ kind: "failure", failure });
        }
        process.exit(0);
    })();
});
void say({ kind: "ready" });
