/**
 * Looks references to secrets up: each store once for a run, within a time, kept in this process's memory alone. Whatever is found is made
 * known to the redactor before anybody gets it.
 */
import pRetry from "p-retry";
import { exitCodes, TidegateError } from "../core/errors";
import { parseJson } from "../core/json";
import type { Redactor } from "../core/redactor";
import { formatSecretRef, parseSecretRef, type SecretRef, type SecretRefKind } from "../../stacks/secretRef";
import { SecretStoreError, type RefOf, type SecretFailure, type SecretStore } from "./store";

export type SecretStores = { readonly [K in SecretRefKind]: SecretStore<K> };

export interface ResolverOptions {
    readonly stores: SecretStores;
    readonly redactor: Redactor;
    /** For one reference, with all its tries. @default 15 */
    readonly limitSeconds?: number;
    /** Milliseconds before the second try of a store that did not answer; they double. @default 300 */
    readonly pauseMs?: number;
}

/** Which reference is looked up, and for whom. */
export interface Wanted {
    readonly ref: string;
    /** For messages, e.g. `stacks/prod.yaml:6: broker.secretRef`. */
    readonly where: string;
}

const tries = 3;

/** Of a secret that has several members, those which are no secret: taking out every `admin` would hide too much. */
const nameOfUser = /^(user(name)?|client_?id)$/i;

export class SecretResolver {
    private readonly cache = new Map<string, Promise<string>>();

    constructor(private readonly options: ResolverOptions) {}

    /**
     * @returns never an empty text
     * @throws TidegateError `secret-missing`, `secret-empty`, `secret-member-missing`, `secret-denied`, `secret-unreachable`,
     * `secret-timed-out`, `secret-store-unknown`, `secret-refused`, `secret-ref-invalid`
     */
    async resolve(wanted: Wanted, signal?: AbortSignal): Promise<string> {
        const ref = parseSecretRef(wanted.ref);
        const text = await this.whole(ref, wanted, signal);
        const value = "field" in ref && ref.field !== undefined ? this.member(text, ref.field, wanted) : text;
        if (value.trim() === "")
            throw failing(wanted, {
                code: "secret-empty",
                what: "is there, and empty",
                hint: "Put the value into it.",
            });
        this.options.redactor.add([value]);
        return value;
    }

    /**
     * The members of a secret that is a JSON object, none of them empty.
     * @throws TidegateError as `resolve`
     */
    async members<M extends string>(
        wanted: Wanted,
        names: readonly M[],
        signal?: AbortSignal,
    ): Promise<Record<M, string>> {
        const text = await this.resolve(wanted, signal);
        return Object.fromEntries(
            names.map((name) => {
                const value = this.member(text, name, wanted);
                if (value.trim() !== "") return [name, value];
                throw failing(wanted, {
                    code: "secret-empty",
                    what: `is there, and its member '${name}' is empty`,
                    hint: "Put the value into it.",
                });
            }),
        ) as Record<M, string>;
    }

    private whole(ref: SecretRef, wanted: Wanted, signal: AbortSignal | undefined): Promise<string> {
        const { field: _, ...bare } = { field: undefined, ...ref };
        const key = formatSecretRef(bare as SecretRef);
        const known = this.cache.get(key);
        if (known !== undefined) return known;
        const looking = this.look(bare as SecretRef, wanted, signal);
        this.cache.set(key, looking);
        // What failed may succeed the next time.
        looking.catch(() => this.cache.delete(key));
        return looking;
    }

