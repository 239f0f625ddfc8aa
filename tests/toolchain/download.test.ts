import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync, statSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TidegateError } from "../../automation/core/errors";
import { type Download, fetchFile } from "../../automation/toolchain/download";
import { sendFile, serve, type TestServer } from "./server";

const content = randomBytes(300_000);
const sha256 = createHash("sha256").update(content).digest("hex");

describe("downloading a file", () => {
    let folder: string;
    let server: TestServer | undefined;

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "tidegate-download-"));
    });

    afterEach(async () => {
        await server?.close();
        server = undefined;
        rmSync(folder, { recursive: true });
    });

    const file = () => join(folder, "a.jar");
    const fetchIt = (more: Partial<Download> = {}) =>
        fetchFile({
            url: `${server?.url}/a.jar`,
            file: file(),
            sha256,
            registry: "Test Central",
            retryDelay: 1,
            ...more,
        });

    async function failureOf(promise: Promise<void>): Promise<TidegateError> {
        try {
            await promise;
        } catch (error) {
            if (error instanceof TidegateError) return error;
            throw error;
        }
        return assert.fail("it did not fail");
    }

    it("keeps the file under its name once the checksum fits, and tells the bytes", async () => {
        server = await serve((request, response) => sendFile(request, response, content));
        let bytes = 0;
        await fetchIt({ bytes: content.length, onBytes: (difference) => (bytes += difference) });
        assert.deepEqual(readFileSync(file()), content);
        assert.equal(bytes, content.length);
        assert.equal(existsSync(`${file()}.part`), false);
    });

    it("takes a connection that breaks up again where it broke", async () => {
        let answers = 0;
        server = await serve((request, response) => {
            if (answers++ > 0) return sendFile(request, response, content);
            response.writeHead(200, { "content-length": content.length });
            response.write(content.subarray(0, 100_000));
            // Not before some of it is kept: else there would be nothing to go on from.
            const timer = setInterval(() => {
                if (!existsSync(`${file()}.part`) || statSync(`${file()}.part`).size < 10_000) return;
                clearInterval(timer);
                response.destroy();
            }, 5);
        });
        let bytes = 0;
        await fetchIt({ bytes: content.length, onBytes: (difference) => (bytes += difference) });
        assert.deepEqual(readFileSync(file()), content);
        assert.equal(bytes, content.length);
        assert.match(server.requests[1] ?? "", /bytes=\d{4,}-$/);
    });

    it("continues the partial file of an earlier start", async () => {
        server = await serve((request, response) => sendFile(request, response, content));
        writeFileSync(`${file()}.part`, content.subarray(0, 250_000));
        await fetchIt({ bytes: content.length });
        assert.deepEqual(readFileSync(file()), content);
        assert.deepEqual(server.requests, ["GET /a.jar bytes=250000-"]);
    });

    it("begins again where the server knows no Range", async () => {
        server = await serve((_request, response) => response.end(content));
        writeFileSync(`${file()}.part`, content.subarray(0, 250_000));
        let bytes = 0;
        await fetchIt({ bytes: content.length, onBytes: (difference) => (bytes += difference) });
        assert.deepEqual(readFileSync(file()), content);
        assert.equal(bytes, content.length);
    });

    it("asks for nothing when the partial file is whole already", async () => {
        server = await serve((_request, response) => response.writeHead(500).end());
        writeFileSync(`${file()}.part`, content);
        await fetchIt({ bytes: content.length });
        assert.deepEqual(readFileSync(file()), content);
        assert.deepEqual(server.requests, []);
    });

    it("begins again after a partial file that is longer than the server's", async () => {
        server = await serve((request, response) => sendFile(request, response, content));
        writeFileSync(`${file()}.part`, Buffer.concat([content, content]));
        await fetchIt();
        assert.deepEqual(readFileSync(file()), content);
    });

    it("throws a partial file of another content away and gets the right one", async () => {
        server = await serve((request, response) => sendFile(request, response, content));
        writeFileSync(`${file()}.part`, randomBytes(1000));
        await fetchIt({ bytes: content.length });
        assert.deepEqual(readFileSync(file()), content);
        assert.deepEqual(server.requests, ["GET /a.jar bytes=1000-", "GET /a.jar"]);
    });

    it("tries a wrong checksum once more, then names file and both digests and keeps nothing", async () => {
        const other = Buffer.alloc(content.length, 1);
        server = await serve((request, response) => sendFile(request, response, other));
        const error = await failureOf(fetchIt({ bytes: content.length }));
        assert.equal(error.code, "checksum-mismatch");
        assert.ok(error.message.includes("a.jar") && error.message.includes(sha256));
        assert.ok(error.message.includes(createHash("sha256").update(other).digest("hex")));
        assert.equal(server.requests.length, 2);
        assert.equal(existsSync(file()), false);
        assert.equal(existsSync(`${file()}.part`), false);
    });

    it("does not let a longer answer than expected fill the disk", async () => {
        server = await serve((request, response) => sendFile(request, response, content));
        const error = await failureOf(fetchIt({ bytes: 1000 }));
        assert.equal(error.code, "registry-unreachable");
        assert.match(error.message, /more than the expected 1000 bytes/);
    });

    it("takes a 404 for final and names the registry", async () => {
        server = await serve((_request, response) => response.writeHead(404).end());
        const error = await failureOf(fetchIt());
        assert.equal(error.code, "download-refused");
        assert.match(error.message, /Test Central refused a\.jar: HTTP status 404 for \/a\.jar/);
        assert.equal(server.requests.length, 1);
    });

    it("tries a 503 again", async () => {
        let answers = 0;
        server = await serve((request, response) =>
            answers++ < 2 ? response.writeHead(503).end() : sendFile(request, response, content),
        );
        await fetchIt();
        assert.equal(server.requests.length, 3);
    });

    it("says which registry cannot be reached, and that the next start goes on", async () => {
        const closed = createServer();
        await new Promise<void>((done) => closed.listen(0, "127.0.0.1", done));
        const { port } = closed.address() as AddressInfo;
        await new Promise((done) => closed.close(done));
        const error = await failureOf(fetchIt({ url: `http://127.0.0.1:${port}/a.jar` }));
        assert.equal(error.code, "registry-unreachable");
        assert.match(error.message, /Test Central could not be reached for a\.jar: ECONNREFUSED/);
        assert.match(error.hint ?? "", /goes on where this start stopped/);
    });

    it("gives up on a server that sends nothing any more", async () => {
        server = await serve((_request, response) => {
            response.writeHead(200, { "content-length": content.length });
            response.write(content.subarray(0, 10));
        });
        const error = await failureOf(fetchIt({ stallTimeout: 30 }));
        assert.match(error.message, /nothing came for 0\.03 s/);
    });

    it("ends at once when told to, and keeps what has come", async () => {
        const stop = new AbortController();
        server = await serve((_request, response) => {
            response.writeHead(200, { "content-length": content.length });
            response.write(content.subarray(0, 50_000));
        });
        let bytes = 0;
        const onBytes = (difference: number) => {
            bytes += difference;
            if (bytes === 50_000) stop.abort();
        };
        await assert.rejects(fetchIt({ signal: stop.signal, onBytes }), { name: "AbortError" });
        assert.ok(existsSync(`${file()}.part`));
    });
});
