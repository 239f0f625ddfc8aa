/**
 * An Iceberg REST catalog (https://github.com/apache/iceberg/blob/main/open-api/rest-catalog-open-api.yaml), without
 * authentication or with requests signed by AWS Signature Version 4.
 */
import { AwsClient } from "aws4fetch";
import { z } from "zod";
import type { CatalogContract, S3Credentials } from "../../stacks/contracts";
import { messageOf, TidegateError } from "../core/errors";
import {
    invalidAnswer,
    levelsOf,
    parseExactJson,
    tableOf,
    type CatalogOptions,
    type IcebergCatalog,
    type IcebergTable,
    type Namespace,
} from "./iceberg";

export type RestCatalogContract = Extract<CatalogContract, { type: "rest" }>;

const texts = z.record(z.string(), z.string());
const configAnswer = z.object({ defaults: texts.default({}), overrides: texts.default({}) });
const namespacesAnswer = z.object({
    namespaces: z.array(z.array(z.string())).default([]),
    "next-page-token": z.string().nullish(),
});
const tableAnswer = z.object({ "metadata-location": z.string(), metadata: z.unknown() });
const errorAnswer = z.object({ error: z.object({ message: z.string(), type: z.string() }) });

interface Answer {
    readonly status: number;
    readonly text: string;
    /** The catalog's own words, where it answered in Iceberg's error format. */
    readonly error: { readonly message: string; readonly type: string } | undefined;
}

export class RestCatalog implements IcebergCatalog {
    readonly where: string;
    readonly #contract: RestCatalogContract;
    readonly #limitSeconds: number;
    readonly #fetch: typeof globalThis.fetch;
    readonly #signer: AwsClient | undefined;
    #base: Promise<string> | undefined;

