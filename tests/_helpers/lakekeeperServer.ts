/**
 * A Lakekeeper without tables: its management API over what it has been told, on a free port of 127.0.0.1. What it takes
 * and gives is held against lakekeeperApi.ts; an answer that is not as described fails the call. What it refuses, and by
 * which names, is that of the source (crates/lakekeeper of lakekeeper/lakekeeper, 0.13).
 */
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { z } from "zod";
import * as api from "./lakekeeperApi";
import { normalized, overlap, placeOf, Refused } from "./lakekeeperStorage";

type Stored = z.infer<typeof api.warehouse> & {
    credential: api.StorageCredential | null;
    tables: number;
    namespaces: number;
};

export interface Exchange {
    readonly operation: string;
    readonly request: unknown;
    readonly headers: Readonly<Record<string, unknown>>;
    readonly status: number;
    readonly response: unknown;
}

export interface LakekeeperServerOptions {
    /** Whether a request is let in, by its Authorization header. @default everybody */
    readonly admits?: (authorization: string | undefined) => boolean;
    /** @default the default project alone */
    readonly projects?: readonly string[];
}

const defaultProject = "00000000-0000-0000-0000-000000000000";

export class LakekeeperServer {
    readonly url: string;
    readonly exchanges: Exchange[] = [];
    readonly #close: () => Promise<void>;
    #bootstrapped = false;
    readonly #serverId = randomUUID();
    readonly #warehouses = new Map<string, Stored>();
    /** Answers with this once, after the work was done, or instead of it. */
    #fault: { readonly operation: string; readonly after: boolean } | undefined;

    private constructor(url: string, close: () => Promise<void>) {
        this.url = url;
        this.#close = close;
    }

    static async start(options: LakekeeperServerOptions = {}): Promise<LakekeeperServer> {
        let served: LakekeeperServer | undefined;
        const http = createServer((request, response) => {
            const chunks: Buffer[] = [];
            request.on("data", (chunk: Buffer) => chunks.push(chunk));
            request.on("end", () => {
                const text = Buffer.concat(chunks).toString("utf8");
                const answer = served?.answer(request.method ?? "", request.url ?? "", text, request.headers, options);
                if (answer === undefined) return void request.socket.destroy();
                response.writeHead(answer.status, { "content-type": "application/json" });
                response.end(answer.body === null ? "" : JSON.stringify(answer.body));
            });
        });
        await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
        const close = () =>
            new Promise<void>((resolve) => {
                http.close(() => resolve());
                http.closeAllConnections();
            });
        served = new LakekeeperServer(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, close);
        return served;
    }

    close(): Promise<void> {
        return this.#close();
    }

    get bootstrapped(): boolean {
        return this.#bootstrapped;
    }

