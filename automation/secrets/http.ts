/** One HTTP request to a store of secrets. It follows no redirect: another host would be shown the credentials. */
import { request as plain, type RequestOptions } from "node:http";
import { request as encrypted } from "node:https";
import type { z } from "zod";
import { messageOf } from "../core/errors";
import { parseJson } from "../core/json";
import { isLoopback } from "../core/loopback";
import { SecretStoreError, type SecretFailure } from "./store";

/** Bytes of the longest answer that is read: stores hold at most 64 KiB in a secret, a cluster 1 MiB. */
const longest = 2 * 2 ** 20;

export interface HttpRequest {
    readonly method?: "GET" | "POST";
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly signal: AbortSignal;
    /** PEM of the authority that signed the server's certificate. @default the public ones */
    readonly ca?: string;
    /** PEM of the client's certificate and key. */
    readonly cert?: string;
    readonly key?: string;
    /** Host that the server's certificate is for. @default the one of the URL */
    readonly servername?: string;
}

export interface HttpAnswer {
    readonly status: number;
    readonly body: string;
}

/** @throws SecretStoreError `unreachable` where no whole answer came, `refused` for a redirect */
export async function ask(url: string, request: HttpRequest): Promise<HttpAnswer> {
    const { host, protocol } = new URL(url);
    const { method = "GET", headers = {}, body, signal, ca, cert, key, servername } = request;
    const options: RequestOptions = { method, headers, signal };
    const trust = Object.fromEntries(
        Object.entries({ ca, cert, key, servername }).filter(([, value]) => value !== undefined),
    );
    const answer = await new Promise<HttpAnswer>((resolve, reject) => {
        const sent = protocol === "https:" ? encrypted(url, { ...options, ...trust }) : plain(url, options);
        sent.on("error", reject);
        sent.on("response", (response) => {
            const chunks: Buffer[] = [];
            let bytes = 0;
            response.on("error", reject);
            response.on("data", (chunk: Buffer) => {
                bytes += chunk.length;
                if (bytes > longest) response.destroy(new Error("the answer is too long"));
                else chunks.push(chunk);
            });
            response.on("end", () =>
                resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") }),
            );
        });
        sent.end(body);
    }).catch((error: unknown) => {
        throw new SecretStoreError("unreachable", `${host} gave no answer (${wordsOf(error)})`, { cause: error });
    });
    if (answer.status >= 300 && answer.status < 400)
        throw new SecretStoreError("refused", `${host} answered with a redirect (${answer.status})`);
    return answer;
}

/** The innermost has the best words: one of several addresses was refused. */
function wordsOf(error: unknown): string {
    const { errors } = error as { errors?: unknown[] };
    return messageOf(errors?.[0] ?? error);
}

/**
 * An answer as JSON of a shape.
 * @throws SecretStoreError `refused`; neither zod's nor the parser's message is kept, which show pieces of the answer
 */
export function parsed<S extends z.ZodType>(answer: HttpAnswer, schema: S, who: string): z.infer<S> {
    const result = schema.safeParse(parseJson(answer.body));
    if (result.success) return result.data;
    throw new SecretStoreError("refused", `the answer of ${who} has not the form that its API describes`);
}

export function failureOfStatus(status: number): SecretFailure {
    if (status === 401 || status === 403) return "denied";
    if (status === 404) return "missing";
    return status === 408 || status === 429 || status >= 500 ? "unreachable" : "refused";
}

/** @throws SecretStoreError `unconfigured` for an address over which a secret would cross a network in clear text */
export function encryptedAddress(text: string, what: string): string {
    const url = URL.parse(text);
    if (url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname)))
        return text.replace(/\/+$/, "");
    throw new SecretStoreError("unconfigured", `${what} is no https:// address`);
}