    constructor(contract: RestCatalogContract, credentials: S3Credentials, options: CatalogOptions) {
        this.where = contract.uri.replace(/\/+$/, "");
        this.#contract = contract;
        this.#limitSeconds = options.requestSeconds ?? 10;
        this.#fetch = options.fetch ?? globalThis.fetch;
        if (contract.auth.mode === "sigv4")
            this.#signer = new AwsClient({
                ...credentials,
                service: contract.auth.signingName,
                region: contract.auth.signingRegion,
                retries: 0,
            });
    }

    async loadTable(namespace: Namespace, table: string): Promise<IcebergTable | undefined> {
        const path = `${await this.#namespacePath(namespace)}/tables/${encodeURIComponent(table)}`;
        const answer = await this.#ask("GET", path);
        if (answer.status === 404 && answer.error !== undefined) return undefined;
        this.#demand(answer, `loading ${levelsOf(namespace).join(".")}.${table}`);
        const loaded = this.#parse(answer, tableAnswer, "The table");
        return tableOf(loaded.metadata, loaded["metadata-location"], this.where);
    }

    async listNamespaces(): Promise<readonly (readonly string[])[]> {
        const path = `${await this.#prefixed()}/namespaces`;
        const found: string[][] = [];
        let token: string | undefined;
        do {
            const answer = await this.#ask(
                "GET",
                token === undefined ? path : `${path}?pageToken=${encodeURIComponent(token)}`,
            );
            if (answer.status === 404 && answer.error !== undefined)
                throw new TidegateError(`The catalog ${this.where} has no warehouse '${this.#contract.warehouse}'.`, {
                    code: "catalog-warehouse-missing",
                    hint: "Deploy the storage layer again (it creates it), or correct the catalog's `warehouse`.",
                });
            this.#demand(answer, "listing the namespaces");
            const page = this.#parse(answer, namespacesAnswer, "The list of namespaces");
            found.push(...page.namespaces);
            token = page["next-page-token"] ?? undefined;
        } while (token !== undefined);
        return found;
    }

    /** By GET: HEAD is optional for a server, and tells no missing namespace from a wrong path. */
    async namespaceExists(namespace: Namespace): Promise<boolean> {
        const answer = await this.#ask("GET", await this.#namespacePath(namespace));
        if (answer.status === 404 && answer.error !== undefined) return false;
        this.#demand(answer, `looking for the namespace ${levelsOf(namespace).join(".")}`);
        return true;
    }

    async createNamespace(namespace: Namespace): Promise<void> {
        const name = levelsOf(namespace);
        const answer = await this.#ask("POST", `${await this.#prefixed()}/namespaces`, {
            namespace: name,
            properties: {},
        });
        if (answer.status === 409)
            throw new TidegateError(`The catalog ${this.where} has a namespace ${name.join(".")} already.`, {
                code: "catalog-namespace-exists",
            });
        this.#demand(answer, `creating the namespace ${name.join(".")}`);
    }

    async dropNamespace(namespace: Namespace): Promise<void> {
        const name = levelsOf(namespace).join(".");
        const answer = await this.#ask("DELETE", await this.#namespacePath(namespace));
        if (answer.status === 409)
            throw new TidegateError(`The namespace ${name} of the catalog ${this.where} is not empty.`, {
                code: "catalog-namespace-not-empty",
                hint: "Drop its tables first.",
            });
        if (answer.status === 404 && answer.error !== undefined)
            throw new TidegateError(`The catalog ${this.where} has no namespace ${name}.`, {
                code: "catalog-namespace-missing",
            });
        this.#demand(answer, `dropping the namespace ${name}`);
    }

    /** `/v1` with the prefix that the catalog assigned to the warehouse; asked once, again after a failure. */
    async #prefixed(): Promise<string> {
        this.#base ??= this.#configure().catch((error: unknown) => {
            this.#base = undefined;
            throw error;
        });
        return this.#base;
    }

    async #configure(): Promise<string> {
        const answer = await this.#ask("GET", `/v1/config?warehouse=${encodeURIComponent(this.#contract.warehouse)}`);
        if (answer.status === 404 && answer.error !== undefined)
            throw new TidegateError(
                `The catalog ${this.where} has no warehouse '${this.#contract.warehouse}': ${answer.error.message}.`,
                { code: "catalog-warehouse-missing", hint: "Correct the catalog's `warehouse`, or create it." },
            );
        this.#demand(answer, "reading its configuration");
        const { defaults, overrides } = this.#parse(answer, configAnswer, "The configuration");
        const prefix = overrides.prefix ?? defaults.prefix;
        return prefix === undefined || prefix === "" ? "/v1" : `/v1/${encodedPath(prefix)}`;
    }

    async #namespacePath(namespace: Namespace): Promise<string> {
        // Levels are joined by the unit separator, %1F: REST specification, parameter `namespace`.
        return `${await this.#prefixed()}/namespaces/${encodeURIComponent(levelsOf(namespace).join("\u001f"))}`;
    }

    async #ask(method: "GET" | "POST" | "DELETE", path: string, body?: unknown): Promise<Answer> {
        const url = this.where + path;
        const signal = AbortSignal.timeout(this.#limitSeconds * 1000);
        const init: RequestInit = {
            method,
            signal,
            redirect: "error",
            headers: {
                accept: "application/json",
                ...(body === undefined ? {} : { "content-type": "application/json" }),
            },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        };
        try {
            const response =
                this.#signer === undefined
                    ? await this.#fetch(url, init)
                    : await this.#fetch(await this.#signer.sign(url, init), { signal });
            const text = await response.text();
            return { status: response.status, text, error: errorOf(text) };
        } catch (error) {
            if (signal.aborted)
                throw new TidegateError(`The catalog ${this.where} did not answer within ${this.#limitSeconds} s.`, {
                    code: "catalog-timeout",
                    hint: "Is it overloaded, or is a firewall between?",
                    retryable: true,
                    cause: error,
                });
            const cause =
                error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
            throw new TidegateError(`The catalog ${this.where} cannot be reached: ${cause || "connection failed"}.`, {
                code: "catalog-unreachable",
                hint: "Is it running? `tidegate status` tells, `tidegate up` starts it again.",
                retryable: true,
                cause: error,
            });
        }
    }

    /** Throws unless the request was granted. */
    #demand({ status, error }: Answer, doing: string): void {
        if (status >= 200 && status < 300) return;
        const said = error === undefined ? "" : `: ${error.message.replace(/\.$/, "")}`;
        const failed = `The catalog ${this.where} answered ${status} when ${doing}${said}.`;
        if (status === 401 || status === 403)
            throw new TidegateError(failed, {
                code: "catalog-forbidden",
                hint:
                    this.#contract.auth.mode === "none"
                        ? "It wants credentials, but the catalog contract has `auth: none`."
                        : "The credentials, the signing name or the clock may be wrong, or the identity has no grant.",
            });
        if (status >= 500 || status === 429)
            throw new TidegateError(failed, { code: "catalog-unavailable", hint: "See its log.", retryable: true });
        throw new TidegateError(failed, {
            code: "catalog-invalid",
            hint: "Does the catalog contract's `uri` name an Iceberg REST catalog? It ends before `/v1`.",
        });
    }

    #parse<S extends z.ZodType>(answer: Answer, schema: S, what: string): z.infer<S> {
        let json: unknown;
        try {
            json = parseExactJson(answer.text);
        } catch (error) {
            throw invalidAnswer(this.where, what, error as Error);
        }
        const parsed = schema.safeParse(json);
        if (!parsed.success) throw invalidAnswer(this.where, what, parsed.error);
        return parsed.data;
    }
}

function errorOf(text: string): Answer["error"] {
    try {
        const parsed = errorAnswer.safeParse(JSON.parse(text));
        return parsed.success ? parsed.data.error : undefined;
    } catch {
        return undefined;
    }
}

/** A prefix may have several segments (`catalogs/1234`), and may come encoded already (`arn%3Aaws…`). */
function encodedPath(prefix: string): string {
    return prefix
        .split("/")
        .filter((segment) => segment !== "")
        .map((segment) => (/%[0-9A-Fa-f]{2}/.test(segment) ? segment : encodeURIComponent(segment)))
        .join("/");
}
