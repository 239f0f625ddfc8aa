/**
 * The API of a Kubernetes cluster by a kubeconfig, as `kubectl` would ask it: the same helpers (`aws eks get-token`,
 * `gke-gcloud-auth-plugin`, `kubelogin`) make the credentials.
 */
import { PassThrough } from "node:stream";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { ApiException, KubeConfig, KubernetesObjectApi, PortForward, CoreV1Api } from "@kubernetes/client-node";
import { messageOf, TidegateError } from "../core/errors";

export interface ObjectKind {
    readonly apiVersion: string;
    readonly kind: string;
}

const limitSeconds = 30;

export class ClusterClient {
    private constructor(
        private readonly config: KubeConfig,
        /** Address of the API server. */
        readonly where: string,
    ) {}

    /**
     * @param kubeconfig YAML or JSON
     * @throws TidegateError `kubeconfig-invalid`, in which nothing of it is told
     */
    static open(kubeconfig: string): ClusterClient {
        const config = new KubeConfig();
        try {
            config.loadFromString(kubeconfig);
        } catch {
            throw invalid("it cannot be read");
        }
        const cluster = config.getCurrentCluster();
        if (cluster === null) throw invalid("its current context names no cluster");
        return new ClusterClient(config, cluster.server);
    }

    /** Undefined where it is not there, or its kind is not. */
    async get({ apiVersion, kind }: ObjectKind, namespace: string | undefined, name: string): Promise<unknown> {
        const metadata = { name, ...(namespace === undefined ? {} : { namespace }) };
        return this.asked(`read ${kind} ${name}`, async () => {
            try {
                // As it came: the library's own objects have dates in it, and leave out what they do not know.
                return (await KubernetesObjectApi.makeApiClient(this.config).read({
                    apiVersion,
                    kind,
                    metadata,
                })) as unknown;
            } catch (error) {
                if (error instanceof ApiException && error.code === 404) return undefined;
                if (error instanceof Error && /Unrecognized API version and kind/.test(error.message)) return undefined;
                throw error;
            }
        });
    }

    /** Names of the pods with these labels that run. */
    async runningPods(namespace: string, labels: Readonly<Record<string, string>>): Promise<readonly string[]> {
        const labelSelector = Object.entries(labels)
            .map(([key, value]) => `${key}=${value}`)
            .join(",");
        return this.asked(`list the pods of ${namespace}`, async () => {
            const { items } = await this.config
                .makeApiClient(CoreV1Api)
                .listNamespacedPod({ namespace, labelSelector });
            return items.flatMap(({ metadata, status }) =>
                status?.phase === "Running" && metadata?.deletionTimestamp === undefined && metadata?.name !== undefined
                    ? [metadata.name]
                    : [],
            );
        });
    }

    /**
     * Does some work with a port of a pod, which is a URL of this machine meanwhile. It comes to the pod through its own
     * network, as `kubectl port-forward` does: whatever network policies say.
     */
    async forwarded<T>(namespace: string, pod: string, port: number, work: (url: string) => Promise<T>): Promise<T> {
        const forward = new PortForward(this.config);
        const open = new Set<Socket>();
        let refused: unknown;
        const server = createServer((socket) => {
            open.add(socket);
            socket.on("close", () => open.delete(socket));
            socket.on("error", () => socket.destroy());
            const refusals = new PassThrough().on("data", (text: Buffer) => {
                refused = new Error(text.toString("utf8").trim());
                socket.destroy();
            });
            forward.portForward(namespace, pod, [port], socket, refusals, socket).then(
                (connection) => {
                    socket.on("close", () => typeof connection !== "function" && connection.close());
                },
                (error: unknown) => {
                    refused = error;
                    socket.destroy();
                },
            );
        });
        try {
            return await work(`http://127.0.0.1:${await listening(server)}`);
        } catch (error) {
            if (refused === undefined) throw error;
            throw this.failed(`reach port ${port} of the pod ${pod}`, refused);
        } finally {
            for (const socket of open) socket.destroy();
            server.close();
        }
    }

    private async asked<T>(what: string, question: () => Promise<T>): Promise<T> {
        let timer: NodeJS.Timeout | undefined;
        const late = new Promise<never>((_, reject) => {
            timer = setTimeout(() => reject(new Error(`no answer within ${limitSeconds} s`)), limitSeconds * 1000);
        });
        try {
            return await Promise.race([question(), late]);
        } catch (error) {
            throw this.failed(what, error);
        } finally {
            clearTimeout(timer);
        }
    }

    private failed(what: string, error: unknown): TidegateError {
        const status = error instanceof ApiException ? error.code : undefined;
        const reason = error instanceof ApiException ? said(error) : messageOf(error);
        const refused = status !== undefined && status < 500 && status !== 429;
        return new TidegateError(`The API server ${this.where} did not let us ${what}: ${reason}.`, {
            code: refused ? "cluster-refused" : "cluster-unreachable",
            hint: refused
                ? "`kubectl auth can-i --list` says what you may do there; docs/gates.md lists what the gates need."
                : "Is it reached from here? `kubectl version` with the kubeconfig of the foundation asks the same.",
            retryable: !refused,
            cause: error,
        });
    }
}

/** The message of the API server's `Status`. */
function said({ code, body }: ApiException<unknown>): string {
    try {
        const parsed: unknown = typeof body === "string" ? JSON.parse(body) : body;
        if (typeof parsed === "object" && parsed !== null && "message" in parsed && typeof parsed.message === "string")
            return parsed.message.replace(/\.$/, "").slice(0, 300);
    } catch {
        // It is no JSON.
    }
    return `HTTP ${code}`;
}

const invalid = (why: string): TidegateError =>
    new TidegateError(`The kubeconfig of the foundation is none: ${why}.`, {
        code: "kubeconfig-invalid",
        hint: "`pulumi stack output kubeconfig --show-secrets` of the foundation's stack shows it.",
    });

const listening = (server: Server): Promise<number> =>
    new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
    });
