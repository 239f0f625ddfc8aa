import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { startRestCatalog, type RestCatalog } from "./restCatalog";

describe("the REST catalog of the tests", () => {
    const metadata = '{"format-version":2,"current-snapshot-id":6297145398056216526}';
    let directory: string;
    let catalog: RestCatalog;

    before(async () => {
        directory = await mkdtemp(join(tmpdir(), "tidegate-rest-"));
        const file = join(directory, "00001.metadata.json");
        await writeFile(file, metadata);
        catalog = await startRestCatalog({ "silver.trips": () => pathToFileURL(file).href });
    });
    after(async () => {
        await catalog.close();
        await rm(directory, { recursive: true });
    });

    const get = async (path: string, method = "GET") => {
        const response = await fetch(catalog.uri + path, { method });
        return { status: response.status, text: await response.text() };
    };

    it("lists namespaces and tables", async () => {
        assert.deepEqual(JSON.parse((await get("/v1/namespaces")).text), { namespaces: [["silver"]] });
        assert.deepEqual(JSON.parse((await get("/v1/namespaces/silver/tables")).text), {
            identifiers: [{ namespace: ["silver"], name: "trips" }],
        });
    });

    it("loads a table with its metadata to the last digit", async () => {
        const { status, text } = await get("/v1/namespaces/silver/tables/trips");
        assert.equal(status, 200);
        assert.ok(text.includes(`"metadata":${metadata}`), text);
        assert.match(text, /"metadata-location":"file:.*00001\.metadata\.json"/);
        assert.deepEqual(await get("/v1/namespaces/silver/tables/trips", "HEAD"), { status: 204, text: "" });
    });

    it("answers what it does not have, or does not do, as the specification says", async () => {
        const table = await get("/v1/namespaces/silver/tables/other");
        assert.equal(table.status, 404);
        assert.deepEqual(JSON.parse(table.text), {
            error: { message: "Table does not exist: silver.other", type: "NoSuchTableException", code: 404 },
        });
        const namespace = await get("/v1/namespaces/gold/tables");
        assert.equal(namespace.status, 404);
        assert.match(namespace.text, /NoSuchNamespaceException/);
        const write = await get("/v1/namespaces/silver/tables", "POST");
        assert.equal(write.status, 405);
        assert.match(write.text, /read-only/);
    });
});