    private async look(ref: SecretRef, wanted: Wanted, outer: AbortSignal | undefined): Promise<string> {
        const { stores, redactor, limitSeconds = 15, pauseMs = 300 } = this.options;
        const limit = new AbortController();
        let timer: NodeJS.Timeout | undefined;
        // Not every SDK heeds the signal at once: what comes late is nobody's.
        const late = new Promise<never>((_, reject) => {
            timer = setTimeout(() => {
                reject(timedOut(wanted, limitSeconds));
                limit.abort();
            }, limitSeconds * 1000);
        });
        const signal = outer === undefined ? limit.signal : AbortSignal.any([outer, limit.signal]);
        try {
            const store = stores[ref.kind] as SecretStore<SecretRefKind>;
            const text = await Promise.race([
                late,
                pRetry(() => store.read(ref as RefOf<SecretRefKind>, signal), {
                    retries: tries - 1,
                    minTimeout: pauseMs,
                    signal,
                    shouldRetry: ({ error }) => error instanceof SecretStoreError && error.failure === "unreachable",
                }),
            ]);
            redactor.add([text, ...membersOf(text)]);
            return text;
        } catch (error) {
            if (outer?.aborted)
                throw new TidegateError("Interrupted while a secret was looked up.", { code: "interrupted" });
            if (limit.signal.aborted) throw timedOut(wanted, limitSeconds);
            if (error instanceof SecretStoreError) throw told(error, wanted);
            throw error;
        } finally {
            clearTimeout(timer);
        }
    }

    /** A key of this very name goes before one that dots lead to, as with External Secrets. */
    private member(text: string, field: string, wanted: Wanted): string {
        const object = parseJson(text);
        const hint = "Correct what follows `#`, or what lies in the store: docs/secrets.md.";
        if (typeof object !== "object" || object === null || Array.isArray(object))
            throw failing(wanted, {
                code: "secret-member-missing",
                what: "is no JSON object, so it has no members",
                hint,
            });
        const of = (value: unknown, key: string): unknown =>
            typeof value === "object" && value !== null && Object.hasOwn(value, key)
                ? (value as Record<string, unknown>)[key]
                : undefined;
        const found = of(object, field) ?? field.split(".").reduce(of, object as unknown);
        if (found === undefined || found === null)
            throw failing(wanted, { code: "secret-member-missing", what: `has no member '${field}'`, hint });
        return typeof found === "string" ? found : JSON.stringify(found);
    }
}

function membersOf(text: string): unknown[] {
    const object = parseJson(text);
    if (typeof object !== "object" || object === null) return [];
    return Object.entries(object)
        .filter(([key]) => !nameOfUser.test(key))
        .map(([, value]) => value as unknown);
}

interface Problem {
    readonly code: string;
    /** Goes on after the reference. */
    readonly what: string;
    readonly hint: string;
    readonly retryable?: boolean;
}

function failing({ ref, where }: Wanted, { code, what, hint, retryable = false }: Problem): TidegateError {
    return new TidegateError(`${where}: the secret ${ref} ${what}.`, {
        ...{ code, hint, retryable },
        exitCode: retryable ? exitCodes.failed : exitCodes.usage,
    });
}

const timedOut = (wanted: Wanted, limitSeconds: number): TidegateError =>
    failing(wanted, {
        code: "secret-timed-out",
        what: `was not there within ${limitSeconds} s, which is the limit`,
        hint: "Is the store slow, or does something on the way swallow the request? The same command may succeed later.",
        retryable: true,
    });

const meanings: Readonly<Record<SecretFailure, Problem>> = {
    missing: {
        code: "secret-missing",
        what: "is not in its store",
        hint: "Make it there, or correct the reference.",
    },
    denied: {
        code: "secret-denied",
        what: "may not be read by who runs this",
        hint: "Log in, or have the right to read it given: docs/secrets.md lists it for each store. If only the cluster is to have that right, set `secrets.checkedFrom: cluster`.",
    },
    unreachable: {
        code: "secret-unreachable",
        what: "cannot be looked up, its store does not answer",
        hint: "See to network and address; the same command may succeed later.",
        retryable: true,
    },
    unconfigured: {
        code: "secret-store-unknown",
        what: "cannot be looked up, nobody has said how",
        hint: "docs/secrets.md tells how each store is reached.",
    },
    refused: {
        code: "secret-refused",
        what: "cannot be looked up",
        hint: "The message has the reason of the store.",
    },
};

function told({ failure, reason }: SecretStoreError, wanted: Wanted): TidegateError {
    const { what, ...more } = meanings[failure];
    return failing(wanted, { ...more, what: `${what}: ${reason}` });
}
