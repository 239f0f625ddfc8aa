/**
 * The part of a Kubernetes API server that the gates use, with a certificate of its own on a free port of 127.0.0.1: objects by kind, which
 * tests put there, pods among them, and ports of pods, which are ports of this machine.
 */
import { createServer, type Server } from "node:https";
import { connect, type AddressInfo } from "node:net";
import { generate } from "selfsigned";
import { WebSocketServer, type WebSocket } from "ws";

interface Kind {
    readonly apiVersion: string;
    readonly kind: string;
    readonly plural: string;
    readonly namespaced: boolean;
}

export interface KubeObject {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: {
        readonly name: string;
        readonly namespace?: string;
        readonly labels?: Readonly<Record<string, string>>;
        readonly generation?: number;
    };
    readonly [member: string]: unknown;
}

const kinds: readonly Kind[] = [
    { apiVersion: "v1", kind: "Namespace", plural: "namespaces", namespaced: false },
    { apiVersion: "v1", kind: "Pod", plural: "pods", namespaced: true },
    { apiVersion: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true },
    { apiVersion: "flink.apache.org/v1beta1", kind: "FlinkDeployment", plural: "flinkdeployments", namespaced: true },
];

const token = "a-token-of-a-test";

export class KubeApi {
    private readonly objects = new Map<string, KubeObject>();
    /** `namespace/pod:port` to a port of this machine. */
    readonly ports = new Map<string, number>();
    /** Answers every request with this status where it is set. */
    refuses: number | undefined;
    private readonly sockets = new WebSocketServer({ noServer: true, handleProtocols: ([first]) => first ?? false });
    private readonly server: Server;

    private constructor(
        { private: key, cert }: { private: string; cert: string },
        private readonly authority: string,
    ) {
        this.server = createServer({ key, cert }, (request, response) => {
            const [code, body] = this.answer(request.headers.authorization, new URL(request.url ?? "/", "http://x"));
            response.writeHead(code, { "content-type": "application/json" });
            response.end(JSON.stringify(body));
        });
    }

    static async start(): Promise<KubeApi> {
        const altNames = [{ type: 7 as const, ip: "127.0.0.1" }];
        const certificate = await generate([{ name: "commonName", value: "an API server of a test" }], {
            keyType: "ec",
            extensions: [
                { name: "basicConstraints", cA: true, critical: true },
                { name: "subjectAltName", altNames },
            ],
        });
        const api = new KubeApi(certificate, certificate.cert);
        api.server.on("upgrade", (request, socket, head) => {
            const { pathname, searchParams } = new URL(request.url ?? "/", "http://x");
            const [, namespace, pod] =
                /^\/api\/v1\/namespaces\/([^/]+)\/pods\/([^/]+)\/portforward$/.exec(pathname) ?? [];
            const port = Number(searchParams.get("ports"));
            api.sockets.handleUpgrade(request, socket, head, (connection) =>
                forward(connection, port, api.ports.get(`${namespace}/${pod}:${port}`)),
            );
        });
        await new Promise<void>((resolve) => api.server.listen(0, "127.0.0.1", resolve));
        return api;
    }

    async close(): Promise<void> {
        for (const connection of this.sockets.clients) connection.terminate();
        this.server.closeAllConnections();
        await new Promise((resolve) => this.server.close(resolve));
    }

    get url(): string {
        return `https://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    }

    get kubeconfig(): string {
        return JSON.stringify({
            apiVersion: "v1",
            kind: "Config",
            "current-context": "test",
            contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
            clusters: [
                {
                    name: "test",
                    cluster: {
                        server: this.url,
                        "certificate-authority-data": Buffer.from(this.authority).toString("base64"),
                    },
                },
            ],
            users: [{ name: "test", user: { token } }],
        });
    }

    put(object: KubeObject): void {
        this.objects.set(keyOf(object.kind, object.metadata.namespace, object.metadata.name), object);
    }

    private answer(authorization: string | undefined, { pathname, searchParams }: URL): [number, unknown] {
        if (authorization !== `Bearer ${token}`) return status(401, "Unauthorized");
        if (this.refuses !== undefined) return status(this.refuses, "nodes are lazy today.");
        const [, apiVersion = "", rest = ""] = /^\/(?:api|apis)\/(v1|[^/]+\/[^/]+)(\/.*)?$/.exec(pathname) ?? [];
        const served = kinds.filter((one) => one.apiVersion === apiVersion);
        if (served.length === 0) return status(404, `no ${pathname}`);
        if (rest === "")
            return [
                200,
                {
                    kind: "APIResourceList",
                    groupVersion: apiVersion,
                    resources: served.map(({ plural, kind, namespaced }) => ({
                        name: plural,
                        kind,
                        namespaced,
                        verbs: ["get"],
                    })),
                },
            ];
        const [, inNamespace, plural, name] =
            /^(?:\/namespaces\/([^/]+)(?=\/))?\/([^/]+)(?:\/([^/]+))?$/.exec(rest) ?? [];
        const kind = served.find((one) => one.plural === plural)?.kind;
        if (kind === undefined) return status(404, `no ${pathname}`);
        if (name === undefined) {
            const wanted = (searchParams.get("labelSelector") ?? "").split(",").map((pair) => pair.split("="));
            const items = [...this.objects.values()].filter(
                ({ kind: own, metadata: { namespace, labels = {} } }) =>
                    own === kind &&
                    namespace === inNamespace &&
                    wanted.every(([key = "", value]) => labels[key] === value),
            );
            return [200, { kind: `${kind}List`, apiVersion, metadata: {}, items }];
        }
        const found = this.objects.get(keyOf(kind, inNamespace, name));
        return found === undefined ? status(404, `${plural} "${name}" not found`) : [200, found];
    }
}

const keyOf = (kind: string, namespace: string | undefined, name: string): string =>
    `${kind} ${namespace ?? ""}/${name}`;

const status = (code: number, message: string): [number, unknown] => [
    code,
    { kind: "Status", apiVersion: "v1", status: "Failure", message, code },
];

/** Channel 0 carries data, channel 1 errors; the first message of each is the port, as the kubelet sends it. */
function forward(connection: WebSocket, port: number, local: number | undefined): void {
    const send = (channel: number, data: Buffer): void =>
        connection.send(Buffer.concat([Buffer.from([channel]), data]));
    const head = Buffer.alloc(2);
    head.writeUInt16LE(port);
    send(0, head);
    send(1, head);
    if (local === undefined)
        return send(1, Buffer.from(`failed to connect to port ${port} inside the namespace of the pod`));
    const socket = connect(local, "127.0.0.1");
    socket.on("data", (data) => send(0, data));
    socket.on("error", () => connection.close());
    socket.on("close", () => connection.close());
    connection.on("message", (data: Buffer) => data[0] === 0 && socket.write(data.subarray(1)));
    connection.on("close", () => socket.destroy());
}
