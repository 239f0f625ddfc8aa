/** JSON over HTTP to Flink's processes (JobManager, SQL gateway), and what their Java errors boil down to. */
import { z } from "zod";
import { messageOf, TidegateError } from "../core/errors";
import { parseJson } from "../core/json";

export type Fetch = typeof globalThis.fetch;

export interface HttpOptions {
    /** @default globalThis.fetch */
    readonly fetch?: Fetch;
    /** Time limit of one request, in seconds. @default 30 */
    readonly requestSeconds?: number;
    readonly signal?: AbortSignal;
}

export interface HttpRequest<T> extends HttpOptions {
    /** Who is asked, for messages: "the JobManager", "the SQL gateway". */
    readonly server: string;
    readonly method: "GET" | "POST" | "PATCH" | "DELETE";
    readonly url: string;
    readonly body?: unknown;
    readonly answer: z.ZodType<T>;
}

/** The status of an HTTP answer that was not a success; `TidegateError.cause` of `flink-refused`. */
class HttpStatusError extends Error {
    constructor(
        readonly status: number,
        body: string,
    ) {
        super(`HTTP ${status}: ${body.slice(0, 200)}`);
        this.name = "HttpStatusError";
    }
}

/**
 * One request. Throws `flink-unreachable` (retryable) when nobody answers within the time limit, `flink-refused` when
 * the answer is an error (its Java stack reduced to the root cause), `flink-answer-unknown` when it is not understood.
 */
export async function requestJson<T>(request: HttpRequest<T>): Promise<T> {
    const { server, method, url, body, answer } = request;
    const seconds = request.requestSeconds ?? 30;
    const limit = AbortSignal.timeout(seconds * 1000);
    let status: number;
    let text: string;
    try {
        const response = await (request.fetch ?? globalThis.fetch)(url, {
            method,
            signal: request.signal === undefined ? limit : AbortSignal.any([limit, request.signal]),
            ...(body === undefined
                ? {}
                : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
        });
        status = response.status;
        text = await response.text();
    } catch (error) {
        if (request.signal?.aborted) throw request.signal.reason;
        const why = limit.aborted ? `no answer within ${seconds} s` : connectionError(error);
        throw new TidegateError(`${server} at ${new URL(url).origin} does not answer: ${why}`, {
            code: "flink-unreachable",
            hint: "Look whether its process runs (`tidegate status`), and into its log (`tidegate logs`).",
            retryable: true,
            cause: error,
        });
    }
    if (status < 200 || status > 299)
        throw new TidegateError(
            `${server} refused ${method} ${new URL(url).pathname} (${status}): ${javaCause(text)}`,
            {
                code: "flink-refused",
                cause: new HttpStatusError(status, text),
            },
        );
    const parsed = answer.safeParse(contentOf(text));
    if (!parsed.success)
        throw new TidegateError(
            `${server} gave an answer to ${method} ${new URL(url).pathname} that is not understood: ${z.prettifyError(parsed.error)}`,
            { code: "flink-answer-unknown", hint: "Tidegate is written for Flink 2.0; is this another version?" },
        );
    return parsed.data;
}

const contentOf = (text: string): unknown => (text.trim() === "" ? {} : (parseJson(text) ?? text));

/** fetch says only "fetch failed"; the reason is one or two causes deeper. */
function connectionError(error: unknown): string {
    let at: unknown = error;
    while (at instanceof Error && at.cause !== undefined) at = at.cause;
    if (at instanceof AggregateError && at.errors.length > 0) return messageOf(at.errors[0]);
    return messageOf(at);
}

/** Whether `error` is the HTTP status `status` of a Flink process. */
export function isHttpStatus(error: unknown, status: number): boolean {
    return TidegateError.is(error) && error.cause instanceof HttpStatusError && error.cause.status === status;
}

/** Wrappers that say nothing of their own. */
const uninformative = /^(Internal server error\.?|Exception on server side:|End of exception on server side)$/;

/**
 * What a Java stack trace, or Flink's JSON envelope of one, boils down to: the innermost cause with its message, without
 * package and frames, at most 600 characters.
 */
export function javaCause(text: string): string {
    const envelope = z.object({ errors: z.array(z.string()) }).safeParse(parseJson(text));
    const trace = (envelope.success ? envelope.data.errors : [text])
        .join("\n")
        .replace(/^<?Exception on server side:\s*$/gm, "")
        .replace(/End of exception on server side>?/g, "");
    const causes: string[][] = [[]];
    let inFrames = false;
    for (const line of trace.split("\n")) {
        const cause = /^\s*Caused by: (.*)$/.exec(line);
        if (cause) {
            causes.push([cause[1] ?? ""]);
            inFrames = false;
        } else if (/^\s+at \S+\(.*\)|^\s*\.\.\. \d+ more|^\s*Suppressed: /.test(line)) inFrames = true;
        else if (!inFrames && line.trim() !== "" && !uninformative.test(line.trim())) causes.at(-1)?.push(line.trim());
    }
    const innermost = causes.findLast((lines) => lines.length > 0) ?? ["no reason given"];
    const message = innermost.join(" ").replace(/^(?:[a-z_$][\w$]*\.)+([A-Z][\w$]*)(?:: |$)/, "$1: ");
    const trimmed = message.replace(/\s+/g, " ").replace(/: $/, "").trim();
    return trimmed.length > 600 ? `${trimmed.slice(0, 597)}...` : trimmed || "no reason given";
}

/** Waits `milliseconds`, or rejects with the signal's reason as soon as it is aborted. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const onAbort = () => {
            clearTimeout(timer);
            reject(signal?.reason);
        };
        const timer = setTimeout(() => {
            signal?.removeEventListener("abort", onAbort);
            resolve();
        }, milliseconds);
        signal?.addEventListener("abort", onAbort, { once: true });
    });
}

export interface Waiting {
    /** What is waited for, for the message: "job 12ab to end". */
    readonly what: string;
    readonly timeoutSeconds: number;
    /** Between two looks, in milliseconds. @default 250 */
    readonly everyMilliseconds?: number;
    readonly signal?: AbortSignal;
}

/** Looks until `look` gives something other than undefined; `timed-out` names the time limit. */
export async function waitFor<T>(waiting: Waiting, look: () => Promise<T | undefined>): Promise<T> {
    const deadline = Date.now() + waiting.timeoutSeconds * 1000;
    for (;;) {
        const found = await look();
        if (found !== undefined) return found;
        if (Date.now() >= deadline)
            throw new TidegateError(`waited ${waiting.timeoutSeconds} s for ${waiting.what}, in vain`, {
                code: "timed-out",
                retryable: true,
            });
        await pause(waiting.everyMilliseconds ?? 250, waiting.signal);
    }
}
