import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { S3, s3ErrorCode, type S3Connection } from "../../automation/clients/s3";

const page = (keys: string[], token?: string) => `<?xml version="1.0"?><ListBucketResult>
${keys.map((key) => `<Contents><Key>${key}</Key><ETag>&quot;x&quot;</ETag><Size>7</Size></Contents>`).join("")}
${token === undefined ? "" : `<NextContinuationToken>${token}</NextContinuationToken>`}</ListBucketResult>`;

describe("S3", () => {
    let server: Server;
    let connection: S3Connection;
    let requests: IncomingMessage[];
    let answer: (request: IncomingMessage, response: ServerResponse) => void;

    beforeEach(async () => {
        requests = [];
        server = createServer((request, response) => {
            requests.push(request);
            answer(request, response);
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        connection = {
            endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
            region: "eu-central-1",
            pathStyle: true,
            credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "a-secret-key" },
        };
    });
    afterEach(() => {
        server.closeAllConnections();
        server.close();
    });

    it("lists every page, and understands XML's entities", async () => {
        answer = ({ url = "" }, response) =>
            response.end(
                url.includes("continuation-token=to%2Fken") ? page(["c"]) : page(["a &amp; b", "&#228;"], "to/ken"),
            );
        const objects = await new S3(connection).list("bucket", "some prefix");
        assert.deepEqual(objects, [
            { key: "a & b", size: 7 },
            { key: "ä", size: 7 },
            { key: "c", size: 7 },
        ]);
        assert.match(requests[0]?.url ?? "", /^\/bucket\?list-type=2&max-keys=1000&prefix=some%20prefix$/);
    });

    it("signs for the region, and never sends the secret", async () => {
        answer = (_request, response) => response.end();
        await new S3(connection).put("bucket", "a b/ü", "body");
        const [request] = requests;
        assert.equal(request?.url, "/bucket/a%20b/%C3%BC");
        assert.match(
            request?.headers.authorization ?? "",
            /Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/s3\/aws4_request/,
        );
        assert.ok(!JSON.stringify(request?.headers).includes("a-secret-key"));
    });

    it("repeats what was answered 503", async () => {
        answer = (_request, response) => {
            response.statusCode = requests.length < 3 ? 503 : 200;
            response.end();
        };
        assert.equal(await new S3(connection).bucketExists("bucket"), true);
        assert.equal(requests.length, 3);
    });

    it("tells a refusal from absence", async () => {
        answer = (_request, response) => {
            response.statusCode = 403;
            response.end("<Error><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>");
        };
        const s3 = new S3(connection);
        await assert.rejects(s3.bucketExists("bucket"), { code: "s3-refused" });
        await assert.rejects(s3.get("bucket", "key"), (error: Error) => {
            assert.equal(s3ErrorCode(error), "AccessDenied");
            assert.match(error.message, /read s3:\/\/bucket\/key: AccessDenied, Access Denied\./);
            return true;
        });
    });

    it("says that a server is down, not that something is missing", async () => {
        const down = new S3({ ...connection, endpoint: "http://127.0.0.1:1" });
        await assert.rejects(down.bucketExists("bucket"), { code: "s3-unreachable", retryable: true });
    });
});
