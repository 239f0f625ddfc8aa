/**
 * A process that runs one stack operation and exits. One operation each, because two programs in one Node process
 * infect each other's errors. It is its own session, so that Ctrl-C in a terminal reaches the driver alone, which then
 * interrupts in order; and it ends its engine and itself when the driver is gone.
 */
import {
    CommandError,
    LocalWorkspace,
    PulumiCommand,
    StackNotFoundError,
    type EngineEvent,
    type Stack,
} from "@pulumi/pulumi/automation";
import { projectName } from "../core/repository";
import { classify } from "./failure";
import { factOf, type EngineFact } from "./facts";
import { readOutputs } from "./outputs";
import {
    graceSeconds,
    type DriverMessage,
    type OperationRequest,
    type OperationResult,
    type Outputs,
    type WorkerMessage,
} from "./protocol";

const abort = lateAbort();
const facts: EngineFact[] = [];
/** Found while nobody waits yet. The toolchain has compared its version. */
const command = PulumiCommand.get({ skipVersionCheck: true });
command.catch(() => undefined);
let interrupted = false;

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
    if (interrupted) killGroup();
    interrupted = true;
    abort.abort();
    setTimeout(killGroup, graceSeconds * 1000).unref();
}

/** SIGKILL to this worker, its engine and the engine's program; plugins end when their engine is gone. */
function killGroup(): never {
    process.kill(-process.pid, "SIGKILL");
    process.exit(1);
}

async function open(request: OperationRequest): Promise<Stack> {
    const target = { stackName: `organization/${projectName}/${request.stack}`, workDir: request.workDirectory };
    const options = {
        envVars: { ...request.variables },
        secretsProvider: request.secretsProvider,
        pulumiCommand: await command,
    };
    const create = request.operation === "prepare" || request.operation === "up" || request.operation === "preview";
    const stack = create
        ? await LocalWorkspace.createOrSelectStack(target, options)
        : await LocalWorkspace.selectStack(target, options);
    return withoutQuestions(stack);
}

/**
 * After an operation the SDK asks the CLI for the outputs twice and for the history once, a second of CPU: the driver
 * reads the outputs by one call, and the history not at all.
 */
function withoutQuestions(stack: Stack): Stack {
    stack.outputs = () => Promise.resolve({});
    stack.info = () => Promise.resolve(undefined);
    return stack;
}

async function run(request: OperationRequest): Promise<OperationResult> {
    let changes: Readonly<Record<string, number>> = {};
    const common = {
        color: "never" as const,
        signal: abort.signal,
        onEvent: (event: EngineEvent) => {
            const fact = factOf(event);
            if (!fact) return;
            facts.push(fact);
            if (fact.kind === "summary") changes = { ...fact.changes };
            void say({ kind: "fact", fact });
        },
    };
    let outputs: Outputs = {};
    let stack: Stack;
    try {
        stack = await open(request);
    } catch (error) {
        if (error instanceof StackNotFoundError) return { outputs, changes };
        throw error;
    }
    if (interrupted) throw new Error("interrupted");
    switch (request.operation) {
        case "prepare":
            break;
        case "up":
            // `up` must not ask for secrets in its summary: it would hold the configuration in clear.
            await stack.up({
                ...common,
                refresh: request.refresh ?? false,
                showSecrets: false,
                suppressOutputs: true,
            });
            outputs = await readOutputs(request, abort.signal);
            break;
        case "preview":
            await stack.preview({ ...common, suppressOutputs: true });
            break;
        case "refresh":
            await stack.refresh({ ...common, showSecrets: false, suppressOutputs: true });
            break;
        case "destroy":
            await stack.destroy({ ...common, showSecrets: false, suppressOutputs: true });
            if (request.remove) await stack.workspace.removeStack(stack.name);
            break;
    }
    return { outputs, changes };
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

process.on("disconnect", interrupt);
// A terminal's signals do not come here; these are somebody's who wants this worker gone.
process.on("SIGTERM", interrupt);
process.on("message", (message: DriverMessage) => {
    if (message.kind === "interrupt") return interrupt();
    void (async () => {
        try {
            await say({ kind: "result", result: await run(message.request) });
        } catch (error) {
            const failure = classify(
                message.request.stack,
                message.request.operation,
                facts,
                stderrOf(error),
                interrupted,
            );
            await say({ kind: "failure", failure });
        }
        process.exit(0);
    })();
});
void say({ kind: "ready" });
