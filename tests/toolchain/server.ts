import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface TestServer {
    readonly url: string;
    /** "GET /path" or, with a Range header, "GET /path bytes=10-". */
    readonly requests: string[];
    close(): Promise<void>;
}

/** An HTTP server on a free port of 127.0.0.1 that `answer` speaks for. */
export async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<TestServer> {
    const requests: string[] = [];
    const server: Server = createServer((request, response) => {
        const range = request.headers.range;
        requests.push(`${request.method} ${request.url}${range === undefined ? "" : ` ${range}`}`);
        answer(request, response);
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        requests,
        close: () =>
            new Promise((done) => {
                server.close(() => done());
                server.closeAllConnections();
            }),
    };
}

/** Answers as a file server does, honouring `Range: bytes=N-`. */
export function sendFile(request: IncomingMessage, response: ServerResponse, content: Buffer): void {
    const start = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    if (start >= content.length) {
        response.writeHead(416, { "content-range": `bytes */${content.length}` }).end();
        return;
    }
    const headers = { "content-length": content.length - start };
    if (request.headers.range === undefined) response.writeHead(200, headers);
    else
        response.writeHead(206, {
            ...headers,
            "content-range": `bytes ${start}-${content.length - 1}/${content.length}`,
        });
    response.end(content.subarray(start));
}
