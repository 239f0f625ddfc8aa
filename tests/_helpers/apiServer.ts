/**
 * A real Kubernetes API server of its own on a free port of 127.0.0.1, for a test: TLS, tokens, RBAC, every admission that a cluster
 * has by default, Pod Security among it, and the definitions of the operators' custom resources. Nothing runs on it: there
 * are no nodes and no controllers, but for the one that empties namespaces that are deleted.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { parse } from "yaml";
import { z } from "zod";
import { KubernetesApi, kubernetesObject, type Kind, type KubernetesObject } from "../../automation/clients/kubernetes";
import { readApiAccess } from "../../automation/clients/kubeconfig";
import { ensureApiServer } from "../../automation/toolchain/apiServer";
import { silent } from "../../automation/core/progress";
import { at } from "../../components/provider/values";
import { NamespaceController } from "./namespaceController";

const host = "127.0.0.1";
/** An API server is ready after 3 s on two idle cores. */
const readySeconds = 120;
/** A free port may be another's by the time that it is used. */
const attempts = 3;

export const definitionKind: Kind = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" };

const statusSchema = z.looseObject({
    conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).nullish(),
});

const definitionSchema = kubernetesObject.extend({
    apiVersion: z.string(),
    kind: z.string(),
    spec: z.looseObject({ versions: z.array(z.looseObject({ schema: z.unknown() })) }),
});

async function freePort(): Promise<number> {
    const server = createServer().listen(0, host);
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    return port;
}

export class ApiServer {
    /** As somebody who may do everything. */
    readonly api: KubernetesApi;
    private readonly namespaces: NamespaceController;

    private constructor(
        /** Of the same somebody. */
        readonly kubeconfig: string,
        /** Of somebody who has no rights but everybody's. */
        readonly strangersKubeconfig: string,
        private readonly keeper: ChildProcess,
    ) {
        this.api = new KubernetesApi(readApiAccess(kubeconfig));
        this.namespaces = new NamespaceController(this.api);
    }

    /**
     * Builds the programs first where this machine has none: tests/run.mjs does so before the suite.
     * @param operators whether the kinds of the operators are known
     */
    static async start(operators = true): Promise<ApiServer> {
        const tools = await ensureApiServer(silent);
        for (let attempt = 1; ; attempt += 1) {
            const server = await ApiServer.once(tools).catch((error: unknown) => {
                if (attempt === attempts || !/address already in use/.test(String(error))) throw error;
                return undefined;
            });
            if (server === undefined) continue;
            try {
                if (operators) await server.install(tools.crds);
                server.namespaces.start();
                return server;
            } catch (error) {
                await server.stop();
                throw error;
            }
        }
    }

    async stop(): Promise<void> {
        await this.namespaces.stop();
        this.api.close();
        await end(this.keeper);
    }

    /** The API as somebody who has no rights but everybody's. @param token another than theirs */
    stranger(token?: string): KubernetesApi {
        return new KubernetesApi({
            ...readApiAccess(this.strangersKubeconfig),
            ...(token === undefined ? {} : { token }),
        });
    }

