/**
 * The API of one Kubernetes cluster: objects of any kind, by discovery, and watching them.
 * Source: https://kubernetes.io/docs/reference/using-api/api-concepts/
 */
import { Agent, request } from "node:https";
import type { IncomingMessage } from "node:http";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { messageOf, TidegateError } from "../core/errors";
import { parseJson } from "../core/json";
import type { ApiAccess } from "./kubeconfig";
import {
    ApiStatusError,
    isRefusal,
    kubernetesObject,
    type Kind,
    type KubernetesObject,
    type WatchEvent,
} from "./kubernetesObject";

export { ApiStatusError, isRefusal, kubernetesObject, type Kind, type KubernetesObject, type WatchEvent };

/** What a request says where it is not done. Source: `meta/v1.Status` */
const statusSchema = z.looseObject({
    kind: z.literal("Status"),
    message: z.string().optional(),
    reason: z.string().optional(),
    code: z.number().optional(),
});

export interface ApiRequest {
    readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
    readonly path: string;
    readonly query?: Readonly<Record<string, string | undefined>>;
    readonly body?: unknown;
    /** @default application/json */
    readonly contentType?: string;
    readonly signal?: AbortSignal | undefined;
    /** How long the server may take to answer, in seconds. @default 30 */
    readonly timeoutSeconds?: number;
}

export interface Written {
    /** Nothing is kept: the server validates and admits alone. @default false */
    readonly dryRun?: boolean;
    readonly signal?: AbortSignal | undefined;
}

const resources = z.looseObject({
    resources: z.array(z.looseObject({ name: z.string(), kind: z.string(), namespaced: z.boolean() })),
});
const listSchema = z.looseObject({
    metadata: z.looseObject({ resourceVersion: z.string() }),
    items: z.array(kubernetesObject),
});
const watchLine = z.object({ type: z.string(), object: z.unknown() });

/** Before a watch that the server has ended is taken up again. */
const reconnectMilliseconds = 100;

/** `v1` → `/api/v1`, `apps/v1` → `/apis/apps/v1` */
const baseOf = (apiVersion: string): string =>
    apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;

export class KubernetesApi {
    private readonly agent: Agent;
    private readonly kinds = new Map<string, z.infer<typeof resources>["resources"]>();

    constructor(private readonly access: ApiAccess) {
        const { ca, cert, key } = access;
        this.agent = new Agent({
            keepAlive: true,
            ...(ca === undefined ? {} : { ca }),
            ...(cert === undefined || key === undefined ? {} : { cert, key }),
        });
    }

    get server(): string {
        return this.access.server;
    }

    /** Ends the connections that are kept for further requests. */
    close(): void {
        this.agent.destroy();
    }

    /** Where an object is, or with no name where its kind is. @throws TidegateError `kubernetes-refused` for a kind that is not served */
    async pathOf({ apiVersion, kind }: Kind, namespace: string | undefined, name?: string): Promise<string> {
        const found = await this.kindOf(apiVersion, kind);
        const inNamespace = found.namespaced && namespace !== undefined ? `/namespaces/${encode(namespace)}` : "";
        return `${baseOf(apiVersion)}${inNamespace}/${found.name}${name === undefined ? "" : `/${encode(name)}`}`;
    }

    /** @returns undefined where it is not there */
    async get(kind: Kind, namespace: string | undefined, name: string): Promise<KubernetesObject | undefined> {
        try {
            return kubernetesObject.parse(await this.ask({ path: await this.pathOf(kind, namespace, name) }));
        } catch (error) {
            if (isRefusal(error, 404)) return undefined;
            throw error;
        }
    }

    async list(kind: Kind, namespace?: string): Promise<readonly KubernetesObject[]> {
        return listSchema.parse(await this.ask({ path: await this.pathOf(kind, namespace) })).items;
    }

    /** Refused where it is there already, and where it has a field that its kind does not know. */
    async create(object: KubernetesObject & Kind, options: Written = {}): Promise<KubernetesObject> {
        const { namespace } = object.metadata;
        return kubernetesObject.parse(
            await this.ask({
                method: "POST",
                path: await this.pathOf(object, namespace),
                query: { fieldValidation: "Strict", ...dry(options) },
                body: object,
                signal: options.signal,
            }),
        );
    }

