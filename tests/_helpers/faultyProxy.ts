/** Stands between a client and an HTTP server on 127.0.0.1, and does to some requests what networks do. */
import { createServer, request as ask, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export type Fault =
    /** The request is done, and its answer does not come. */
    | "answer lost"
    /** Half of the answer comes. */
    | "answer cut"
    | "unavailable"
    /** Nothing is done, and no answer comes. */
    | "silence";

interface Answer {
    readonly status: number;
    readonly headers: IncomingHttpHeaders;
    readonly body: Buffer;
}

export class FaultyProxy {
    /** What happens to the next requests of a method, in order. */
    readonly faults: { readonly method: string; readonly fault: Fault }[] = [];
    readonly asked: string[] = [];

    private constructor(
        private readonly server: Server,
        private readonly target: URL,
    ) {}

    static async start(target: string): Promise<FaultyProxy> {
        const server = createServer();
        const proxy = new FaultyProxy(server, new URL(target));
        server.on("request", (request, response) => {
            const chunks: Buffer[] = [];
            request.on("data", (chunk: Buffer) => chunks.push(chunk));
            request.on("end", async () => {
                const { method = "", url = "", headers } = request;
                proxy.asked.push(`${method} ${url}`);
                const index = proxy.faults.findIndex((one) => one.method === method);
                const [found] = index < 0 ? [] : proxy.faults.splice(index, 1);
                if (found?.fault === "silence") return;
                if (found?.fault === "unavailable") return response.writeHead(503).end();
                const answer = await proxy.forward(method, url, headers, Buffer.concat(chunks));
                if (found?.fault === "answer lost") return request.socket.destroy();
                response.writeHead(answer.status, answer.headers);
                if (found?.fault !== "answer cut") return response.end(answer.body);
                response.write(answer.body.subarray(0, answer.body.length / 2), () => request.socket.destroy());
            });
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        return proxy;
    }

    get url(): string {
        return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    }

    private forward(method: string, path: string, headers: IncomingHttpHeaders, body: Buffer): Promise<Answer> {
        const { hostname, port } = this.target;
        return new Promise((resolve, reject) => {
            // Its `host` stays: it is signed.
            const outgoing = ask({ hostname, port, method, path, headers, agent: false }, (incoming) => {
                const chunks: Buffer[] = [];
                incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
                incoming.on("end", () =>
                    resolve({
                        status: incoming.statusCode ?? 500,
                        headers: incoming.headers,
                        body: Buffer.concat(chunks),
                    }),
                );
            });
            outgoing.on("error", reject);
            outgoing.end(body);
        });
    }

    async stop(): Promise<void> {
        this.server.closeAllConnections();
        await new Promise((resolve) => this.server.close(resolve));
    }
}
