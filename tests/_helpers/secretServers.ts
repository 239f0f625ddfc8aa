/**
 * Stores of secrets as far as Tidegate asks them, with what they keep in memory: each lets in whom it knows, and answers a
 * mistake as the real one does. Their APIs are those that automation/secrets/stores/* name.
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface Asked {
    readonly method: string;
    /** As it came: in the signature. */
    readonly target: string;
    readonly url: URL;
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
}

interface Answer {
    readonly status: number;
    readonly body: unknown;
}

export abstract class SecretServer {
    /** How many requests came. */
    asked = 0;
    /** Requests that are answered with 503 before any other. */
    failures = 0;
    /** Answers nothing while it is true: a store that hangs. */
    silent = false;
    private readonly server: Server;

    constructor() {
        this.server = createServer((request, response) => {
            const chunks: Buffer[] = [];
            request.on("data", (chunk: Buffer) => chunks.push(chunk));
            request.on("end", () => {
                this.asked += 1;
                if (this.silent) return;
                const { method = "", headers, url: target = "/" } = request;
                const url = new URL(target, this.url);
                const asked = { method, target, url, headers, body: Buffer.concat(chunks).toString("utf8") };
                this.failures -= 1;
                const { status, body } = this.failures >= 0 ? { status: 503, body: {} } : this.answer(asked);
                response.writeHead(status, { "content-type": "application/json" });
                response.end(JSON.stringify(body));
            });
        });
    }

    protected abstract answer(asked: Asked): Answer;

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
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();

/**
 * Whether a request has the signature that this key makes of it.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signedBy(secretAccessKey: string, { method, url, headers, body }: Asked): boolean {
    const found =
        /^AWS4-HMAC-SHA256 Credential=[^/]+\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
            headers.authorization ?? "",
        );
    if (found === null) return false;
    const [, day = "", region = "", service = "", names = "", signature = ""] = found;
    const query = [...url.searchParams].map((pair) => pair.map(encodeURIComponent).join("=")).sort();
    const canonical = [
        method,
        url.pathname,
        query.join("&"),
        ...names.split(";").map((name) => `${name}:${String(headers[name]).trim()}`),
        "",
        names,
        sha256(body),
    ].join("\n");
    const text = [
        "AWS4-HMAC-SHA256",
        headers["x-amz-date"],
        `${day}/${region}/${service}/aws4_request`,
        sha256(canonical),
    ];
    const key = [day, region, service, "aws4_request"].reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
    return timingSafeEqual(hmac(key, text.join("\n")), Buffer.from(signature, "hex"));
}

/** AWS Secrets Manager and Systems Manager's parameters, of one account in one region. */
export class AwsSecretServer extends SecretServer {
    readonly secrets = new Map<string, string | Buffer>();
    readonly parameters = new Map<string, string>();
    /** Names that this user may not read. */
    readonly forbidden = new Set<string>();
    readonly key = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "example/secret+key" };
    region = "eu-west-1";

    protected answer(asked: Asked): Answer {
        const wrong = (status: number, type: string): Answer => ({ status, body: { __type: type, message: "no" } });
        const { authorization = "" } = asked.headers;
        const target = String(asked.headers["x-amz-target"]);
        const service = target.startsWith("AmazonSSM.") ? "ssm" : "secretsmanager";
        if (!authorization.includes(`Credential=${this.key.accessKeyId}/`))
            return wrong(400, "UnrecognizedClientException");
        if (!authorization.includes(`/${this.region}/${service}/`) || !signedBy(this.key.secretAccessKey, asked))
            return wrong(400, "InvalidSignatureException");
        const { SecretId, Name, WithDecryption } = JSON.parse(asked.body) as Record<string, unknown>;
        const name = String(SecretId ?? Name);
        if (this.forbidden.has(name)) return wrong(400, "AccessDeniedException");
        if (target === "AmazonSSM.GetParameter") {
            const value = this.parameters.get(name);
            if (value === undefined) return wrong(400, "ParameterNotFound");
            // A SecureString that is not asked for in clear comes as its cipher.
            return {
                status: 200,
                body: { Parameter: { Name: name, Value: WithDecryption === true ? value : "AQICAH" } },
            };
        }
        if (target !== "secretsmanager.GetSecretValue") return wrong(400, "UnknownOperationException");
        const value = this.secrets.get(name);
        if (value === undefined) return wrong(400, "ResourceNotFoundException");
        return {
            status: 200,
            body: {
                Name: name,
                ...(typeof value === "string" ? { SecretString: value } : { SecretBinary: value.toString("base64") }),
            },
        };
    }
}

export class GoogleSecretServer extends SecretServer {
    /** `project/name` → its versions, the oldest first; undefined: destroyed. */
    readonly secrets = new Map<string, (string | undefined)[]>();
    readonly token = "ya29.example";
    readonly forbidden = new Set<string>();

    protected answer({ url, headers }: Asked): Answer {
        const wrong = (code: number, status: string): Answer => ({ status: code, body: { error: { code, status } } });
        if (headers.authorization !== `Bearer ${this.token}`) return wrong(401, "UNAUTHENTICATED");
        const found = /^\/v1\/projects\/([^/]+)\/secrets\/([^/]+)\/versions\/([^/:]+):access$/.exec(url.pathname);
        if (found === null) return wrong(404, "NOT_FOUND");
        const [, project = "", name = "", version = ""] = found;
        if (this.forbidden.has(name)) return wrong(403, "PERMISSION_DENIED");
        const versions = this.secrets.get(`${project}/${name}`);
        const index = version === "latest" ? (versions?.length ?? 0) - 1 : Number(version) - 1;
        if (versions === undefined || !(index in versions)) return wrong(404, "NOT_FOUND");
        const text = versions[index];
        if (text === undefined) return wrong(400, "FAILED_PRECONDITION");
        return { status: 200, body: { payload: { data: Buffer.from(text).toString("base64") } } };
    }
}