    /**
     * Server-side apply: made where it is not there, changed where it is, whoever has set the fields before.
     * @param manager who owns the fields
     */
    async apply(object: KubernetesObject & Kind, manager: string, options: Written = {}): Promise<KubernetesObject> {
        const { namespace, name = "" } = object.metadata;
        return kubernetesObject.parse(
            await this.ask({
                method: "PATCH",
                path: await this.pathOf(object, namespace, name),
                query: { fieldManager: manager, force: "true", fieldValidation: "Strict", ...dry(options) },
                body: object,
                contentType: "application/apply-patch+yaml",
                signal: options.signal,
            }),
        );
    }

    /** Asks for it to go; it is there until its finalizers are done. @returns whether it was there */
    async delete(kind: Kind, namespace: string | undefined, name: string, signal?: AbortSignal): Promise<boolean> {
        try {
            const path = await this.pathOf(kind, namespace, name);
            await this.ask({ method: "DELETE", path, query: { propagationPolicy: "Background" }, signal });
            return true;
        } catch (error) {
            if (isRefusal(error, 404)) return false;
            throw error;
        }
    }

    /**
     * One request. Where the server is too busy, or has a new kind not ready yet (429), it is asked again when it says.
     * @throws TidegateError `kubernetes-refused`, `kubernetes-unreachable`
     */
    async ask(asked: ApiRequest): Promise<unknown> {
        const { timeoutSeconds = 30 } = asked;
        const limit = AbortSignal.timeout(timeoutSeconds * 1000);
        const signal = asked.signal === undefined ? limit : AbortSignal.any([limit, asked.signal]);
        try {
            for (;;) {
                const response = await this.send(asked, signal);
                const text = await textOf(response);
                if (response.statusCode !== 429) return this.answer(asked, response, text);
                await delay(1000 * Number(response.headers["retry-after"] ?? 1), undefined, { signal });
            }
        } catch (error) {
            asked.signal?.throwIfAborted();
            if (TidegateError.is(error)) throw error;
            throw this.unreachable(limit.aborted ? `no answer within ${timeoutSeconds} s` : messageOf(error), error);
        }
    }

    /**
     * What there is, as ADDED, and then each change, until the signal ends it. A connection that the server ends, as it does now
     * and then, is taken up where it was; where the server has forgotten that, everything is told anew.
     */
    async *watch(
        kind: Kind,
        namespace: string | undefined,
        { name, signal }: { readonly name?: string; readonly signal: AbortSignal },
    ): AsyncGenerator<WatchEvent<KubernetesObject>> {
        const path = await this.pathOf(kind, namespace);
        const query = name === undefined ? {} : { fieldSelector: `metadata.name=${name}` };
        let known = new Map<string, KubernetesObject>();
        for (;;) {
            const { items, metadata } = listSchema.parse(await this.ask({ path, query, signal }));
            const there = new Map(items.map((object) => [keyOf(object), object]));
            // What went while nobody looked.
            for (const [key, object] of known) if (!there.has(key)) yield { type: "DELETED", object };
            for (const object of items) yield { type: "ADDED", object };
            known = there;
            let { resourceVersion } = metadata;
            for (let forgotten = false; !forgotten;) {
                for await (const { type, object } of this.lines({ path, query, signal }, resourceVersion)) {
                    forgotten = type === "ERROR";
                    if (forgotten) break;
                    const changed = kubernetesObject.parse(object);
                    resourceVersion = changed.metadata.resourceVersion ?? resourceVersion;
                    if (type === "DELETED") known.delete(keyOf(changed));
                    else if (type !== "BOOKMARK") known.set(keyOf(changed), changed);
                    if (type === "ADDED" || type === "MODIFIED" || type === "DELETED") yield { type, object: changed };
                }
                await delay(reconnectMilliseconds, undefined, { signal });
            }
        }
    }

