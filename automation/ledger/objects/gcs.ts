/** A bucket of Google Cloud Storage. Google's SDK finds the credentials: application default, workload identity, metadata server. */
import { ApiError, Storage, type Bucket } from "@google-cloud/storage";
import { z } from "zod";
import { googleCredentials } from "../../clients/googleCredentials";
import { messageOf } from "../../core/errors";
import { networkFailure, transientStatus, type ObjectClient, type Page, type Verdict } from "./client";
import type { LocationOf } from "./location";

/** What `list` answers beside its objects. */
const listing = z.looseObject({ prefixes: z.array(z.string()).optional(), nextPageToken: z.string().optional() });

/** The address of an emulator, which takes no credentials, as Go's SDK reads it. */
function emulatorOf({ STORAGE_EMULATOR_HOST: host }: Readonly<NodeJS.ProcessEnv>): string | undefined {
    if (!host) return undefined;
    return (/^https?:\/\//.test(host) ? host : `http://${host}`).replace(/\/+$/, "");
}

export class GcsObjects implements ObjectClient {
    readonly byHand: string;
    readonly endpoint: string | undefined;
    private readonly bucket: Bucket;

    constructor(location: LocationOf<"gs">, variables: Readonly<NodeJS.ProcessEnv>) {
        this.byHand = `gcloud storage ls ${location.where}/`;
        this.endpoint = emulatorOf(variables);
        const { universe_domain: universeDomain } = location.parameters;
        this.bucket = new Storage({
            retryOptions: { autoRetry: false },
            ...googleCredentials(variables),
            ...(universeDomain === undefined ? {} : { universeDomain }),
            ...(this.endpoint === undefined ? {} : { apiEndpoint: this.endpoint }),
        }).bucket(location.bucket);
    }

    async create(key: string, content: string): Promise<boolean> {
        try {
            await this.bucket.file(key).save(content, {
                resumable: false,
                contentType: "application/json",
                preconditionOpts: { ifGenerationMatch: 0 },
            });
            return true;
        } catch (error) {
            if (statusOf(error) === 412) return false;
            throw error;
        }
    }

    async read(key: string): Promise<string | undefined> {
        try {
            // It compares the checksum that comes with it.
            const [content] = await this.bucket.file(key).download({ decompress: false });
            return content.toString("utf8");
        } catch (error) {
            if (statusOf(error) === 404 && !this.noBucket(error)) return undefined;
            throw error;
        }
    }

    async page(prefix: string, from: string | undefined): Promise<Page> {
        const [files, , answer] = await this.bucket.getFiles({
            prefix,
            delimiter: "/",
            autoPaginate: false,
            ...(from === undefined ? {} : { pageToken: from }),
        });
        const { prefixes = [], nextPageToken } = listing.parse(answer ?? {});
        return { keys: [...files.map(({ name }) => name), ...prefixes], next: nextPageToken };
    }

    async remove(key: string): Promise<void> {
        await this.bucket.file(key).delete({ ignoreNotFound: true });
    }

    verdict(error: unknown): Verdict {
        const network = networkFailure(error);
        if (network !== undefined) return network;
        const reason = messageOf(error);
        const status = statusOf(error);
        if (transientStatus(status) || /CONTENT_DOWNLOAD_MISMATCH/.test(String((error as { code?: unknown }).code)))
            return { failure: "transient", reason };
        if (this.noBucket(error)) return { failure: "no bucket", reason };
        if (status === 401 || status === 403 || /credentials|invalid_grant|metadata/i.test(reason))
            return { failure: "denied", reason };
        return { failure: "refused", reason };
    }

    private noBucket(error: unknown): boolean {
        return statusOf(error) === 404 && /bucket/i.test(messageOf(error));
    }
}

function statusOf(error: unknown): number | undefined {
    const { code, status } = error as { code?: unknown; status?: unknown };
    if (error instanceof ApiError && typeof error.code === "number") return error.code;
    return [status, code, Number(code)].find((one): one is number => typeof one === "number" && one >= 400);
}
