/** Runs stack operations, each in a worker process of its own that was forked ahead. */
import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { TidegateError } from "../core/errors";
import { loaderFile, repositoryRoot } from "../core/repository";
import type { EngineFact } from "./facts";
import { killLeftOvers, operationVariable } from "./leftovers";
import { StackReads } from "./reads";
import { readSnapshot } from "./snapshot";
import {
    graceSeconds,
    type DriverMessage,
    type OperationRequest,
    type OperationResult,
    type WorkerMessage,
} from "./protocol";

export interface RunOptions {
    readonly onFact?: (fact: EngineFact) => void;
    /** Aborting interrupts the operation in order; `forceSignal` kills it. */
    readonly signal?: AbortSignal;
    readonly forceSignal?: AbortSignal;
}

const pollMilliseconds = 50;

/** The seam between the driver and Pulumi: tests put a scripted engine here. */
export interface Engine {
    run(request: OperationRequest, options?: RunOptions): Promise<OperationResult>;
    /** Ends workers that were forked ahead and not used. */
    close(): void;
}

export class PulumiEngine implements Engine {
    private spare: ChildProcess | undefined;
    private expected = 0;

    /**
     * `variables`: of the workers; PATH has to hold `pulumi`, for the SDK looks for it before it takes an operation's own.
     * `reads`: shared with who else reads the same stacks.
     */
    constructor(
        private readonly variables: Readonly<Record<string, string>>,
        private readonly reads = new StackReads(),
    ) {}

    /**
     * Says how many operations will come. While one runs, the worker of the next is forked, so that it has loaded the
     * SDK when it is needed: half a second of each stack's time.
     */
    expect(operations: number): void {
        this.expected = operations;
        this.forkAhead();
    }

    private forkAhead(): void {
        if (this.expected === 0 || this.spare !== undefined) return;
        this.expected -= 1;
        this.spare = this.fork();
    }

    async run(request: OperationRequest, options: RunOptions = {}): Promise<OperationResult> {
        const result = await this.operate(request, options);
        if (request.operation !== "up") return result;
        const signals = [options.signal, options.forceSignal].filter((signal) => signal !== undefined);
        return { ...result, snapshot: await readSnapshot(request, this.reads, AbortSignal.any(signals)) };
    }

    private async operate(request: OperationRequest, options: RunOptions): Promise<OperationResult> {
        const worker = this.waiting() ?? this.fork();
        this.spare = undefined;
        this.forkAhead();
        const send = (message: DriverMessage): void => void (worker.connected && worker.send(message));
        const interrupt = (): void => send({ kind: "interrupt" });
        const kill = (): void => killGroup(worker);
        try {
            return await new Promise<OperationResult>((resolve, reject) => {
                let done = false;
                let failure: TidegateError | undefined;
                worker.on("message", (message: WorkerMessage) => {
                    if (message.kind === "fact") options.onFact?.(message.fact);
                    else if (message.kind === "result") {
                        done = true;
                        resolve(message.result);
                    } else if (message.kind === "failure")
                        failure = new TidegateError(message.failure.message, message.failure);
                });
                worker.on("error", reject);
                worker.on("exit", (code, signal) => {
                    // Its engine has ended in order, and the next operation on the stack may have begun: that has the same mark.
                    if (done) return void endGroup(worker);
                    const lost = new TidegateError(
                        `${request.stack}: the worker of ${request.operation} ended without an answer (${signal ?? `exit code ${code}`}).`,
                        {
                            code: options.forceSignal?.aborted ? "interrupted" : "worker-lost",
                            hint: "Run the same command again: it goes on from what is there.",
                            retryable: true,
                        },
                    );
                    // Its engine does not notice that nobody waits for it any more.
                    void endGroup(worker)
                        .then(() => (done ? undefined : killLeftOvers(request.variables[operationVariable])))
                        .finally(() => reject(failure ?? lost));
                });
                options.signal?.addEventListener("abort", interrupt);
                options.forceSignal?.addEventListener("abort", kill);
                send({ kind: "run", request });
                if (options.signal?.aborted) interrupt();
            });
        } finally {
            options.signal?.removeEventListener("abort", interrupt);
            options.forceSignal?.removeEventListener("abort", kill);
        }
    }

    close(): void {
        if (this.spare) killGroup(this.spare);
        this.spare = undefined;
        this.expected = 0;
    }

    /** The worker that was forked ahead. One that has died meanwhile would never say so again: nobody listened. */
    private waiting(): ChildProcess | undefined {
        const { spare } = this;
        return spare !== undefined && spare.exitCode === null && spare.signalCode === null ? spare : undefined;
    }

    private fork(): ChildProcess {
        return fork(join(__dirname, "worker.ts"), {
            cwd: repositoryRoot,
            execArgv: ["--require", loaderFile],
            detached: true,
            env: { ...process.env, ...this.variables },
            stdio: ["ignore", "ignore", "inherit", "ipc"],
        });
    }
}

function killGroup(worker: ChildProcess): void {
    if (worker.exitCode === null && worker.signalCode === null) signalGroup(worker, "SIGKILL");
}

/** False where no process of the worker's group is left. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals | 0): boolean {
    if (pid === undefined) return false;
    try {
        return process.kill(-pid, signal);
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
        return false;
    }
}

/** Ends what a worker that is no more has left: in order, and after the grace by force. */
async function endGroup(worker: ChildProcess): Promise<void> {
    signalGroup(worker, "SIGINT");
    for (const begun = Date.now(); signalGroup(worker, 0); await delay(pollMilliseconds))
        if (Date.now() - begun > graceSeconds * 1000) {
            signalGroup(worker, "SIGKILL");
            return;
        }
}
