/** A container of Azure Blob Storage. Azure's SDK finds the credentials: workload identity, managed identity, `az login`, a service principal. */
import { DefaultAzureCredential } from "@azure/identity";
import {
    ContainerClient,
    RestError,
    StorageSharedKeyCredential,
    type StoragePipelineOptions,
} from "@azure/storage-blob";
import { messageOf } from "../../core/errors";
import { networkFailure, transientStatus, type ObjectClient, type Page, type Verdict } from "./client";
import type { LocationOf } from "./location";

type Variables = Readonly<NodeJS.ProcessEnv>;

const pageSize = 1000;
const options: StoragePipelineOptions = { retryOptions: { maxTries: 1 } };

/** Like Go's strconv.ParseBool, of which anything else is false. */
const yes = (text: string | undefined): boolean => /^(1|t|true)$/i.test(text ?? "");

/** The variables of azureblob in gocloud.dev, which Pulumi uses; the URL goes before them. */
function clientOf({ bucket, parameters }: LocationOf<"azblob">, variables: Variables): ContainerClient {
    const { AZURE_STORAGE_KEY: key, AZURE_STORAGE_SAS_TOKEN: sas } = variables;
    const connection = variables["AZURE_STORAGE_CONNECTION_STRING"] || variables["AZURE_STORAGEBLOB_CONNECTIONSTRING"];
    const named = variables["AZURE_STORAGE_ACCOUNT"];
    if (!(named && key) && !sas && connection) return new ContainerClient(connection, bucket, options);
    const account = parameters.storage_account ?? named;
    if (!account) throw new Error("neither storage_account of the URL nor AZURE_STORAGE_ACCOUNT names the account");
    const domain = parameters.domain ?? (variables["AZURE_STORAGE_DOMAIN"] || "blob.core.windows.net");
    const protocol = parameters.protocol ?? (variables["AZURE_STORAGE_PROTOCOL"] || "https");
    const emulator = parameters.localemu ?? yes(variables["AZURE_STORAGE_IS_LOCAL_EMULATOR"]);
    const cdn = parameters.cdn ?? yes(variables["AZURE_STORAGE_IS_CDN"]);
    const service =
        emulator || /^(127\.0\.0\.1|localhost)/.test(domain)
            ? `${protocol}://${domain}/${account}`
            : `${protocol}://${cdn ? "" : `${account}.`}${domain}`;
    const url = `${service}/${encodeURIComponent(bucket)}`;
    if (named && key) return new ContainerClient(url, new StorageSharedKeyCredential(named, key), options);
    if (sas) return new ContainerClient(`${url}?${sas.replace(/^\?/, "")}`, undefined, options);
    return new ContainerClient(url, new DefaultAzureCredential(), options);
}

export class AzureObjects implements ObjectClient {
    readonly byHand: string;
    readonly endpoint: string | undefined;
    private readonly container: ContainerClient;

    constructor(location: LocationOf<"azblob">, variables: Variables) {
        this.container = clientOf(location, variables);
        const { accountName } = this.container;
        this.byHand = `az storage blob list --account-name ${accountName} --container-name ${location.bucket} --num-results 1`;
        // Without a SAS token.
        this.endpoint = this.container.url.split("?")[0];
    }

    async create(key: string, content: string, abortSignal: AbortSignal): Promise<boolean> {
        try {
            await this.container.getBlockBlobClient(key).upload(content, Buffer.byteLength(content), {
                abortSignal,
                conditions: { ifNoneMatch: "*" },
                blobHTTPHeaders: { blobContentType: "application/json" },
            });
            return true;
        } catch (error) {
            const { status, code } = answerOf(error);
            if (status === 412 || code === "BlobAlreadyExists") return false;
            throw error;
        }
    }

    async read(key: string, abortSignal: AbortSignal): Promise<string | undefined> {
        try {
            const { readableStreamBody, contentLength } = await this.container
                .getBlobClient(key)
                .download(0, undefined, { abortSignal, maxRetryRequests: 0 });
            const chunks: Buffer[] = [];
            for await (const chunk of readableStreamBody ?? []) chunks.push(Buffer.from(chunk));
            const content = Buffer.concat(chunks);
            if (contentLength !== undefined && content.length !== contentLength)
                throw Object.assign(new Error("the object came in part"), { code: "ECONNRESET" });
            return content.toString("utf8");
        } catch (error) {
            if (answerOf(error).code === "BlobNotFound") return undefined;
            throw error;
        }
    }

    async page(prefix: string, from: string | undefined, abortSignal: AbortSignal): Promise<Page> {
        const pages = this.container
            .listBlobsByHierarchy("/", { prefix, abortSignal })
            .byPage({ maxPageSize: pageSize, ...(from === undefined ? {} : { continuationToken: from }) });
        for await (const { segment, continuationToken } of pages)
            return {
                keys: [...segment.blobItems, ...(segment.blobPrefixes ?? [])].map(({ name }) => name),
                next: continuationToken || undefined,
            };
        return { keys: [], next: undefined };
    }

    async remove(key: string, abortSignal: AbortSignal): Promise<void> {
        await this.container.getBlobClient(key).deleteIfExists({ abortSignal });
    }

    verdict(error: unknown): Verdict {
        const name = error instanceof Error ? error.name : "";
        // Each kind of identity that there is not says why, and some of them have asked the network.
        if (/credential|authentication/i.test(name)) return { failure: "denied", reason: messageOf(error) };
        const network = networkFailure(error);
        if (network !== undefined) return network;
        const { status, code } = answerOf(error);
        // Its first line; headers and identifiers of the request follow.
        const reason = [code, messageOf(error).split("\n")[0]].filter((part) => part !== undefined).join(", ");
        if (transientStatus(status)) return { failure: "transient", reason };
        if (code === "ContainerNotFound") return { failure: "no bucket", reason };
        if (status === 401 || status === 403) return { failure: "denied", reason };
        return { failure: "refused", reason };
    }
}

function answerOf(error: unknown): { status: number | undefined; code: string | undefined } {
    if (!(error instanceof RestError)) return { status: undefined, code: undefined };
    const { errorCode } = (error.details ?? {}) as { errorCode?: string };
    return { status: error.statusCode, code: errorCode ?? error.code };
}
