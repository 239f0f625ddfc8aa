import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { defaultProject, Lakekeeper } from "../../automation/clients/lakekeeper";
import { exposed, lakekeeperConnection, type LakekeeperConnection } from "../../automation/clients/lakekeeperAccess";
import {
    credentialBody,
    locationOf,
    profileBody,
    storageDrift,
    storageOf,
    warehouseCredential,
    warehouseStorage,
} from "../../automation/clients/lakekeeperStorage";
import { scriptedServer, type Answer, type ScriptedServer } from "../_helpers/httpServer";
import { storageCredential, storageProfile } from "../_helpers/lakekeeperApi";
import { temporaryDirectory } from "../components/support";

describe("Lakekeeper", () => {
    let server: ScriptedServer;
    let answer: (path: string) => Answer;
    let directory: { path: string; remove: () => Promise<void> };
    const info = {
        status: 200,
        body: { "lakekeeper-version": "0.13.3", "server-id": "i", bootstrapped: false, "authz-backend": "allow-all" },
    };
    const connection = (changes: Partial<LakekeeperConnection> = {}): LakekeeperConnection => ({
        url: server.url,
        auth: { mode: "none" },
        ...changes,
    });
    const file = async (name: string, content: string) => {
        await writeFile(join(directory.path, name), content);
        return `file://${join(directory.path, name)}`;
    };

    beforeEach(async () => {
        answer = () => info;
        server = await scriptedServer(({ path }) => answer(path));
        directory = await temporaryDirectory();
    });
    afterEach(async () => {
        await server.close();
        await directory.remove();
    });

    it("tells whether nobody answers, it has a fault, it refuses, or is something else", async () => {
        const lakekeeper = new Lakekeeper(connection(), { requestSeconds: 1 });
        const error = (type: string, code: number) => ({ error: { message: "why", type, code } });
        const answers: readonly [string, boolean, Answer][] = [
            ["lakekeeper-unavailable", true, { status: 503, body: "busy" }],
            ["lakekeeper-forbidden", false, { status: 401, body: error("Unauthorized", 401) }],
            ["lakekeeper-refused", false, { status: 400, body: error("Bad", 400) }],
            ["lakekeeper-answer-unknown", false, { status: 200, body: "<html>" }],
        ];
        for (const [code, retryable, given] of answers) {
            answer = () => given;
            await assert.rejects(lakekeeper.server(), { code, retryable });
        }
        const down = new Lakekeeper(connection({ url: "http://127.0.0.1:1" }));
        await assert.rejects(down.server(), { code: "lakekeeper-unreachable", retryable: true });
    });

    it("waits for an answer no longer than it may", async () => {
        answer = () => undefined;
        const lakekeeper = new Lakekeeper(connection(), { requestSeconds: 0.2 });
        await assert.rejects(lakekeeper.server(), /no answer within 0\.2 s/);
    });

    it("does not follow to another host, which would have its token", async () => {
        const moved = createServer((_request, response) => response.writeHead(307, { location: server.url }).end());
        await new Promise<void>((resolve) => moved.listen(0, "127.0.0.1", resolve));
        const url = `http://127.0.0.1:${(moved.address() as AddressInfo).port}`;
        await assert.rejects(new Lakekeeper(connection({ url })).server(), /HTTP 307/).finally(() => {
            moved.closeAllConnections();
            moved.close();
        });
        assert.deepEqual(server.asked, []);
    });

    it("asks for a token with the client's secret, and presents that of a service account as it stands in its file", async () => {
        answer = (path) => (path === "/token" ? { status: 200, body: { access_token: "of-the-idp" } } : info);
        const secretRef = await file("client.json", JSON.stringify({ clientId: "c", clientSecret: "hush" }));
        const tokenEndpoint = `${server.url}/token`;
        await new Lakekeeper(
            connection({ auth: { mode: "oauth2", tokenEndpoint, scope: "lakekeeper", secretRef } }),
        ).server();
        assert.equal(
            server.asked[0]?.body,
            "grant_type=client_credentials&client_id=c&client_secret=hush&scope=lakekeeper",
        );
        assert.equal(server.asked[1]?.headers.authorization, "Bearer of-the-idp");
        const tokenRef = await file("token", "of-the-cluster\n");
        await new Lakekeeper(connection({ auth: { mode: "serviceAccount", tokenRef } })).server();
        assert.equal(server.asked[2]?.headers.authorization, "Bearer of-the-cluster");
    });

    it("says why there is no token, and never the secret", async () => {
        const secretRef = await file("client.json", JSON.stringify({ clientId: "c", clientSecret: "hush-hush" }));
        const tokenEndpoint = `${server.url}/token`;
        const lakekeeper = (reference: string) =>
            new Lakekeeper(connection({ auth: { mode: "oauth2", tokenEndpoint, scope: null, secretRef: reference } }));
        answer = () => ({ status: 401, body: { error: "invalid_client" } });
        await assert.rejects(lakekeeper(secretRef).server(), (error: Error & { code?: string }) => {
            assert.equal(error.code, "lakekeeper-token-refused");
            assert.match(error.message, /HTTP 401, invalid_client/);
            return !error.message.includes("hush-hush");
        });
        const incomplete = await file("half.json", JSON.stringify({ clientSecret: "hush-hush" }));
        await assert.rejects(lakekeeper(incomplete).server(), (error: Error & { code?: string }) => {
            assert.equal(error.code, "secret-unreadable");
            assert.match(error.message, /wrong or missing in it: clientId/);
            return !error.message.includes("hush-hush");
        });
        await assert.rejects(lakekeeper("env://TIDEGATE_NO_SUCH_VARIABLE").server(), { code: "secret-unreadable" });
    });

    it("lets no token go over a line that others can read", () => {
        const auth = { mode: "serviceAccount", tokenRef: "env://TOKEN" } as const;
        assert.match(exposed({ url: "http://catalog.example.com", auth }) ?? "", /not encrypted/);
        for (const url of ["https://catalog.example.com", "http://127.0.0.1:8181", "http://localhost:8181"])
            assert.equal(exposed({ url, auth }), undefined);
        assert.equal(exposed({ url: "http://catalog.example.com", auth: { mode: "none" } }), undefined);
        const oauth2 = lakekeeperConnection.parse({
            url: "https://catalog.example.com",
            auth: { mode: "oauth2", tokenEndpoint: "http://idp.example.com/token", secretRef: "env://CLIENT" },
        });
        assert.match(exposed(oauth2) ?? "", /client's secret/);
    });

    it("names the project in its header, and counts by the newest entry of the statistics", async () => {
        const stat = (timestamp: string, tables: number) => ({
            timestamp,
            "number-of-tables": tables,
            "number-of-views": 1,
        });
        answer = (path) =>
            path.includes("statistics")
                ? { status: 200, body: { stats: [stat("2026-01-02T00:00:00Z", 3), stat("2026-01-01T00:00:00Z", 9)] } }
                : { status: 200, body: { warehouses: [] } };
        const lakekeeper = new Lakekeeper(connection());
        assert.deepEqual(await lakekeeper.warehouses(defaultProject), []);
        assert.equal(server.asked[0]?.headers["x-project-id"], defaultProject);
        assert.equal(await lakekeeper.contents("id"), 4);
    });
});

describe("storage of a warehouse", () => {
    const storages = [
        {
            type: "s3",
            bucket: "b",
            region: "eu-west-1",
            keyPrefix: "a/b",
            assumeRoleArn: "arn:aws:iam::1:role/r",
            kmsKeyArn: "arn:aws:kms:eu-west-1:1:key/k",
            pushS3DeleteDisabled: false,
        },
        {
            type: "s3",
            flavor: "s3-compat",
            bucket: "b",
            region: "r",
            endpoint: "http://s3:8333",
            pathStyleAccess: true,
        },
        { type: "gcs", bucket: "b", stsEnabled: false },
        {
            type: "adls",
            accountName: "acc",
            filesystem: "f",
            keyPrefix: "p",
            authorityHost: "https://login.example.com",
        },
    ] as const;

    it("goes to the API and comes back as the same, and as the API describes it", () => {
        for (const given of storages) {
            const storage = warehouseStorage.parse(given);
            const body = profileBody(storage);
            storageProfile.parse(body);
            assert.deepEqual(storageOf(body), storage);
        }
        assert.equal(storageOf({ type: "onelake" }), undefined);
        assert.deepEqual(
            storages.map((each) => locationOf(warehouseStorage.parse(each))),
            ["s3://b/a/b", "s3://b", "gs://b", "abfss://f@acc.dfs.core.windows.net/p"],
        );
    });

    it("has drifted where it is not as asked for, not where Lakekeeper has written it down in its own way", () => {
        const wanted = warehouseStorage.parse(storages[1]);
        const kept = {
            ...profileBody(wanted),
            endpoint: "http://s3:8333/",
            "remote-signing-enabled": true,
            "key-prefix": "",
        };
        const there = storageOf(kept);
        assert.ok(there !== undefined);
        assert.deepEqual(storageDrift(there, wanted), []);
        const signing = warehouseStorage.parse({ ...storages[1], remoteSigningEnabled: false });
        assert.deepEqual(storageDrift(there, signing), ["remoteSigningEnabled"]);
    });

    it("is got into by credentials as the API describes them, looked up where they are kept", async () => {
        const directory = await temporaryDirectory();
        const file = async (name: string, value: unknown) => {
            await writeFile(join(directory.path, name), typeof value === "string" ? value : JSON.stringify(value));
            return `file://${join(directory.path, name)}`;
        };
        const names = [
            "project_id",
            "private_key_id",
            "private_key",
            "client_email",
            "client_id",
            "auth_uri",
            "token_uri",
        ];
        const more = ["auth_provider_x509_cert_url", "client_x509_cert_url", "universe_domain"];
        const key = Object.fromEntries([...names, ...more].map((name) => [name, name]));
        const given = [
            { type: "access-key", accessKeyId: "A", secretAccessKey: "S" },
            { type: "access-key", secretRef: await file("key", { accessKeyId: "A", secretAccessKey: "S" }) },
            { type: "aws-system-identity", externalId: "e" },
            { type: "gcp-system-identity" },
            { type: "service-account-key", secretRef: await file("gcp", { type: "service_account", ...key }) },
            { type: "azure-system-identity" },
            {
                type: "client-credentials",
                secretRef: await file("az", { clientId: "c", clientSecret: "s", tenantId: "t" }),
            },
            { type: "shared-access-key", secretRef: await file("shared", "KEY\n") },
        ];
        const bodies = await Promise.all(given.map((each) => credentialBody(warehouseCredential.parse(each))));
        for (const body of bodies) storageCredential.parse(body);
        assert.deepEqual(bodies[0], bodies[1]);
        assert.equal(bodies.at(-1)?.["key"], "KEY");
        await directory.remove();
    });
});