/** One key vault. */
export class AzureSecretServer extends SecretServer {
    /** Name → version → value. The last one put in is the current. */
    readonly secrets = new Map<string, Map<string, string>>();
    readonly disabled = new Set<string>();
    readonly token = "eyJ.example";
    readonly forbidden = new Set<string>();

    protected answer({ url, headers }: Asked): Answer {
        const wrong = (status: number, code: string, inner?: string): Answer => ({
            status,
            body: { error: { code, message: "no", innererror: inner === undefined ? null : { code: inner } } },
        });
        if (!url.searchParams.has("api-version")) return wrong(400, "BadParameter");
        if (headers.authorization !== `Bearer ${this.token}`) return wrong(401, "Unauthorized");
        const [, root, name = "", version] = url.pathname.split("/");
        if (root !== "secrets") return wrong(404, "NotFound");
        if (this.forbidden.has(name)) return wrong(403, "Forbidden", "ForbiddenByRbac");
        if (this.disabled.has(name)) return wrong(403, "Forbidden", "SecretDisabled");
        const versions = this.secrets.get(name);
        const value = version === undefined ? [...(versions?.values() ?? [])].at(-1) : versions?.get(version);
        return value === undefined ? wrong(404, "SecretNotFound") : { status: 200, body: { value } };
    }
}

export class VaultServer extends SecretServer {
    /** `mount/path` → data; undefined: its last version was deleted. */
    readonly secrets = new Map<string, Readonly<Record<string, unknown>> | undefined>();
    /** Paths, each of which a token may read. */
    readonly tokens = new Map<string, (path: string) => boolean>([["root", () => true]]);
    readonly appRoles = new Map<string, string>();
    /** Role → token of a service account. */
    readonly kubernetesRoles = new Map<string, string>();
    sealed = false;

    protected answer({ method, url, headers, body }: Asked): Answer {
        const wrong = (status: number, ...errors: string[]): Answer => ({ status, body: { errors } });
        if (this.sealed) return wrong(503, "Vault is sealed");
        const path = url.pathname.replace(/^\/v1\//, "");
        if (method === "POST" && path.startsWith("auth/")) return this.logIn(path, body);
        const allows = this.tokens.get(String(headers["x-vault-token"]));
        if (allows === undefined || !allows(path)) return wrong(403, "permission denied");
        const [, mount = "", name = ""] = /^([^/]+)\/data\/(.+)$/.exec(path) ?? [];
        const key = `${mount}/${name}`;
        if (!this.secrets.has(key)) return wrong(404);
        const data = this.secrets.get(key);
        const metadata = {
            version: 1,
            destroyed: false,
            deletion_time: data === undefined ? "2026-01-01T00:00:00Z" : "",
        };
        return { status: data === undefined ? 404 : 200, body: { data: { data: data ?? null, metadata } } };
    }

    private logIn(path: string, body: string): Answer {
        const { role_id: id, secret_id: secret, role, jwt } = JSON.parse(body) as Record<string, string>;
        const known =
            path === "auth/approle/login"
                ? this.appRoles.get(id ?? "") === secret && secret !== undefined
                : path === "auth/kubernetes/login" && this.kubernetesRoles.get(role ?? "") === jwt && jwt !== undefined;
        if (!known) return { status: path.includes("approle") ? 400 : 403, body: { errors: ["invalid role"] } };
        const token = `hvs.${this.tokens.size}`;
        this.tokens.set(token, () => true);
        return { status: 200, body: { auth: { client_token: token, lease_duration: 3600 } } };
    }
}

/** The API of a cluster, of which one user with a token may read secrets. */
export class ClusterServer extends SecretServer {
    /** `namespace/name` → data in clear. */
    readonly secrets = new Map<string, Readonly<Record<string, string>>>();
    readonly token = "cluster-token";
    readonly forbidden = new Set<string>();

    kubeconfig(user: object = { token: this.token }, cluster: object = {}): string {
        return JSON.stringify({
            "current-context": "lake",
            contexts: [{ name: "lake", context: { cluster: "lake", user: "me" } }],
            clusters: [{ name: "lake", cluster: { server: this.url, ...cluster } }],
            users: [{ name: "me", user }],
        });
    }

    protected answer({ url, headers }: Asked): Answer {
        const wrong = (code: number, reason: string): Answer => ({
            status: code,
            body: { kind: "Status", code, reason },
        });
        if (headers.authorization !== `Bearer ${this.token}`) return wrong(401, "Unauthorized");
        const [, namespace = "", name = ""] =
            /^\/api\/v1\/namespaces\/([^/]+)\/secrets\/([^/]+)$/.exec(url.pathname) ?? [];
        if (this.forbidden.has(namespace)) return wrong(403, "Forbidden");
        const data = this.secrets.get(`${namespace}/${name}`);
        if (data === undefined) return wrong(404, "NotFound");
        const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString("base64")]);
        return { status: 200, body: { kind: "Secret", data: Object.fromEntries(encoded) as unknown } };
    }
}
