/** A scripted HTTP server on a free port of 127.0.0.1, which remembers what it was asked. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export interface Asked {
    readonly method: string;
    /** Path with query, as it came. */
    readonly path: string;
    readonly body: string;
    readonly headers: IncomingMessage["headers"];
}

/** Undefined: no answer, the connection stays open. */
export type Answer = { readonly status: number; readonly body?: unknown } | undefined;

export interface ScriptedServer {
    readonly url: string;
    readonly asked: readonly Asked[];
    close(): Promise<void>;
}

export async function scriptedServer(answer: (asked: Asked) => Answer): Promise<ScriptedServer> {
    const asked: Asked[] = [];
    const server = createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on("data", (chunk: Buffer) => chunks.push(chunk));
        request.on("end", () => {
            const one = {
                method: request.method ?? "",
                path: request.url ?? "",
                body: Buffer.concat(chunks).toString("utf8"),
                headers: request.headers,
            };
            asked.push(one);
            const answered = answer(one);
            if (answered === undefined) return;
            response.writeHead(answered.status, { "content-type": "application/json" });
            const { body } = answered;
            response.end(body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body));
        });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        asked,
        close: () =>
            new Promise((resolve) => {
                server.close(() => resolve());
                server.closeAllConnections();
            }),
    };
}
