/**
 * Secrets of a cluster, read by its API as the user of a kubeconfig, or in a pod as its service account.
 * Sources: https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/secret-v1/,
 * https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/, …/client-authentication.v1/ (plugins that log in)
 */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { z } from "zod";
import { parseJson } from "../../core/json";
import { ask, encryptedAddress, failureOfStatus, parsed, type HttpRequest } from "../http";
import { SecretStoreError, type RefOf, type SecretStore } from "../store";
import { serviceAccountTokenFile } from "./vault";

/** Each with its `cluster`, `user` or `context`, of which only those that are used are read. */
const named = z.array(z.looseObject({ name: z.string() }));

const contextSchema = z.looseObject({ cluster: z.string(), user: z.string() });
const clusterSchema = z.looseObject({
    server: z.string(),
    "certificate-authority": z.string().optional(),
    "certificate-authority-data": z.string().optional(),
    "tls-server-name": z.string().optional(),
    "insecure-skip-tls-verify": z.boolean().optional(),
});
const userSchema = z.looseObject({
    token: z.string().optional(),
    tokenFile: z.string().optional(),
    "client-certificate": z.string().optional(),
    "client-certificate-data": z.string().optional(),
    "client-key": z.string().optional(),
    "client-key-data": z.string().optional(),
    exec: z
        .looseObject({
            apiVersion: z.string().default("client.authentication.k8s.io/v1"),
            command: z.string(),
            args: z.array(z.string()).nullish(),
            env: z.array(z.looseObject({ name: z.string(), value: z.string() })).nullish(),
        })
        .optional(),
});
const kubeconfigSchema = z.looseObject({
    "current-context": z.string(),
    contexts: named,
    clusters: named,
    users: named,
});
const secretSchema = z.looseObject({ data: z.record(z.string(), z.base64()).nullish() });
const execCredential = z.looseObject({
    status: z.looseObject({
        token: z.string().optional(),
        clientCertificateData: z.string().optional(),
        clientKeyData: z.string().optional(),
    }),
});

export interface KubernetesPlace {
    readonly variables: Readonly<NodeJS.ProcessEnv>;
    /** A kubeconfig whose current context counts. @default KUBECONFIG, ~/.kube/config, the pod that this runs in */
    readonly kubeconfig: () => Promise<string | undefined>;
}

type Trust = Pick<HttpRequest, "ca" | "cert" | "key" | "servername">;

interface Login extends Trust {
    readonly server: string;
    readonly token?: string;
}

export class KubernetesSecrets implements SecretStore<"k8s"> {
    constructor(private readonly place: KubernetesPlace) {}

