/** What every command stands on: the environment, its tools, its graph, and signals that end work in order. */
import { exitCodes } from "../core/errors";
import { loadGraph } from "../graph/load";
import type { Graph } from "../graph/graph";
import { PulumiEngine } from "../engine/engine";
import {
    breakDeadLocks,
    engineVariables,
    prepareHome,
    prepareWorkDirectory,
    readCheckpoint,
    restoreStackFile,
    stackExists,
    stackName,
} from "../engine/home";
import { readOutputs } from "../engine/outputs";
import type { Operation, OperationResult, Outputs } from "../engine/protocol";
import type { OperateOptions } from "../rollout/rollout";
import { locateTools, type Tools } from "../toolchain";
import { layers, type Contract, type Layer } from "../../stacks/contracts";
import { loadEnvironment, type Environment } from "../../stacks/environment";
import { parseContract } from "../../stacks/contracts";

const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** One Ctrl-C may come twice: the terminal sends it to the whole group, and npm passes on what it gets itself. */
const sameKeyMilliseconds = 1_000;
/** How long what was killed may take to be gone before this process goes without it. */
const forcedMilliseconds = 3_000;

/** Ends work in order at the first SIGINT, SIGTERM or SIGHUP, and by force at the second. */
export class Interrupts {
    readonly orderly = new AbortController();
    readonly forced = new AbortController();
    private first = 0;
    private readonly listener = (): void => this.interrupt();

    constructor(private say: (text: string) => void) {
        for (const signal of endingSignals) process.on(signal, this.listener);
    }

    /** Says it by other means from now on: a view has the terminal. */
    sayBy(say: (text: string) => void): void {
        this.say = say;
    }

    private interrupt(): void {
        if (!this.orderly.signal.aborted) {
            this.first = performance.now();
            this.say("Interrupted: ending what runs in order. Once more ends it by force.");
            this.orderly.abort();
        } else if (!this.forced.signal.aborted && performance.now() - this.first > sameKeyMilliseconds) {
            this.say("Ending by force. Run the same command again: it goes on from what is there.");
            this.forced.abort();
            // The handlers of `exit` end what children are left.
            setTimeout(() => process.exit(exitCodes.interrupted), forcedMilliseconds).unref();
        }
    }

    close(): void {
        for (const signal of endingSignals) process.off(signal, this.listener);
    }
}

export class Session {
    private constructor(
        readonly environment: Environment,
        readonly graph: Graph,
        readonly tools: Tools,
        readonly engine: PulumiEngine,
    ) {}

    static async open(environmentName: string, tools?: Tools): Promise<Session> {
        const environment = await loadEnvironment(environmentName);
        const found = tools ?? (await locateTools());
        const engine = new PulumiEngine(engineVariables(environment, found));
        return new Session(environment, await loadGraph(), found, engine);
    }

    /** Runs one Pulumi operation on the stack of a layer. */
    async operate(
        layer: string,
        operation: Operation,
        options: OperateOptions & { readonly forceSignal?: AbortSignal },
    ): Promise<OperationResult> {
        const stack = stackName(this.environment, layer);
        await prepareHome(this.environment);
        await readCheckpoint(this.environment, stack);
        const workDirectory = await prepareWorkDirectory(this.environment, stack);
        await restoreStackFile(this.environment, stack);
        for (const pid of await breakDeadLocks(this.environment, stack))
            options.onFact({
                kind: "diagnostic",
                severity: "warning",
                message: `took away the lock that process ${pid}, which is no more, had left on ${stack}`,
                urn: undefined,
            });
        return this.engine.run(
            {
                operation,
                stack,
                workDirectory,
                variables: {
                    ...engineVariables(this.environment, this.tools),
                    ...(options.standIns === undefined ? {} : { TIDEGATE_STAND_INS: options.standIns.join(",") }),
                },
                secretsProvider: this.environment.state.secretsProvider,
                refresh: options.refresh ?? false,
                remove: options.remove ?? false,
            },
            {
                onFact: options.onFact,
                signal: options.signal,
                ...(options.forceSignal ? { forceSignal: options.forceSignal } : {}),
            },
        );
    }

    /** The outputs of every stack that is deployed, by layer. */
    async outputs(
        signal: AbortSignal = new AbortController().signal,
        wanted: readonly Layer[] = layers,
    ): Promise<Map<Layer, Outputs>> {
        const deployed = wanted.filter(
            (layer) => stackExists(this.environment, stackName(this.environment, layer)) ?? true,
        );
        const read = await Promise.all(
            deployed.map(async (layer) => {
                const stack = stackName(this.environment, layer);
                await readCheckpoint(this.environment, stack);
                const workDirectory = await prepareWorkDirectory(this.environment, stack);
                const variables = engineVariables(this.environment, this.tools);
                return [layer, await readOutputs({ stack, workDirectory, variables }, signal)] as const;
            }),
        );
        return new Map(read.filter(([, outputs]) => Object.keys(outputs).length > 0));
    }

    contract<L extends Layer>(layer: L, outputs: ReadonlyMap<string, Outputs>): Contract<L> {
        return parseContract(layer, stackName(this.environment, layer), outputs.get(layer) ?? {});
    }

    close(): void {
        this.engine.close();
    }
}