    private async *lines(asked: ApiRequest, resourceVersion: string): AsyncGenerator<z.infer<typeof watchLine>> {
        const { signal } = asked;
        const query = { ...asked.query, watch: "true", allowWatchBookmarks: "true", resourceVersion };
        const response = await this.send({ ...asked, query }, signal).catch((error: unknown) => {
            signal?.throwIfAborted();
            throw this.unreachable(messageOf(error), error);
        });
        // As it says in the stream where it finds it out later.
        if (response.statusCode === 410) {
            response.destroy();
            yield { type: "ERROR", object: undefined };
            return;
        }
        if (response.statusCode !== 200) this.answer(asked, response, await textOf(response));
        try {
            for await (const line of createInterface({ input: response }))
                if (line.trim() !== "") yield watchLine.parse(JSON.parse(line));
        } catch (error) {
            signal?.throwIfAborted();
            if (!isBroken(error)) throw error;
        } finally {
            response.destroy();
        }
        signal?.throwIfAborted();
    }

    private send(
        { method = "GET", path, query = {}, body, contentType = "application/json" }: ApiRequest,
        signal: AbortSignal | undefined,
    ): Promise<IncomingMessage> {
        const url = new URL(this.access.server + path);
        for (const [key, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(key, value);
        const { token } = this.access;
        const headers = {
            accept: "application/json",
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
            ...(body === undefined ? {} : { "content-type": contentType }),
        };
        return new Promise((resolve, reject) => {
            const { agent } = this;
            const sent = request(url, { method, headers, agent, ...(signal === undefined ? {} : { signal }) }, resolve);
            sent.on("error", reject);
            sent.end(body === undefined ? undefined : JSON.stringify(body));
        });
    }

    private answer({ method = "GET", path }: ApiRequest, { statusCode = 0 }: IncomingMessage, text: string): unknown {
        const parsed = json(text);
        if (statusCode >= 200 && statusCode < 300) return parsed;
        const status = statusSchema.safeParse(parsed);
        const { message = `HTTP status ${statusCode}`, reason = "" } = status.success ? status.data : {};
        throw new TidegateError(`The API server refused ${method} ${path} (${statusCode}): ${message}`, {
            code: "kubernetes-refused",
            hint: "`kubectl auth can-i --list` says what may be done there; the words are the API server's.",
            cause: new ApiStatusError(statusCode, reason, message),
            retryable: statusCode >= 500,
        });
    }

    private unreachable(why: string, cause: unknown): TidegateError {
        return new TidegateError(`The API server ${this.access.server} does not answer: ${why}`, {
            code: "kubernetes-unreachable",
            hint: "Look whether it runs, and whether the kubeconfig is its own.",
            retryable: true,
            cause,
        });
    }

    private async kindOf(apiVersion: string, kind: string) {
        const find = () => this.kinds.get(apiVersion)?.find((one) => one.kind === kind && !one.name.includes("/"));
        const known = find();
        if (known !== undefined) return known;
        const answer = await this.ask({ path: baseOf(apiVersion) }).catch((error: unknown) => {
            if (isRefusal(error, 404)) return { resources: [] };
            throw error;
        });
        this.kinds.set(apiVersion, resources.parse(answer).resources);
        const found = find();
        if (found !== undefined) return found;
        const message = `no matches for kind "${kind}" in version "${apiVersion}"`;
        throw new TidegateError(`The API server ${this.access.server} has ${message}.`, {
            code: "kubernetes-refused",
            hint: "The definition of its custom resource has to be installed first.",
            cause: new ApiStatusError(404, "NotFound", message),
        });
    }
}

const keyOf = ({ metadata: { namespace = "", name = "" } }: KubernetesObject): string => `${namespace}/${name}`;

const encode = (part: string): string => encodeURIComponent(part);

const dry = ({ dryRun }: Written): Readonly<Record<string, string>> => (dryRun === true ? { dryRun: "All" } : {});

async function textOf(response: IncomingMessage): Promise<string> {
    response.setEncoding("utf8");
    let text = "";
    for await (const chunk of response as AsyncIterable<string>) text += chunk;
    return text;
}

const json = (text: string): unknown => parseJson(text) ?? text;

/** A connection that ended in the middle. */
const isBroken = (error: unknown): boolean =>
    error instanceof Error && "code" in error && ["ECONNRESET", "EPIPE"].includes(String(error.code));