    async read({ namespace, name }: RefOf<"k8s">, signal: AbortSignal): Promise<string> {
        const { server, token, ...trust } = await this.login(signal);
        const answer = await ask(`${server}/api/v1/namespaces/${namespace}/secrets/${name}`, {
            headers: {
                accept: "application/json",
                ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
            },
            ...trust,
            signal,
        });
        if (answer.status !== 200)
            throw new SecretStoreError(failureOfStatus(answer.status), `the cluster answered ${answer.status}`);
        const { data } = parsed(answer, secretSchema, "the cluster");
        return JSON.stringify(
            Object.fromEntries(
                Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, "base64").toString("utf8")]),
            ),
        );
    }

    private async login(signal: AbortSignal): Promise<Login> {
        const given = await this.place.kubeconfig();
        if (given !== undefined) return this.ofKubeconfig(given, process.cwd(), signal);
        const { KUBECONFIG, KUBERNETES_SERVICE_HOST: host } = this.place.variables;
        // Of several files the first counts; kubectl would merge them.
        const file = KUBECONFIG?.split(":").find((part) => part !== "") ?? join(homedir(), ".kube", "config");
        const text = await readFile(file, "utf8").catch(() => undefined);
        if (text !== undefined) return this.ofKubeconfig(text, dirname(resolve(file)), signal);
        if (!host || KUBECONFIG) throw new SecretStoreError("unconfigured", `the kubeconfig ${file} cannot be read`);
        return this.ofPod(host);
    }

    private async ofPod(host: string): Promise<Login> {
        const port = this.place.variables["KUBERNETES_SERVICE_PORT"] || "443";
        return {
            server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
            token: (await content(serviceAccountTokenFile)).trim(),
            ca: await content(join(dirname(serviceAccountTokenFile), "ca.crt")),
        };
    }

    private async ofKubeconfig(text: string, folder: string, signal: AbortSignal): Promise<Login> {
        const { cluster, user } = contextOf(text);
        if (cluster["insecure-skip-tls-verify"] === true)
            throw new SecretStoreError("unconfigured", "the kubeconfig does not verify the cluster's certificate");
        const ca = await either(cluster["certificate-authority-data"], cluster["certificate-authority"], folder);
        const servername = cluster["tls-server-name"];
        return {
            server: encryptedAddress(cluster.server, "the address of the cluster"),
            ...(ca === undefined ? {} : { ca }),
            ...(servername === undefined ? {} : { servername }),
            ...(await this.proofOf(user, folder, signal)),
        };
    }

    private async proofOf(
        user: z.infer<typeof userSchema>,
        folder: string,
        signal: AbortSignal,
    ): Promise<Pick<Login, "token" | "cert" | "key">> {
        if (user.exec !== undefined) return this.plugin(user.exec, folder, signal);
        if (user.token !== undefined) return { token: user.token };
        if (user.tokenFile !== undefined) return { token: (await content(resolve(folder, user.tokenFile))).trim() };
        const cert = await either(user["client-certificate-data"], user["client-certificate"], folder);
        const key = await either(user["client-key-data"], user["client-key"], folder);
        return cert === undefined || key === undefined ? {} : { cert, key };
    }

    /** `aws eks get-token`, `gke-gcloud-auth-plugin`, `kubelogin`. */
    private async plugin(
        { apiVersion, command, args, env }: NonNullable<z.infer<typeof userSchema>["exec"]>,
        folder: string,
        signal: AbortSignal,
    ): Promise<Pick<Login, "token" | "cert" | "key">> {
        const info = { apiVersion, kind: "ExecCredential", spec: { interactive: false } };
        const more = Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]));
        const { stdout } = await promisify(execFile)(
            command.includes("/") ? resolve(folder, command) : command,
            args ?? [],
            {
                env: { ...this.place.variables, KUBERNETES_EXEC_INFO: JSON.stringify(info), ...more },
                signal,
            },
        ).catch((error: NodeJS.ErrnoException) => {
            // What it printed is not told: it may be the token.
            throw new SecretStoreError(
                "denied",
                `${command} of the kubeconfig gave no credentials (${error.code ?? "failed"})`,
            );
        });
        const { status } = parsed({ status: 200, body: stdout }, execCredential, command);
        const { token, clientCertificateData: cert, clientKeyData: key } = status;
        return {
            ...(token === undefined ? {} : { token }),
            ...(cert === undefined || key === undefined ? {} : { cert, key }),
        };
    }
}

function contextOf(text: string): { cluster: z.infer<typeof clusterSchema>; user: z.infer<typeof userSchema> } {
    // YAML's parser shows a piece of the file in what it throws.
    const document: unknown = parseJson(text) ?? quietly(() => parse(text) as unknown);
    const result = kubeconfigSchema.safeParse(document);
    if (!result.success) throw new SecretStoreError("unconfigured", "the kubeconfig has not the form of one");
    const { "current-context": current, contexts, clusters, users } = result.data;
    const of = <T>(list: z.infer<typeof named>, name: string, key: string, schema: z.ZodType<T>): T => {
        const value = schema.safeParse(list.find((one) => one.name === name)?.[key]);
        if (value.success) return value.data;
        throw new SecretStoreError("unconfigured", `the kubeconfig has no ${key} '${name}'`);
    };
    const context = of(contexts, current, "context", contextSchema);
    return {
        cluster: of(clusters, context.cluster, "cluster", clusterSchema),
        user: of(users, context.user, "user", userSchema),
    };
}

function quietly<T>(work: () => T): T | undefined {
    try {
        return work();
    } catch {
        return undefined;
    }
}

async function either(data: string | undefined, file: string | undefined, folder: string): Promise<string | undefined> {
    if (data !== undefined) return Buffer.from(data, "base64").toString("utf8");
    return file === undefined ? undefined : content(resolve(folder, file));
}

function content(file: string): Promise<string> {
    return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
        throw new SecretStoreError("unconfigured", `${file} cannot be read (${error.code ?? "unknown"})`);
    });
}
