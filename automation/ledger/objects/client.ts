/** What a store in a bucket needs of a cloud, each a single try: what is repeated, and for how long, is not its matter. */

export type Failure =
    /** The same request may succeed in a moment. */
    | "transient"
    /** No credentials, wrong ones, or not allowed. */
    | "denied"
    | "no bucket"
    | "refused";

export interface Verdict {
    readonly failure: Failure;
    /** The cloud's own words, as short as they are useful. */
    readonly reason: string;
}

export interface Page {
    /** Full keys of objects, and of folders with a `/` at their end. */
    readonly keys: readonly string[];
    /** Continues after this page; undefined: it was the last. */
    readonly next: string | undefined;
}

/** Strings of at most some hundred kilobytes, by full key. */
export interface ObjectClient {
    /** False where the key is taken. */
    create(key: string, content: string, signal: AbortSignal): Promise<boolean>;
    /** Undefined where there is none; throws where it came in part. */
    read(key: string, signal: AbortSignal): Promise<string | undefined>;
    /** Directly below a prefix. */
    page(prefix: string, from: string | undefined, signal: AbortSignal): Promise<Page>;
    remove(key: string, signal: AbortSignal): Promise<void>;
    verdict(error: unknown): Verdict;
    /** How the same is asked by hand. */
    readonly byHand: string;
    /** Where requests go, where that is not the cloud's own address. */
    readonly endpoint: string | undefined;
}

const passing = new Set([
    "ECONNABORTED",
    "ECONNREFUSED",
    "ECONNRESET",
    "EAI_AGAIN",
    "EHOSTUNREACH",
    "ENETDOWN",
    "ENETUNREACH",
    "ENOTFOUND",
    "EPIPE",
    "ETIMEDOUT",
    "ERR_STREAM_PREMATURE_CLOSE",
    // Of the Azure SDK: no answer came.
    "REQUEST_SEND_ERROR",
]);

/** The error of the network that lies at the bottom of what an SDK threw; undefined where an answer came. */
export function networkFailure(error: unknown, depth = 0): Verdict | undefined {
    if (typeof error !== "object" || error === null || depth > 5) return undefined;
    const { code, message, cause, errors } = error as { [name in "code" | "message" | "cause"]?: unknown } & {
        errors?: unknown[];
    };
    // The innermost has the best words.
    const inner = networkFailure(cause ?? errors?.[0], depth + 1);
    if (inner !== undefined) return inner;
    const words = typeof message === "string" ? message : "";
    if (typeof code === "string" && passing.has(code))
        return { failure: "transient", reason: words.includes(code) ? words : `${code} ${words}`.trim() };
    // Whoever aborts a request that is late waits for its answer no more: what is aborted here, the server has cut.
    return /^(the operation was aborted\.?|aborted|socket hang up|premature close|terminated)$/i.test(words)
        ? { failure: "transient", reason: words }
        : undefined;
}

export const transientStatus = (status: number | undefined): boolean =>
    status !== undefined && [408, 429, 500, 502, 503, 504].includes(status);
