/**
 * A bucket's store in a thread of its own. The SDKs of the clouds find credentials by the variables of their process, and
 * an environment of the graph has some of its own (`AWS_PROFILE`): a thread has its own copy of them, so nothing else sees
 * what this ledger is opened with. And loading an SDK, some 300 ms, holds up nobody.
 */
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { TidegateError, type TidegateErrorOptions } from "../../core/errors";
import { loaderFile } from "../../core/repository";
import type { LedgerStore } from "../store";
import { locationOf } from "./location";

type Verb = "create" | "read" | "list" | "remove";

export interface Question {
    readonly id: number;
    readonly verb: Verb;
    readonly words: readonly string[];
}

export type Reply =
    | { readonly id: number; readonly value: unknown }
    | { readonly id: number; readonly failure: TidegateErrorOptions & { readonly message: string } };

/** What the thread is started with. */
export interface Opening {
    readonly url: string;
    readonly variables: Readonly<NodeJS.ProcessEnv>;
}

interface Waiting {
    readonly resolve: (value: unknown) => void;
    readonly reject: (error: unknown) => void;
}

export class ThreadStore implements LedgerStore {
    readonly where: string;
    private worker: Promise<Worker> | undefined;
    private readonly waiting = new Map<number, Waiting>();
    private asked = 0;

    /** `variables`: of the environment, beside those of this process; asked for when the store is first used. */
    constructor(
        private readonly url: string,
        private readonly variables: () => Promise<Readonly<Record<string, string>>>,
    ) {
        this.where = locationOf(url).where;
    }

    async create(name: string, content: string): Promise<boolean> {
        return (await this.ask("create", name, content)) as boolean;
    }

    async read(name: string): Promise<string | undefined> {
        return (await this.ask("read", name)) as string | undefined;
    }

    async list(folder: string): Promise<string[]> {
        return (await this.ask("list", folder)) as string[];
    }

    async remove(name: string): Promise<void> {
        await this.ask("remove", name);
    }

    private async ask(verb: Verb, ...words: string[]): Promise<unknown> {
        this.worker ??= this.start();
        const worker = await this.worker;
        this.asked += 1;
        const id = this.asked;
        const question: Question = { id, verb, words };
        try {
            return await new Promise((resolve, reject) => {
                this.waiting.set(id, { resolve, reject });
                worker.ref();
                worker.postMessage(question);
            });
        } finally {
            this.waiting.delete(id);
            // A process that waits for nothing may end.
            if (this.waiting.size === 0) worker.unref();
        }
    }

    private async start(): Promise<Worker> {
        const variables = { ...process.env, ...(await this.variables()) };
        const { STORAGE_EMULATOR_HOST: _read, ...environment } = variables;
        const region = variables["AWS_REGION"] || variables["AWS_DEFAULT_REGION"];
        const opening: Opening = { url: this.url, variables };
        const worker = new Worker(join(__dirname, "worker.ts"), {
            name: "ledger",
            // An SDK's warnings are of no use to anybody here.
            execArgv: ["--no-warnings", "--require", loaderFile],
            // JavaScript's SDKs read two of them otherwise than Go's, which Pulumi uses.
            env: { ...environment, ...(region === undefined ? {} : { AWS_REGION: region }) },
            workerData: opening,
        });
        worker.on("message", (reply: Reply) => this.hear(reply));
        worker.on("error", (error) => this.end(error));
        worker.on("exit", (code) => this.end(new Error(`the ledger's thread ended with ${code}`)));
        return worker;
    }

    private hear(reply: Reply): void {
        const waiting = this.waiting.get(reply.id);
        if ("failure" in reply) waiting?.reject(new TidegateError(reply.failure.message, reply.failure));
        else waiting?.resolve(reply.value);
    }

    /** The next request starts another. */
    private end(error: unknown): void {
        this.worker = undefined;
        for (const { reject } of this.waiting.values()) reject(error);
    }
}
