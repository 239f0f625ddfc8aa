/** A bucket of S3 or of a server that speaks like it. AWS's SDK finds the credentials: profiles, SSO, IRSA, Pod Identity, instance roles. */
import {
    DeleteObjectCommand,
    GetObjectCommand,
    ListObjectsV2Command,
    PutObjectCommand,
    S3Client,
    S3ServiceException,
    type S3ClientConfig,
} from "@aws-sdk/client-s3";
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import { awsCredentials } from "../../clients/awsCredentials";
import { messageOf } from "../../core/errors";
import { networkFailure, transientStatus, type ObjectClient, type Page, type Verdict } from "./client";
import type { LocationOf } from "./location";

type S3Location = LocationOf<"s3">;
type Variables = Readonly<NodeJS.ProcessEnv>;

/** As Pulumi completes what older versions of it took. */
function endpointOf({ endpoint, disableSSL, disable_https }: S3Location["parameters"]): string | undefined {
    if (endpoint === undefined || /^https?:\/\//.test(endpoint)) return endpoint;
    return `${(disableSSL ?? disable_https) ? "http" : "https"}://${endpoint}`;
}

function credentialsOf({ parameters }: S3Location, region: string | undefined, variables: Variables) {
    const { profile, role } = parameters;
    const base = awsCredentials(variables, profile);
    if (role === undefined) return base;
    return fromTemporaryCredentials({
        masterCredentials: base,
        params: { RoleArn: role, RoleSessionName: "tidegate-ledger" },
        ...(region === undefined ? {} : { clientConfig: { region } }),
    });
}

const checksumsOf = (mode: string | undefined) => (mode === "when_supported" ? "WHEN_SUPPORTED" : "WHEN_REQUIRED");

function configOf(location: S3Location, variables: Variables): S3ClientConfig {
    const { parameters } = location;
    const { profile, s3ForcePathStyle, use_path_style, hostname_immutable } = parameters;
    const endpoint = endpointOf(parameters);
    const region = parameters.region ?? (variables["AWS_REGION"] || variables["AWS_DEFAULT_REGION"] || undefined);
    // Other servers than AWS's know few of the newer checksums.
    const requestChecksums =
        parameters.request_checksum_calculation ??
        variables["AWS_REQUEST_CHECKSUM_CALCULATION"]?.toLowerCase() ??
        (endpoint === undefined ? "when_supported" : "when_required");
    return {
        maxAttempts: 1,
        followRegionRedirects: true,
        credentials: credentialsOf(location, region, variables),
        requestChecksumCalculation: checksumsOf(requestChecksums),
        ...(parameters.response_checksum_validation === undefined
            ? {}
            : { responseChecksumValidation: checksumsOf(parameters.response_checksum_validation) }),
        forcePathStyle: s3ForcePathStyle ?? use_path_style ?? hostname_immutable ?? false,
        useAccelerateEndpoint: parameters.accelerate ?? false,
        useDualstackEndpoint: parameters.dualstack ?? false,
        useFipsEndpoint: parameters.fips ?? false,
        ...(endpoint === undefined ? {} : { endpoint }),
        ...(region === undefined ? {} : { region }),
        ...(profile === undefined ? {} : { profile }),
    };
}

export class S3Objects implements ObjectClient {
    readonly byHand: string;
    readonly endpoint: string | undefined;
    private readonly client: S3Client;

    /** `variables`: the environment of this thread. */
    constructor(
        private readonly location: S3Location,
        variables: Variables,
    ) {
        this.endpoint = endpointOf(location.parameters);
        this.byHand = `aws s3 ls ${location.where}/${this.endpoint === undefined ? "" : ` --endpoint-url ${this.endpoint}`}`;
        this.client = new S3Client(configOf(location, variables));
    }

    async create(key: string, content: string, abortSignal: AbortSignal): Promise<boolean> {
        const { ssetype, kmskeyid } = this.location.parameters;
        try {
            await this.client.send(
                new PutObjectCommand({
                    ...this.at(key),
                    Body: content,
                    IfNoneMatch: "*",
                    ...(ssetype === undefined ? {} : { ServerSideEncryption: ssetype }),
                    ...(kmskeyid === undefined ? {} : { SSEKMSKeyId: kmskeyid }),
                }),
                { abortSignal },
            );
            return true;
        } catch (error) {
            if (statusOf(error) === 412) return false;
            throw error;
        }
    }

    async read(key: string, abortSignal: AbortSignal): Promise<string | undefined> {
        try {
            const { Body, ContentLength } = await this.client.send(new GetObjectCommand(this.at(key)), { abortSignal });
            const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
            if (ContentLength !== undefined && bytes.length !== ContentLength)
                throw Object.assign(new Error("the object came in part"), { code: "ECONNRESET" });
            return Buffer.from(bytes).toString("utf8");
        } catch (error) {
            if (error instanceof S3ServiceException && error.name === "NoSuchKey") return undefined;
            throw error;
        }
    }

    async page(prefix: string, from: string | undefined, abortSignal: AbortSignal): Promise<Page> {
        const { Contents, CommonPrefixes, NextContinuationToken } = await this.client.send(
            new ListObjectsV2Command({
                Bucket: this.location.bucket,
                Prefix: prefix,
                Delimiter: "/",
                ...(from === undefined ? {} : { ContinuationToken: from }),
            }),
            { abortSignal },
        );
        const keys = [...(Contents ?? []).map(({ Key }) => Key), ...(CommonPrefixes ?? []).map(({ Prefix }) => Prefix)];
        return { keys: keys.filter((key) => key !== undefined), next: NextContinuationToken };
    }

    async remove(key: string, abortSignal: AbortSignal): Promise<void> {
        await this.client.send(new DeleteObjectCommand(this.at(key)), { abortSignal });
    }

    verdict(error: unknown): Verdict {
        const name = error instanceof Error ? error.name : "";
        const reason = [name, messageOf(error)].filter((part) => part !== "" && part !== "Error").join(", ");
        // Each provider that has none says why, and some of them have asked the network.
        if (name === "CredentialsProviderError") return { failure: "denied", reason };
        const network = networkFailure(error);
        if (network !== undefined) return network;
        const status = statusOf(error);
        // 409: another create of this key is under way. A wrong clock is put right by the SDK after the first answer.
        const again = ["ConditionalRequestConflict", "OperationAborted", "RequestTimeTooSkewed", "RequestTimeout"];
        if (transientStatus(status) || again.includes(name) || /throttl|slowdown/i.test(name))
            return { failure: "transient", reason };
        if (name === "NoSuchBucket") return { failure: "no bucket", reason };
        if (status === 401 || status === 403 || /token/i.test(name)) return { failure: "denied", reason };
        return { failure: "refused", reason };
    }

    private at(key: string) {
        return { Bucket: this.location.bucket, Key: key };
    }
}

function statusOf(error: unknown): number | undefined {
    const metadata = (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata;
    return metadata?.httpStatusCode;
}