    /** As somebody else would change it; undefined: there is none. */
    named(name: string): Stored | undefined {
        return [...this.#warehouses.values()].find((each) => each.name === name);
    }

    /** Somebody has taken it away, and its tables with it. */
    lose(name: string): void {
        const there = this.named(name);
        if (there !== undefined) this.#warehouses.delete(there["warehouse-id"]);
    }

    /** The next call of this operation gets no answer, before or `after` it was done. */
    breakNext(operation: string, after: boolean): void {
        this.#fault = { operation, after };
    }

    count(operation: string): number {
        return this.exchanges.filter((each) => each.operation === operation).length;
    }

    answer(
        method: string,
        target: string,
        text: string,
        headers: Readonly<Record<string, unknown>>,
        options: LakekeeperServerOptions,
    ): { status: number; body: unknown } | undefined {
        const { pathname, searchParams } = new URL(target, this.url);
        const [, id, rest = ""] = /^\/management\/v1\/warehouse\/([^/]+)(\/.*)?$/.exec(pathname) ?? [];
        const path = id === undefined ? pathname.replace(/^\/management\/v1/, "") : `/warehouse/*${rest}`;
        const operation = `${method} ${path}`;
        const fault = this.#fault?.operation === operation ? this.#fault : undefined;
        if (fault !== undefined) this.#fault = undefined;
        if (fault?.after === false) return undefined;
        const request = text === "" ? undefined : (JSON.parse(text) as unknown);
        let answer: { status: number; body: unknown };
        try {
            if (!Object.hasOwn(api.answers, operation)) throw new Refused(404, "NotFound", `no ${operation}`);
            if (options.admits?.(headers["authorization"] as string | undefined) === false)
                throw new Refused(401, "Unauthorized", "no token, or none that is taken");
            const known = operation as api.Operation;
            const { status, body } = api.answers[known];
            const project = this.#project(headers, request, options);
            const value = this.#do(known, request, { id, project, query: searchParams });
            answer = { status, body: body === null ? null : body.parse(value) };
        } catch (error) {
            if (!(error instanceof Refused)) throw error;
            const { status, type, message } = error;
            answer = { status, body: api.failure.parse({ error: { message, type, code: status, stack: [] } }) };
        }
        this.exchanges.push({ operation, request, headers, status: answer.status, response: answer.body });
        return fault === undefined ? answer : undefined;
    }

    #project(headers: Readonly<Record<string, unknown>>, request: unknown, options: LakekeeperServerOptions): string {
        const named = (request as { "project-id"?: string } | undefined)?.["project-id"] ?? headers["x-project-id"];
        const project = (named as string | undefined) ?? defaultProject;
        if (![defaultProject, ...(options.projects ?? [])].includes(project))
            throw new Refused(404, "ProjectNotFound", `Project with id '${project}' not found`);
        return project;
    }

