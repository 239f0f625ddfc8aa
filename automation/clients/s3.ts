/** An S3 interface: the few requests that Tidegate makes, signed with Signature Version 4. */
import { AwsClient } from "aws4fetch";
import type { S3InterfaceContract } from "../../stacks/contracts";
import { TidegateError, messageOf } from "../core/errors";

export type S3Connection = Pick<S3InterfaceContract, "endpoint" | "region" | "pathStyle" | "credentials">;

export interface S3Object {
    readonly key: string;
    /** Bytes. */
    readonly size: number;
}

/** Seconds that one request may take. */
const requestSeconds = 15;
/** Repeats of a request that was answered 5xx or 429. */
const retries = 3;
/** Most keys that S3 lists at once. */
const pageSize = 1000;

const encodeKey = (key: string) =>
    key
        .split("/")
        .map((part) => encodeURIComponent(part).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`))
        .join("/");

const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** Text of an XML element without children; S3's answers have no attributes and no CDATA in the elements read here. */
function element(xml: string, name: string): string | undefined {
    const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
    return text?.replace(/&(?:#(\d+)|#x([0-9a-fA-F]+)|(\w+));/g, (whole, decimal, hex, entity) => {
        if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
        if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex as string, 16));
        return entities[entity as string] ?? whole;
    });
}

/** Code of the S3 error that a TidegateError was made from, e.g. `BucketNotEmpty`. */
export function s3ErrorCode(error: unknown): string | undefined {
    return TidegateError.is(error) && error.cause instanceof S3Refusal ? error.cause.s3Code : undefined;
}

class S3Refusal extends Error {
    constructor(
        readonly s3Code: string,
        message: string,
    ) {
        super(message);
    }
}

export class S3 {
    private readonly client: AwsClient;

    constructor(private readonly connection: S3Connection) {
        const { credentials, region } = connection;
        this.client = new AwsClient({ ...credentials, region, service: "s3", retries });
    }

    /** Makes the bucket; one that these credentials own already is fine. */
    async createBucket(bucket: string): Promise<void> {
        const response = await this.request("PUT", bucket, "");
        if (response.ok) return;
        const refusal = await this.refusal(response, `make the bucket '${bucket}'`);
        if (s3ErrorCode(refusal) !== "BucketAlreadyOwnedByYou") throw refusal;
    }

    /** Throws where it can't tell, which includes a bucket that these credentials may not see. */
    async bucketExists(bucket: string): Promise<boolean> {
        const response = await this.request("HEAD", bucket, "");
        if (response.ok) return true;
        if (response.status === 404) return false;
        throw await this.refusal(response, `look at the bucket '${bucket}'`);
    }

    /** The bucket has to be empty; one that is not there is fine. */
    async deleteBucket(bucket: string): Promise<void> {
        const response = await this.request("DELETE", bucket, "");
        if (response.ok || response.status === 404) return;
        throw await this.refusal(response, `delete the bucket '${bucket}'`);
    }

    async put(bucket: string, key: string, body: string | Uint8Array): Promise<void> {
        const response = await this.request("PUT", bucket, key, {}, body);
        if (!response.ok) throw await this.refusal(response, `write s3://${bucket}/${key}`);
    }

    /** Undefined where there is no such object. */
    async get(bucket: string, key: string): Promise<Uint8Array | undefined> {
        const response = await this.request("GET", bucket, key);
        if (response.ok) return new Uint8Array(await response.arrayBuffer());
        const refusal = await this.refusal(response, `read s3://${bucket}/${key}`);
        if (s3ErrorCode(refusal) === "NoSuchKey") return undefined;
        throw refusal;
    }

    /** An object that is not there is fine. */
    async delete(bucket: string, key: string): Promise<void> {
        const response = await this.request("DELETE", bucket, key);
        if (!response.ok && response.status !== 404) throw await this.refusal(response, `delete s3://${bucket}/${key}`);
    }

    /** Every object whose key begins with `prefix`. */
    async list(bucket: string, prefix = ""): Promise<S3Object[]> {
        const objects: S3Object[] = [];
        let token: string | undefined;
        do {
            const response = await this.request("GET", bucket, "", {
                "list-type": "2",
                "max-keys": String(pageSize),
                prefix,
                ...(token === undefined ? {} : { "continuation-token": token }),
            });
            if (!response.ok) throw await this.refusal(response, `list s3://${bucket}/${prefix}`);
            const xml = await response.text();
            for (const [entry] of xml.matchAll(/<Contents>.*?<\/Contents>/gs))
                objects.push({ key: element(entry, "Key") ?? "", size: Number(element(entry, "Size") ?? 0) });
            token = element(xml, "NextContinuationToken");
        } while (token !== undefined && token !== "");
        return objects;
    }

    private url(bucket: string, key: string, query: Record<string, string>): string {
        const url = new URL(this.connection.endpoint);
        const path = this.connection.pathStyle
            ? `/${bucket}${key === "" ? "" : `/${encodeKey(key)}`}`
            : `/${encodeKey(key)}`;
        if (!this.connection.pathStyle) url.hostname = `${bucket}.${url.hostname}`;
        // Not URLSearchParams: it writes a space as +, which S3 signs as %2B.
        const search = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
        return `${url.origin}${path}${search.length === 0 ? "" : `?${search.join("&")}`}`;
    }

    private async request(
        method: string,
        bucket: string,
        key: string,
        query: Record<string, string> = {},
        body?: string | Uint8Array,
    ): Promise<Response> {
        try {
            return await this.client.fetch(this.url(bucket, key, query), {
                method,
                ...(body === undefined ? {} : { body: body as string | Uint8Array<ArrayBuffer> }),
                signal: AbortSignal.timeout(requestSeconds * 1000),
            });
        } catch (error) {
            throw unreachable(this.connection.endpoint, error);
        }
    }

    private async refusal(response: Response, doing: string): Promise<TidegateError> {
        const xml = await response.text();
        const s3Code = element(xml, "Code") ?? `HTTP ${response.status}`;
        const message = element(xml, "Message") ?? response.statusText;
        return new TidegateError(
            `${this.connection.endpoint} refused to ${doing}: ${s3Code}${message ? `, ${message}` : ""}`,
            {
                code: "s3-refused",
                retryable: response.status >= 500,
                cause: new S3Refusal(s3Code, message),
            },
        );
    }
}

/** Nothing answered: no statement about what is there. */
export function unreachable(endpoint: string, error: unknown): TidegateError {
    const timedOut = error instanceof Error && error.name === "TimeoutError";
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    const reason = timedOut ? `no answer within ${requestSeconds} s` : messageOf(cause) || messageOf(error);
    return new TidegateError(`The object store at ${endpoint} can't be reached: ${reason}`, {
        code: "s3-unreachable",
        hint: "Where it is an embedded process, `pulumi up --refresh` of the storage stack starts it again.",
        retryable: true,
        cause: error,
    });
}
