/**
 * Google Cloud Storage and Azure Blob Storage as far as a ledger asks them, for their own SDKs: objects in memory, created
 * only where there is none, listed by prefix and delimiter in pages of 1000.
 * https://cloud.google.com/storage/docs/json_api/v1/objects, https://learn.microsoft.com/rest/api/storageservices/blob-service-rest-api
 */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CRC32C } from "@google-cloud/storage";

const pageSize = 1000;

interface Asked {
    readonly method: string;
    readonly url: URL;
    readonly headers: IncomingMessage["headers"];
    readonly body: Buffer;
}

abstract class BlobServer {
    /** Bucket or container, and what is in it by key. */
    readonly buckets = new Map<string, Map<string, Buffer>>();
    private readonly server: Server;

    constructor() {
        this.server = createServer((request, response) => {
            const chunks: Buffer[] = [];
            request.on("data", (chunk: Buffer) => chunks.push(chunk));
            request.on("end", () => {
                const { method = "", headers } = request;
                const url = new URL(request.url ?? "", "http://127.0.0.1");
                this.answer({ method, url, headers, body: Buffer.concat(chunks) }, response);
            });
        });
    }

    protected abstract answer(asked: Asked, response: ServerResponse): void;

    async start(): Promise<this> {
        await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
        return this;
    }

    get url(): string {
        return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    }

    async stop(): Promise<void> {
        this.server.closeAllConnections();
        await new Promise((resolve) => this.server.close(resolve));
    }

    /** Objects and folders below a prefix, from a place on. */
    protected page(objects: ReadonlyMap<string, Buffer>, prefix: string, delimiter: string, from: string) {
        const entries = new Set<string>();
        for (const key of objects.keys()) {
            if (!key.startsWith(prefix)) continue;
            const end = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
            entries.add(end < 0 ? key : key.slice(0, end + 1));
        }
        const rest = [...entries].sort().filter((entry) => entry > from);
        const shown = rest.slice(0, pageSize);
        return {
            keys: shown.filter((entry) => !entry.endsWith("/")),
            folders: shown.filter((entry) => entry.endsWith("/")),
            next: rest.length > pageSize ? shown.at(-1) : undefined,
        };
    }
}

export class GcsServer extends BlobServer {
    protected answer({ method, url, headers, body }: Asked, response: ServerResponse): void {
        const say = (status: number, value: unknown): void => {
            response.writeHead(status, { "content-type": "application/json" });
            response.end(JSON.stringify(value));
        };
        const fail = (code: number, message: string): void =>
            say(code, { error: { code, message, errors: [{ message, domain: "global", reason: "test" }] } });
        const [, bucket = "", key] = /^(?:\/upload)?\/storage\/v1\/b\/([^/]+)\/o(?:\/(.+))?$/.exec(url.pathname) ?? [];
        const objects = this.buckets.get(decodeURIComponent(bucket));
        if (bucket === "forbidden") return fail(403, "somebody does not have storage.objects access.");
        if (objects === undefined) return fail(404, "The specified bucket does not exist.");
        const query = url.searchParams;
        const name = key === undefined ? (query.get("name") ?? "") : decodeURIComponent(key);
        const content = objects.get(name);
        if (method === "POST") {
            if (query.get("ifGenerationMatch") === "0" && content !== undefined)
                return fail(412, "At least one of the pre-conditions you specified did not hold.");
            objects.set(name, partOf(headers["content-type"] ?? "", body));
            return say(200, { name, bucket, generation: "1", ...hashesOf(objects.get(name) ?? body) });
        }
        if (method === "GET" && key === undefined) {
            const { keys, folders, next } = this.page(
                objects,
                query.get("prefix") ?? "",
                query.get("delimiter") ?? "",
                query.get("pageToken") ?? "",
            );
            return say(200, { items: keys.map((one) => ({ name: one })), prefixes: folders, nextPageToken: next });
        }
        if (content === undefined) return fail(404, `No such object: ${bucket}/${name}`);
        if (method === "DELETE") {
            objects.delete(name);
            response.writeHead(204).end();
            return;
        }
        const { crc32c, md5Hash } = hashesOf(content);
        response.writeHead(200, {
            "content-length": content.length,
            "x-goog-hash": `crc32c=${crc32c},md5=${md5Hash}`,
            "x-goog-stored-content-encoding": "identity",
        });
        response.end(content);
    }
}

