/**
 * Vault's key-value engine, version 2.
 * Sources: https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2, …/auth/approle, …/auth/kubernetes,
 * https://developer.hashicorp.com/vault/docs/commands#environment-variables
 */
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { ask, encryptedAddress, failureOfStatus, parsed, type HttpAnswer } from "../http";
import { SecretStoreError, type RefOf, type SecretStore } from "../store";

const kept = z.looseObject({ data: z.looseObject({ data: z.record(z.string(), z.unknown()) }) });
const login = z.looseObject({ auth: z.looseObject({ client_token: z.string().min(1) }) });

export const serviceAccountTokenFile = "/var/run/secrets/kubernetes.io/serviceaccount/token";

export interface VaultPlace {
    readonly variables: Readonly<NodeJS.ProcessEnv>;
    /** @default VAULT_ADDR */
    readonly server: string | undefined;
    /** Holds `.vault-token`, as `vault login` leaves it. */
    readonly home?: string;
}

interface Server {
    readonly url: string;
    readonly ca?: string;
    readonly namespace?: string;
}

export class VaultSecrets implements SecretStore<"vault"> {
    private token: Promise<string> | undefined;

    constructor(private readonly place: VaultPlace) {}

    async read({ mount, path }: RefOf<"vault">, signal: AbortSignal): Promise<string> {
        const server = await this.server();
        this.token ??= this.authenticate(server, signal);
        // Who was not let in is asked again the next time.
        this.token.catch(() => (this.token = undefined));
        const token = await this.token;
        const answer = await this.ask(server, `${mount}/data/${path}`, { token, signal });
        if (answer.status === 200) return JSON.stringify(parsed(answer, kept, "Vault").data.data);
        throw failure(answer);
    }

    private async server(): Promise<Server> {
        const { server, variables } = this.place;
        const given = server ?? variables["VAULT_ADDR"];
        if (!given)
            throw new SecretStoreError(
                "unconfigured",
                "no address of Vault is known: name `secrets.vault.server` in the environment file, or set VAULT_ADDR",
            );
        const { VAULT_CACERT: file, VAULT_NAMESPACE: namespace } = variables;
        return {
            url: encryptedAddress(given, "the address of Vault"),
            ...(file ? { ca: await fileOf(file, "VAULT_CACERT") } : {}),
            ...(namespace ? { namespace } : {}),
        };
    }

    /** The first that is at hand: a token, AppRole, Kubernetes, the token of `vault login`. */
    private async authenticate(server: Server, signal: AbortSignal): Promise<string> {
        const { variables, home = homedir() } = this.place;
        const {
            VAULT_TOKEN: token,
            VAULT_TOKEN_FILE: tokenFile,
            VAULT_ROLE_ID: roleId,
            VAULT_SECRET_ID: secretId,
            VAULT_SECRET_ID_FILE: secretIdFile,
            VAULT_KUBERNETES_ROLE: kubernetesRole,
        } = variables;
        if (token) return token;
        if (tokenFile) return fileOf(tokenFile, "VAULT_TOKEN_FILE");
        if (roleId)
            return this.logIn(server, variables["VAULT_APPROLE_MOUNT"] || "approle", signal, {
                role_id: roleId,
                ...(secretIdFile
                    ? { secret_id: await fileOf(secretIdFile, "VAULT_SECRET_ID_FILE") }
                    : secretId
                      ? { secret_id: secretId }
                      : {}),
            });
        if (kubernetesRole)
            return this.logIn(server, variables["VAULT_KUBERNETES_MOUNT"] || "kubernetes", signal, {
                role: kubernetesRole,
                jwt: await fileOf(
                    variables["VAULT_KUBERNETES_TOKEN_FILE"] || serviceAccountTokenFile,
                    "VAULT_KUBERNETES_TOKEN_FILE",
                ),
            });
        const left = await readFile(join(home, ".vault-token"), "utf8").catch(() => "");
        if (left.trim() !== "") return left.trim();
        throw new SecretStoreError(
            "denied",
            "there are no credentials of Vault (VAULT_TOKEN, VAULT_TOKEN_FILE, VAULT_ROLE_ID, VAULT_KUBERNETES_ROLE, `vault login`)",
        );
    }

    private async logIn(server: Server, mount: string, signal: AbortSignal, body: object): Promise<string> {
        const answer = await this.ask(server, `auth/${mount}/login`, { body: JSON.stringify(body), signal });
        if (answer.status === 200) return parsed(answer, login, "Vault").auth.client_token;
        // Vault answers a wrong role or secret id with 400.
        const { failure: kind, reason } = failure(answer);
        throw new SecretStoreError(
            kind === "unreachable" ? kind : "denied",
            `${reason} to the log-in at auth/${mount}`,
        );
    }

    private ask(
        { url, ca, namespace }: Server,
        path: string,
        { token, body, signal }: { token?: string; body?: string; signal: AbortSignal },
    ): Promise<HttpAnswer> {
        return ask(`${url}/v1/${path}`, {
            headers: {
                "x-vault-request": "true",
                ...(token === undefined ? {} : { "x-vault-token": token }),
                ...(namespace === undefined ? {} : { "x-vault-namespace": namespace }),
                ...(body === undefined ? {} : { "content-type": "application/json" }),
            },
            ...(body === undefined ? {} : { method: "POST" as const, body }),
            ...(ca === undefined ? {} : { ca }),
            signal,
        });
    }
}

/** 503: sealed, or in maintenance; 472, 473: a standby that cannot answer. */
function failure({ status }: HttpAnswer): SecretStoreError {
    const kind = status === 472 || status === 473 ? "unreachable" : failureOfStatus(status);
    return new SecretStoreError(
        kind,
        `Vault answered ${status}${status === 503 ? ", which it does when it is sealed" : ""}`,
    );
}

async function fileOf(file: string, variable: string): Promise<string> {
    const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
        throw new SecretStoreError("unconfigured", `${variable} names ${file}, which cannot be read (${error.code})`);
    });
    return text.trim();
}
