/**
 * AWS Secrets Manager and the parameters of AWS Systems Manager.
 * Sources: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html,
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html,
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html (variables of an endpoint)
 */
import { AwsClient } from "aws4fetch";
import { z } from "zod";
import type { awsCredentials } from "../../clients/awsCredentials";
import { messageOf } from "../../core/errors";
import { parseJson } from "../../core/json";
import { ask, encryptedAddress, failureOfStatus, parsed } from "../http";
import { SecretStoreError, type RefOf, type SecretFailure, type SecretStore } from "../store";

export interface AwsPlace {
    readonly variables: Readonly<NodeJS.ProcessEnv>;
    /** @default AWS_REGION, AWS_DEFAULT_REGION */
    readonly region: string | undefined;
}

type Kind = "aws-sm" | "aws-ssm";

interface Service {
    readonly name: string;
    /** In its host name and in the signature. */
    readonly id: string;
    readonly variable: string;
    readonly target: string;
    readonly body: (name: string) => object;
    readonly valueOf: (answer: { status: number; body: string }) => string;
}

const secretValue = z.union([z.looseObject({ SecretString: z.string() }), z.looseObject({ SecretBinary: z.base64() })]);
const parameter = z.looseObject({ Parameter: z.looseObject({ Value: z.string() }) });

const services: Readonly<Record<Kind, Service>> = {
    "aws-sm": {
        name: "AWS Secrets Manager",
        id: "secretsmanager",
        variable: "AWS_ENDPOINT_URL_SECRETS_MANAGER",
        target: "secretsmanager.GetSecretValue",
        body: (SecretId) => ({ SecretId }),
        valueOf(answer) {
            const found = parsed(answer, secretValue, this.name);
            return "SecretString" in found && typeof found.SecretString === "string"
                ? found.SecretString
                : Buffer.from(String(found["SecretBinary"]), "base64").toString("utf8");
        },
    },
    "aws-ssm": {
        name: "AWS Systems Manager",
        id: "ssm",
        variable: "AWS_ENDPOINT_URL_SSM",
        target: "AmazonSSM.GetParameter",
        body: (Name) => ({ Name, WithDecryption: true }),
        valueOf(answer) {
            return parsed(answer, parameter, this.name).Parameter.Value;
        },
    },
};

const problem = z.looseObject({ __type: z.string() });

/** What its errors mean, by the last word of their type. */
const missing = ["ResourceNotFoundException", "ParameterNotFound"];
const passing =
    /^(Throttling|ThrottlingException|TooManyRequestsException|RequestLimitExceeded|InternalServiceError|InternalServerError|InternalFailure|ServiceUnavailable)$/;
const denied =
    /^(AccessDenied|AccessDeniedException|UnrecognizedClientException|InvalidClientTokenId|ExpiredToken|ExpiredTokenException|InvalidSignatureException|SignatureDoesNotMatch|MissingAuthenticationToken|MissingAuthenticationTokenException|IncompleteSignature|IncompleteSignatureException|OptInRequired|NotAuthorized|RequestExpired|DecryptionFailure|InvalidKeyId)$/;

export class AwsSecrets implements SecretStore<Kind> {
    private found: Promise<ReturnType<typeof awsCredentials>> | undefined;

    constructor(private readonly place: AwsPlace) {}

    async read({ kind, name }: RefOf<Kind>, signal: AbortSignal): Promise<string> {
        const service = services[kind];
        const { region, url } = this.at(service);
        const client = await this.signer();
        const signed = await client.sign(url, {
            method: "POST",
            headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": service.target },
            body: JSON.stringify(service.body(name)),
            aws: { service: service.id, region },
        });
        const answer = await ask(url, {
            method: "POST",
            headers: Object.fromEntries(signed.headers),
            body: await signed.text(),
            signal,
        });
        if (answer.status === 200) return service.valueOf(answer);
        throw this.failure(service, answer);
    }

    private at(service: Service): { region: string; url: string } {
        const { variables } = this.place;
        const region = this.place.region ?? (variables["AWS_REGION"] || variables["AWS_DEFAULT_REGION"]);
        if (!region)
            throw new SecretStoreError(
                "unconfigured",
                "no region is known: name `aws.region` in the environment file, or set AWS_REGION",
            );
        const given = variables[service.variable] || variables["AWS_ENDPOINT_URL"];
        const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
        const url = given ? encryptedAddress(given, service.variable) : `https://${service.id}.${region}.${domain}`;
        return { region, url: `${url}/` };
    }

    /** The SDK's function remembers what it was given until that ends. */
    private async signer(): Promise<AwsClient> {
        try {
            const { variables } = this.place;
            this.found ??= import("../../clients/awsCredentials.js").then((found) => found.awsCredentials(variables));
            const given = await this.found;
            const { accessKeyId, secretAccessKey, sessionToken } = typeof given === "function" ? await given() : given;
            return new AwsClient({
                ...{ accessKeyId, secretAccessKey, retries: 0 },
                ...(sessionToken === undefined ? {} : { sessionToken }),
            });
        } catch (error) {
            throw new SecretStoreError("denied", `there are no credentials of AWS (${messageOf(error)})`, {
                cause: error,
            });
        }
    }

    /** Only its type is told: its message may repeat what was asked, and names accounts. */
    private failure({ name }: Service, { status, body }: { status: number; body: string }): SecretStoreError {
        const type = problem.safeParse(parseJson(body)).data?.__type.split("#").at(-1) ?? "";
        return new SecretStoreError(
            failureOfType(type, status),
            `${name} answered ${[String(status), type].filter((part) => part !== "").join(" ")}`,
        );
    }
}

function failureOfType(type: string, status: number): SecretFailure {
    if (missing.includes(type)) return "missing";
    if (denied.test(type)) return "denied";
    if (passing.test(type)) return "unreachable";
    return failureOfStatus(status) === "missing" ? "refused" : failureOfStatus(status);
}