    #do(
        operation: api.Operation,
        request: unknown,
        { id, project, query }: { id: string | undefined; project: string; query: URLSearchParams },
    ): unknown {
        if (operation === "GET /info") return this.#info();
        if (operation === "POST /bootstrap") return this.#bootstrap(parsed(operation, request));
        if (!this.#bootstrapped) throw new Refused(400, "CatalogNotBootstrapped", "the catalog is not bootstrapped");
        if (operation === "POST /warehouse") return this.#create(parsed(operation, request), project);
        if (operation === "GET /warehouse") {
            const wanted = query.getAll("warehouseStatus");
            const listed = [...this.#warehouses.values()]
                .filter((each) => each["project-id"] === project)
                .filter(({ status }) => (wanted.length === 0 ? status === "active" : wanted.includes(status)));
            return { warehouses: listed.map(shown) };
        }
        const there = this.#warehouses.get(id ?? "");
        if (there === undefined)
            throw new Refused(404, "WarehouseNotFound", `A warehouse with id '${id}' does not exist`);
        return this.#change(operation, there, request);
    }

    #change(operation: api.Operation, there: Stored, request: unknown): unknown {
        const change = (changes: Partial<Stored>): unknown => {
            Object.assign(there, changes, { "updated-at": new Date().toISOString() });
            return shown(there);
        };
        switch (operation) {
            case "GET /warehouse/*":
                return shown(there);
            case "POST /warehouse/*/storage": {
                const wanted = parsed(operation, request);
                const profile = normalized(wanted["storage-profile"]);
                if (placeOf(profile) !== placeOf(there["storage-profile"]))
                    throw new Refused(400, "UpdateError", "the location of a warehouse can't be changed");
                const credential = wanted["storage-credential"] ?? null;
                return change({ "storage-profile": profile, ...credentials(credential) });
            }
            case "POST /warehouse/*/storage-credential":
                return change(credentials(parsed(operation, request)["new-storage-credential"] ?? null));
            case "POST /warehouse/*/delete-profile":
                return change(parsed(operation, request));
            case "POST /warehouse/*/protection": {
                const wanted = parsed(operation, request);
                change(wanted);
                return { ...wanted, updated_at: there["updated-at"] };
            }
            case "POST /warehouse/*/rename":
                return change({ name: parsed(operation, request)["new-name"] });
            case "POST /warehouse/*/activate":
                return change({ status: "active" });
            case "POST /warehouse/*/deactivate":
                return change({ status: "inactive" });
            case "GET /warehouse/*/statistics":
                return statistics(there);
            case "DELETE /warehouse/*":
                if (there.protected) throw new Refused(409, "WarehouseProtected", "Warehouse is protected");
                if (there.tables + there.namespaces > 0)
                    throw new Refused(409, "WarehouseNotEmpty", "Cannot delete a non-empty warehouse.");
                return this.#warehouses.delete(there["warehouse-id"]);
            default:
                throw new Error(`nothing does ${operation}`);
        }
    }

    #info(): unknown {
        return {
            version: "0.13.3",
            "lakekeeper-version": "0.13.3",
            bootstrapped: this.#bootstrapped,
            "server-id": this.#serverId,
            "default-project-id": defaultProject,
            "authz-backend": "allow-all",
            "aws-system-identities-enabled": false,
            "azure-system-identities-enabled": false,
            "gcp-system-identities-enabled": false,
            queues: ["tabular_expiration", "tabular_purge"],
            "license-status": { "license-type": "Apache-2.0", valid: true },
        };
    }

    #bootstrap(request: z.infer<(typeof api.requests)["POST /bootstrap"]>): void {
        if (!request["accept-terms-of-use"])
            throw new Refused(
                400,
                "TermsOfUseNotAccepted",
                "You must accept the terms of use to bootstrap the catalog.",
            );
        if (this.#bootstrapped)
            throw new Refused(400, "CatalogAlreadyBootstrapped", "Catalog is not open for bootstrap");
        this.#bootstrapped = true;
    }

    #create(request: z.infer<(typeof api.requests)["POST /warehouse"]>, project: string): unknown {
        const name = request["warehouse-name"];
        if (name.includes("/")) throw new Refused(400, "InvalidWarehouseName", "a name may not contain '/'");
        const profile = normalized(request["storage-profile"]);
        const others = [...this.#warehouses.values()].filter((each) => each["project-id"] === project);
        if (others.some((each) => each.name === name))
            throw new Refused(409, "WarehouseAlreadyExists", `A warehouse with the name '${name}' already exists`);
        if (others.some((each) => overlap(placeOf(each["storage-profile"]), placeOf(profile))))
            throw new Refused(400, "StorageProfileOverlap", "another warehouse lies there");
        const id = randomUUID();
        const made: Stored = {
            id,
            "warehouse-id": id,
            name,
            "project-id": project,
            "storage-profile": profile,
            "delete-profile": request["delete-profile"] ?? { type: "hard" },
            status: "active",
            protected: false,
            "allowed-format-versions": [1, 2, 3],
            "managed-by": "self-managed",
            "updated-at": null,
            tables: 0,
            namespaces: 0,
            ...credentials(request["storage-credential"] ?? null),
        };
        this.#warehouses.set(id, made);
        return shown(made);
    }
}

/** The entries of two hours: what was before, and what is now. */
function statistics({ "warehouse-id": id, tables }: Stored): unknown {
    const entry = (timestamp: string, count: number) => ({
        timestamp,
        "number-of-tables": count,
        "number-of-views": 0,
        "updated-at": timestamp,
    });
    const stats = [entry("2026-01-01T02:00:00Z", tables), entry("2026-01-01T01:00:00Z", 0)];
    return { "warehouse-ident": id, stats, "next-page-token": null };
}

function parsed<O extends keyof typeof api.requests>(
    operation: O,
    request: unknown,
): z.infer<(typeof api.requests)[O]> {
    const result = api.requests[operation].safeParse(request);
    if (!result.success) throw new Refused(422, "JsonDataError", result.error.message);
    return result.data as z.infer<(typeof api.requests)[O]>;
}

const shown = ({ credential: _, tables: __, namespaces: ___, ...warehouse }: Stored) => warehouse;

const credentials = (credential: api.StorageCredential | null) => ({
    credential,
    "storage-credential-type":
        credential === null ? null : { type: credential.type, "credential-type": credential["credential-type"] },
});
