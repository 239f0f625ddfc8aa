/** Table buckets: the part of the S3 Tables API that SeaweedFS serves on its S3 port. */
import { AwsClient } from "aws4fetch";
import { z } from "zod";
import { TidegateError } from "../core/errors";
import { parseJson } from "../core/json";
import { unreachable, type S3Connection } from "./s3";

const requestSeconds = 15;
const retries = 3;

const bucketsAnswer = z.object({
    tableBuckets: z.array(z.object({ arn: z.string(), name: z.string() })).nullish(),
    continuationToken: z.string().nullish(),
});
const namespacesAnswer = z.object({ namespaces: z.array(z.object({ namespace: z.array(z.string()) })).nullish() });
const tablesAnswer = z.object({
    tables: z.array(z.object({ name: z.string(), namespace: z.array(z.string()) })).nullish(),
});
const errorAnswer = z.object({ __type: z.string().optional(), message: z.string().optional() });

export class S3Tables {
    private readonly client: AwsClient;

    constructor(private readonly connection: Pick<S3Connection, "endpoint" | "region" | "credentials">) {
        const { credentials, region } = connection;
        this.client = new AwsClient({ ...credentials, region, service: "s3tables", retries });
    }

    /** ARN of the table bucket; undefined where there is none of this name. */
    async find(name: string): Promise<string | undefined> {
        let token: string | undefined;
        do {
            const query = token === undefined ? "" : `?continuationToken=${encodeURIComponent(token)}`;
            const answer = bucketsAnswer.parse(await this.request("GET", `/buckets${query}`, "list the table buckets"));
            const found = answer.tableBuckets?.find((bucket) => bucket.name === name);
            if (found !== undefined) return found.arn;
            token = answer.continuationToken ?? undefined;
        } while (token !== undefined && token !== "");
        return undefined;
    }

    /** Makes the table bucket; one of this name is fine. */
    async create(name: string): Promise<string> {
        const found = await this.find(name);
        if (found !== undefined) return found;
        const answer = await this.request("PUT", "/buckets", `make the table bucket '${name}'`, { name });
        return z.object({ arn: z.string() }).parse(answer).arn;
    }

    /** Deletes the table bucket with every namespace and table in it. */
    async delete(name: string): Promise<void> {
        const arn = await this.find(name);
        if (arn === undefined) return;
        const bucket = encodeURIComponent(arn);
        const namespaces = namespacesAnswer.parse(
            await this.request("GET", `/namespaces/${bucket}`, `list the namespaces of '${name}'`),
        );
        const { tables } = tablesAnswer.parse(
            await this.request("GET", `/tables/${bucket}`, `list the tables of '${name}'`),
        );
        for (const table of tables ?? []) {
            const path = `${encodeURIComponent(table.namespace.join("."))}/${encodeURIComponent(table.name)}`;
            await this.request("DELETE", `/tables/${bucket}/${path}`, `delete the table '${table.name}'`);
        }
        for (const { namespace } of namespaces.namespaces ?? []) {
            const path = encodeURIComponent(namespace.join("."));
            await this.request("DELETE", `/namespaces/${bucket}/${path}`, `delete the namespace '${path}'`);
        }
        await this.request("DELETE", `/buckets/${bucket}`, `delete the table bucket '${name}'`);
    }

    private async request(method: string, path: string, doing: string, body?: object): Promise<unknown> {
        const { endpoint } = this.connection;
        let response: Response;
        try {
            response = await this.client.fetch(`${endpoint}${path}`, {
                method,
                ...(body === undefined
                    ? {}
                    : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
                signal: AbortSignal.timeout(requestSeconds * 1000),
            });
        } catch (error) {
            throw unreachable(endpoint, error);
        }
        const text = await response.text();
        if (response.ok) return text.trim() === "" ? {} : (JSON.parse(text) as unknown);
        const parsed = errorAnswer.safeParse(parseJson(text));
        const { __type: type = `HTTP ${response.status}`, message = text.slice(0, 200) } = parsed.data ?? {};
        throw new TidegateError(`${endpoint} refused to ${doing}: ${type}, ${message}`, {
            code: "s3-refused",
            retryable: response.status >= 500,
        });
    }
}
