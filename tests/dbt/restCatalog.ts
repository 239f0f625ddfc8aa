/**
 * A read-only Iceberg REST catalog for tests: the part of the REST specification that a reader uses (config,
 * namespaces, list and load tables), over metadata files on disk. No authentication, loopback only.
 * Source: the Iceberg REST Catalog specification, https://iceberg.apache.org/rest-catalog-spec/
 */
import { readFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

export interface RestCatalog {
    readonly uri: string;
    /** `GET /v1/…` of every request, in order. */
    readonly requests: string[];
    close(): Promise<void>;
}

/** Tables by `namespace.name`; each call gives the metadata location (`file://`) that is current then. */
export type Tables = Readonly<Record<string, () => string>>;

class Refusal extends Error {
    constructor(
        readonly status: number,
        readonly type: string,
        message: string,
    ) {
        super(message);
    }
}

export async function startRestCatalog(tables: Tables): Promise<RestCatalog> {
    const requests: string[] = [];
    const server = createServer((request, response) => {
        const path = new URL(request.url ?? "/", "http://catalog").pathname;
        requests.push(`${request.method} ${path}`);
        answer(tables, request.method ?? "", path).then(
            (body) => send(response, body === undefined ? 204 : 200, body, request.method),
            (error: unknown) => {
                const { status, type } =
                    error instanceof Refusal ? error : { status: 500, type: "InternalServerError" };
                const message = error instanceof Error ? error.message : String(error);
                send(response, status, { error: { message, type, code: status } }, request.method);
            },
        );
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    return {
        uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        requests,
        close: () =>
            new Promise((closed) => {
                server.close(() => closed());
                server.closeAllConnections();
            }),
    };
}

async function answer(tables: Tables, method: string, path: string): Promise<unknown> {
    const [version, ...rest] = path.split("/").slice(1).map(decodeURIComponent);
    if (version !== "v1") throw new Refusal(404, "NotFoundException", `There is no ${path}`);
    if (method !== "GET" && method !== "HEAD")
        throw new Refusal(405, "UnsupportedOperationException", `${method} ${path}: this catalog is read-only`);
    const [collection, namespace, kind, table] = rest;
    if (collection === "config" && rest.length === 1)
        return {
            defaults: {},
            overrides: {},
            endpoints: [
                "GET /v1/{prefix}/namespaces",
                "GET /v1/{prefix}/namespaces/{namespace}",
                "HEAD /v1/{prefix}/namespaces/{namespace}",
                "GET /v1/{prefix}/namespaces/{namespace}/tables",
                "GET /v1/{prefix}/namespaces/{namespace}/tables/{table}",
                "HEAD /v1/{prefix}/namespaces/{namespace}/tables/{table}",
            ],
        };
    if (collection !== "namespaces") throw new Refusal(404, "NotFoundException", `There is no ${path}`);
    const namespaces = [...new Set(Object.keys(tables).map((name) => name.split(".")[0]!))];
    if (namespace === undefined) return { namespaces: namespaces.map((name) => [name]) };
    if (!namespaces.includes(namespace))
        throw new Refusal(404, "NoSuchNamespaceException", `Namespace does not exist: ${namespace}`);
    if (kind === undefined) return method === "HEAD" ? undefined : { namespace: [namespace], properties: {} };
    if (kind === "views" && table === undefined) return { identifiers: [] };
    if (kind !== "tables") throw new Refusal(404, "NotFoundException", `There is no ${path}`);
    if (table === undefined)
        return {
            identifiers: Object.keys(tables)
                .map((name) => name.split("."))
                .filter(([first]) => first === namespace)
                .map(([, name]) => ({ namespace: [namespace], name })),
        };
    const locate = tables[`${namespace}.${table}`];
    if (locate === undefined)
        throw new Refusal(404, "NoSuchTableException", `Table does not exist: ${namespace}.${table}`);
    if (method === "HEAD") return undefined;
    const location = locate();
    const text = await readFile(fileURLToPath(location), "utf8");
    return new LoadTableResult(location, text);
}

/** The metadata goes out as it is in the file: snapshot ids have 64 bits, which JSON.parse would round. */
class LoadTableResult {
    constructor(
        private readonly location: string,
        private readonly metadata: string,
    ) {}

    toString(): string {
        return `{"metadata-location":${JSON.stringify(this.location)},"metadata":${this.metadata},"config":{}}`;
    }
}

function send(response: ServerResponse, status: number, body: unknown, method: string | undefined): void {
    const text = body instanceof LoadTableResult ? body.toString() : JSON.stringify(body ?? {});
    response.writeHead(status, { "content-type": "application/json" });
    response.end(method === "HEAD" || status === 204 ? undefined : text);
}