    private static async once({
        apiServer,
        etcd,
    }: {
        readonly apiServer: string;
        readonly etcd: string;
    }): Promise<ApiServer> {
        const directory = mkdtempSync(join(tmpdir(), "tidegate-apiserver-"));
        const port = await freePort();
        const tokens = { admin: randomBytes(24).toString("hex"), stranger: randomBytes(24).toString("hex") };
        const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
        const secret = (name: string, text: string): void =>
            writeFileSync(join(directory, name), text, { mode: 0o600 });
        secret("accounts.pub", publicKey.export({ type: "spki", format: "pem" }) as string);
        secret("accounts.key", privateKey.export({ type: "sec1", format: "pem" }) as string);
        secret("tokens.csv", `${tokens.admin},admin,admin,system:masters\n${tokens.stranger},stranger,stranger\n`);
        mkdirSync(join(directory, "tls"), { mode: 0o700 });
        // Sockets in the folder: no port that another could take, and nobody else who could write into the store.
        const [client, peer] = ["unix://client:1", "unix://peer:1"];
        const programs = [
            {
                command: etcd,
                log: "etcd.log",
                args: [
                    ...["--data-dir", "etcd", "--name", "test", "--log-level", "warn", "--unsafe-no-fsync"],
                    ...["--listen-client-urls", client, "--advertise-client-urls", client],
                    ...["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer],
                    ...["--initial-cluster", `test=${peer}`],
                ],
            },
            {
                command: apiServer,
                log: "api-server.log",
                args: [
                    `--etcd-servers=${client}`,
                    `--bind-address=${host}`,
                    `--secure-port=${port}`,
                    "--cert-dir=tls",
                    "--token-auth-file=tokens.csv",
                    "--anonymous-auth=false",
                    "--authorization-mode=RBAC",
                    "--service-cluster-ip-range=10.0.0.0/24",
                    "--service-account-issuer=https://kubernetes.default.svc",
                    "--service-account-key-file=accounts.pub",
                    "--service-account-signing-key-file=accounts.key",
                    // It waits for a controller that makes an account in every namespace.
                    "--disable-admission-plugins=ServiceAccount",
                    // Both are for other servers and for pods, of which there are none.
                    "--endpoint-reconciler-type=none",
                    "--enable-priority-and-fairness=false",
                    "--profiling=false",
                ],
            },
        ];
        const keeper = spawn(
            process.execPath,
            [join(__dirname, "keeper.mjs"), JSON.stringify({ directory, programs })],
            { stdio: ["pipe", "pipe", "inherit"], detached: true },
        );
        try {
            await ready({ directory, port, keeper, token: tokens.admin });
        } catch (error) {
            await end(keeper);
            throw error;
        }
        const write = (user: keyof typeof tokens): string => {
            const file = join(directory, `${user}.kubeconfig`);
            writeFileSync(file, kubeconfigOf(directory, port, tokens[user]), { mode: 0o600 });
            return file;
        };
        return new ApiServer(write("admin"), write("stranger"), keeper);
    }

    private async install(folder: string): Promise<void> {
        const names = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
        const definitions = names.map((name) => definition(readFileSync(join(folder, name), "utf8")));
        await Promise.all(definitions.map((definition) => this.api.create(definition)));
        await this.established(definitions.map(({ metadata }) => metadata.name ?? ""));
    }

    /** Waits until the server serves the kinds of these definitions. */
    async established(names: readonly string[]): Promise<void> {
        const waiting = new Set(names);
        const limit = AbortSignal.timeout(readySeconds * 1000);
        for await (const { object } of this.api.watch(definitionKind, undefined, { signal: limit })) {
            const { conditions } = statusSchema.parse(object["status"] ?? {});
            if (conditions?.some(({ type, status }) => type === "Established" && status === "True"))
                waiting.delete(object.metadata.name ?? "");
            if (waiting.size === 0) return;
        }
    }
}

/**
 * Flink that the operator 1.15.0 knows and 1.10.0, whose API carries the definition, does not.
 * Source: https://github.com/apache/flink-kubernetes-operator/tree/release-1.15.0/helm/flink-kubernetes-operator/crds
 */
const newerFlink = ["v2_0", "v2_1", "v2_2"];

function definition(text: string): KubernetesObject & Kind {
    const found = definitionSchema.parse(parse(text));
    for (const { schema } of found.spec.versions) {
        const versions = at(schema, ["openAPIV3Schema", "properties", "spec", "properties", "flinkVersion", "enum"]);
        if (found.metadata.name === "flinkdeployments.flink.apache.org" && Array.isArray(versions))
            versions.push(...newerFlink.filter((version) => !versions.includes(version)));
    }
    return found;
}

async function end(keeper: ChildProcess): Promise<void> {
    if (keeper.exitCode !== null || keeper.signalCode !== null) return;
    const ended = once(keeper, "exit");
    keeper.stdin?.end();
    await ended;
}

const certificate = (directory: string): string => readFileSync(join(directory, "tls", "apiserver.crt"), "utf8");

const kubeconfigOf = (directory: string, port: number, token: string): string =>
    JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        "current-context": "test",
        contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
        clusters: [
            {
                name: "test",
                cluster: {
                    server: `https://${host}:${port}`,
                    // It has signed its own: the certificate and its authority are in one file.
                    "certificate-authority-data": Buffer.from(certificate(directory)).toString("base64"),
                },
            },
        ],
        users: [{ name: "test", user: { token } }],
    });

interface Starting {
    readonly directory: string;
    readonly port: number;
    readonly keeper: ChildProcess;
    readonly token: string;
}

/** Until the server says that everything of it is ready. */
async function ready({ directory, port, keeper, token }: Starting): Promise<void> {
    let ended: string | undefined;
    const lines = createInterface({ input: keeper.stdout as NonNullable<ChildProcess["stdout"]> });
    lines.on("line", (line) => (ended ??= line));
    keeper.on("exit", () => (ended ??= "the keeper has ended"));
    const deadline = Date.now() + readySeconds * 1000;
    let last: unknown;
    let logs = "";
    while (Date.now() < deadline && ended === undefined) {
        try {
            const api = new KubernetesApi({ server: `https://${host}:${port}`, ca: certificate(directory), token });
            try {
                await api.ask({ path: "/readyz", timeoutSeconds: 10 });
                return;
            } finally {
                api.close();
            }
        } catch (error) {
            last = error;
        }
        logs = logsOf(directory) || logs;
        await delay(100);
    }
    const why = ended === undefined ? `within ${readySeconds} s` : `: ${ended}`;
    throw new Error(`The API server is not ready ${why}.\n${logsOf(directory) || logs}`, { cause: last });
}

function logsOf(directory: string): string {
    return ["etcd.log", "api-server.log"]
        .map((name) => {
            try {
                return `${name}: ${readFileSync(join(directory, name), "utf8").slice(-2000)}`;
            } catch {
                return "";
            }
        })
        .filter((text) => text !== "")
        .join("\n");
}