function hashesOf(content: Buffer): { crc32c: string; md5Hash: string } {
    const crc = new CRC32C();
    crc.update(content);
    return { crc32c: crc.toString(), md5Hash: createHash("md5").update(content).digest("base64") };
}

/** The second part of a multipart/related body: the first is metadata. */
function partOf(type: string, body: Buffer): Buffer {
    const boundary = /boundary="?([^";]+)/.exec(type)?.[1] ?? "";
    const part = body.toString("latin1").split(`--${boundary}`)[2] ?? "";
    return Buffer.from(part.slice(part.indexOf("\r\n\r\n") + 4).replace(/\r\n$/, ""), "latin1");
}

export class AzureServer extends BlobServer {
    readonly account = "theaccount";
    /** Of a shared access signature: any other is refused. */
    readonly signature = "c2lnbmF0dXJl";

    get connectionString(): string {
        const key = Buffer.from("a key of the account").toString("base64");
        return `DefaultEndpointsProtocol=http;AccountName=${this.account};AccountKey=${key};BlobEndpoint=${this.url}/${this.account};`;
    }

    protected answer({ method, url, headers, body }: Asked, response: ServerResponse): void {
        const about = { "x-ms-request-id": "1", "x-ms-version": "2025-01-05", date: new Date().toUTCString() };
        const fail = (status: number, code: string): void => {
            response.writeHead(status, { ...about, "x-ms-error-code": code, "content-type": "application/xml" });
            response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>It is ${code}.</Message></Error>`);
        };
        const [, account, container = "", key] = /^\/([^/]+)\/([^/]+)(?:\/(.+))?$/.exec(url.pathname) ?? [];
        const query = url.searchParams;
        const allowed = headers.authorization?.startsWith(`SharedKey ${this.account}:`)
            ? !query.has("sig")
            : query.get("sig") === this.signature;
        if (account !== this.account || !allowed) return fail(403, "AuthenticationFailed");
        const objects = this.buckets.get(container);
        if (objects === undefined) return fail(404, "ContainerNotFound");
        const etag = { etag: '"0x1"', "last-modified": new Date(0).toUTCString() };
        if (key === undefined) {
            const { keys, folders, next } = this.page(
                objects,
                query.get("prefix") ?? "",
                query.get("delimiter") ?? "",
                query.get("marker") ?? "",
            );
            const blobs = keys.map((one) => `<Blob><Name>${one}</Name><Properties/></Blob>`);
            const prefixes = folders.map((one) => `<BlobPrefix><Name>${one}</Name></BlobPrefix>`);
            response.writeHead(200, { ...about, "content-type": "application/xml" });
            response.end(
                `<?xml version="1.0"?><EnumerationResults ServiceEndpoint="${this.url}" ContainerName="${container}"><Blobs>${blobs.join("")}${prefixes.join("")}</Blobs><NextMarker>${next ?? ""}</NextMarker></EnumerationResults>`,
            );
            return;
        }
        const name = decodeURIComponent(key);
        const content = objects.get(name);
        if (method === "PUT") {
            if (headers["if-none-match"] === "*" && content !== undefined) return fail(409, "BlobAlreadyExists");
            objects.set(name, body);
            response.writeHead(201, { ...about, ...etag }).end();
            return;
        }
        if (content === undefined) return fail(404, "BlobNotFound");
        if (method === "DELETE") {
            objects.delete(name);
            response.writeHead(202, about).end();
            return;
        }
        response.writeHead(200, {
            ...about,
            ...etag,
            "content-length": content.length,
            "content-type": "application/json",
            "x-ms-blob-type": "BlockBlob",
        });
        response.end(content);
    }
}
