/** A ledger's objects in a bucket: what is repeated, how long it may take, and what is said where it fails. */
import pRetry from "p-retry";
import { TidegateError } from "../../core/errors";
import { Redactor } from "../../core/redactor";
import type { LedgerStore } from "../store";
import type { ObjectClient, Verdict } from "./client";
import type { Location } from "./location";

export interface Patience {
    /** Of one request, milliseconds. @default 15000 */
    readonly limitMs?: number;
    /** Of a request whose failure may pass. @default 5 */
    readonly tries?: number;
    /** Before the second try, milliseconds; twice as long before each further one. @default 200 */
    readonly pauseMs?: number;
}

/** A request that had no answer in its time. */
class Late extends Error {}

export class ObjectStore implements LedgerStore {
    readonly where: string;
    private readonly redactor: Redactor;
    private readonly patience: Required<Patience>;

    /** `secrets`: never told, whatever the cloud says. */
    constructor(
        private readonly location: Location,
        private readonly client: ObjectClient,
        secrets: Iterable<string> = [],
        { limitMs = 15_000, tries = 5, pauseMs = 200 }: Patience = {},
    ) {
        this.where = location.where;
        this.redactor = new Redactor(secrets);
        this.patience = { limitMs, tries, pauseMs };
    }

    create(name: string, content: string): Promise<boolean> {
        const key = this.key(name);
        let tried = false;
        return this.request(`create ${name}`, async (signal) => {
            const again = tried;
            tried = true;
            if (await this.client.create(key, content, signal)) return true;
            // An earlier try, whose answer was lost, may be the one that has taken the name.
            return again && (await this.client.read(key, signal)) === content;
        });
    }

    read(name: string): Promise<string | undefined> {
        return this.request(`read ${name}`, (signal) => this.client.read(this.key(name), signal));
    }

    async list(folder: string): Promise<string[]> {
        // "." is the place itself: the keys of a bucket know no such folder.
        const prefix = folder === "." ? this.location.prefix : `${this.key(folder)}/`;
        const names: string[] = [];
        for (let from: string | undefined, more = true; more; more = from !== undefined) {
            const start = from;
            const { keys, next } = await this.request(`list ${folder}`, (signal) =>
                this.client.page(prefix, start, signal),
            );
            names.push(...keys.map((key) => key.slice(prefix.length).replace(/\/$/, "")));
            from = next;
        }
        // The folder itself is an object in some tools.
        return names.filter((name) => name !== "").sort();
    }

    remove(name: string): Promise<void> {
        return this.request(`remove ${name}`, (signal) => this.client.remove(this.key(name), signal));
    }

    private key(name: string): string {
        return `${this.location.prefix}${name}`;
    }

    private async request<T>(what: string, attempt: (signal: AbortSignal) => Promise<T>): Promise<T> {
        const { limitMs, tries, pauseMs } = this.patience;
        let tried = 0;
        try {
            return await pRetry(
                async () => {
                    tried += 1;
                    return await within(limitMs, attempt);
                },
                {
                    retries: tries - 1,
                    minTimeout: pauseMs,
                    factor: 2,
                    randomize: true,
                    shouldRetry: ({ error }) => this.verdict(error).failure === "transient",
                },
            );
        } catch (error) {
            throw this.problem(what, this.verdict(error), tried);
        }
    }

    private verdict(error: unknown): Verdict {
        return error instanceof Late
            ? { failure: "transient", reason: `no answer within ${this.patience.limitMs / 1000} s` }
            : this.client.verdict(error);
    }

    private problem(what: string, { failure, reason }: Verdict, tried: number): TidegateError {
        const { client, where } = this;
        const at = client.endpoint === undefined ? "" : ` at ${client.endpoint}`;
        const told = this.redactor.text(reason).trim().replace(/\.$/, "").slice(0, 600);
        const byHand = `\`${client.byHand}\` asks it by hand.`;
        switch (failure) {
            case "transient":
                return new TidegateError(
                    `The ledger ${where}${at} cannot be reached to ${what}: ${told} (${tried} tries).`,
                    {
                        code: "ledger-unreachable",
                        hint: `Is the network there, and are bucket, region and endpoint right? ${byHand} The same command again goes on from what is there.`,
                        retryable: true,
                    },
                );
            case "denied":
                return new TidegateError(`The ledger ${where}${at} does not let us ${what}: ${told}.`, {
                    code: "ledger-denied",
                    hint: `It takes the credentials that Pulumi's backend of this kind takes; they have to list, read, create and delete objects there. ${byHand}`,
                });
            case "no bucket":
                return new TidegateError(`There is no ${where}${at} to keep the ledger in: ${told}.`, {
                    code: "ledger-missing",
                    hint: "Make the bucket, or correct the environment's `ledger` or `backend`. Nothing is made by itself.",
                });
            case "refused":
                return new TidegateError(`The ledger ${where}${at} refused to ${what}: ${told}.`, {
                    code: "ledger-refused",
                    hint: `Are the parameters of its URL right? ${byHand}`,
                });
        }
    }
}

/** Not every SDK heeds the signal at once: what comes late is nobody's. */
async function within<T>(limitMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const abort = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
            reject(new Late());
            abort.abort();
        }, limitMs);
    });
    try {
        return await Promise.race([work(abort.signal), late]);
    } finally {
        clearTimeout(timer);
    }
}
