/** The Lakekeeper of the tests, itself tested: what it keeps, what it refuses, and that it lets nothing undescribed by. */
import assert from "node:assert/strict";
import { LakekeeperServer } from "../_helpers/lakekeeperServer";

const profile = {
    type: "s3",
    bucket: "lake",
    region: "r",
    "sts-enabled": true,
    "assume-role-arn": "arn:aws:iam::1:role/x",
};
const request = (name: string, changes: object = {}) => ({
    "warehouse-name": name,
    "storage-profile": { ...profile, "key-prefix": `/${name}/` },
    "storage-credential": {
        type: "s3",
        "credential-type": "access-key",
        "access-key-id": "A",
        "secret-access-key": "S",
    },
    ...changes,
});

describe("the Lakekeeper of the tests", () => {
    let server: LakekeeperServer;
    const ask = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
        const response = await fetch(`${server.url}/management/v1${path}`, {
            method,
            headers,
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const text = await response.text();
        const answer = (text === "" ? {} : JSON.parse(text)) as Record<string, never>;
        const type = (answer["error"] as { type?: string } | undefined)?.type;
        return { status: response.status, answer: answer as Record<string, unknown>, type };
    };

    beforeEach(async () => {
        server = await LakekeeperServer.start();
        await ask("POST", "/bootstrap", { "accept-terms-of-use": true });
    });
    afterEach(() => server.close());

    it("is bootstrapped once, by who accepts its terms, and makes no warehouse before", async () => {
        const fresh = await LakekeeperServer.start();
        const refused = await fetch(`${fresh.url}/management/v1/warehouse`, {
            method: "POST",
            body: JSON.stringify(request("a")),
        });
        assert.equal(refused.status, 400);
        await fresh.close();
        assert.equal((await ask("POST", "/bootstrap", { "accept-terms-of-use": false })).type, "TermsOfUseNotAccepted");
        assert.equal(
            (await ask("POST", "/bootstrap", { "accept-terms-of-use": true })).type,
            "CatalogAlreadyBootstrapped",
        );
        assert.equal((await ask("GET", "/info")).answer["bootstrapped"], true);
    });

    it("keeps a warehouse as Lakekeeper does, without its credential", async () => {
        const endpoint = "http://127.0.0.1:9000";
        const made = await ask("POST", "/warehouse", request("a", { "storage-profile": { ...profile, endpoint } }));
        assert.equal(made.status, 201);
        assert.ok(!JSON.stringify(made.answer).includes('"S"'));
        const kept = made.answer["storage-profile"] as Record<string, unknown>;
        assert.deepEqual([kept["endpoint"], kept["flavor"], kept["key-prefix"]], [`${endpoint}/`, "aws", null]);
        const id = String(made.answer["warehouse-id"]);
        await ask("POST", `/warehouse/${id}/deactivate`);
        assert.deepEqual((await ask("GET", "/warehouse")).answer, { warehouses: [] });
        const listed = await ask("GET", "/warehouse?warehouseStatus=inactive");
        assert.equal((listed.answer["warehouses"] as unknown[]).length, 1);
    });

    it("refuses by the names that Lakekeeper has", async () => {
        const { answer } = await ask("POST", "/warehouse", request("a"));
        const id = String(answer["warehouse-id"]);
        const moved = { "storage-profile": { ...profile, bucket: "other" } };
        const elsewhere = { "x-project-id": "11111111-1111-4111-8111-111111111111" };
        const refusals: readonly [string, { status: number; type: string | undefined }][] = [
            ["409 WarehouseAlreadyExists", await ask("POST", "/warehouse", request("a"))],
            [
                "400 StorageProfileOverlap",
                await ask("POST", "/warehouse", request("b", { "storage-profile": profile })),
            ],
            ["422 JsonDataError", await ask("POST", "/warehouse", request("b", { colour: "red" }))],
            ["404 ProjectNotFound", await ask("GET", "/warehouse", undefined, elsewhere)],
            ["400 UpdateError", await ask("POST", `/warehouse/${id}/storage`, moved)],
            ["404 WarehouseNotFound", await ask("GET", "/warehouse/22222222-2222-4222-8222-222222222222")],
            ["404 NotFound", await ask("PUT", "/warehouse")],
        ];
        for (const [expected, { status, type }] of refusals) assert.equal(`${status} ${type}`, expected);
        await ask("POST", `/warehouse/${id}/protection`, { protected: true });
        assert.equal((await ask("DELETE", `/warehouse/${id}`)).type, "WarehouseProtected");
        await ask("POST", `/warehouse/${id}/protection`, { protected: false });
        Object.assign(server.named("a") ?? {}, { tables: 2 });
        assert.equal((await ask("DELETE", `/warehouse/${id}`)).type, "WarehouseNotEmpty");
        const { stats } = (await ask("GET", `/warehouse/${id}/statistics`)).answer as {
            stats: { timestamp: string }[];
        };
        assert.equal(stats.length, 2);
        Object.assign(server.named("a") ?? {}, { tables: 0 });
        assert.equal((await ask("DELETE", `/warehouse/${id}`)).status, 204);
        assert.equal(server.named("a"), undefined);
    });

    it("does or does not do what it gives no answer to, as it was told", async () => {
        server.breakNext("POST /warehouse", false);
        await assert.rejects(ask("POST", "/warehouse", request("a")));
        assert.equal(server.named("a"), undefined);
        server.breakNext("POST /warehouse", true);
        await assert.rejects(ask("POST", "/warehouse", request("a")));
        assert.ok(server.named("a"));
    });
});
