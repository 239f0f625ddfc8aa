import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { AwsClient } from "aws4fetch";
import { openCatalog } from "../../automation/clients/iceberg";
import { TidegateError } from "../../automation/core/errors";
import { liveObjects } from "../../automation/gates/live";
import { platformContracts } from "../_helpers/platform";

const given = platformContracts();

describe(`the catalog and the object store of a real platform${given ? "" : " (skipped: TIDEGATE_TEST_PLATFORM is not set)"}`, function () {
    this.timeout(30_000);
    before(function () {
        if (given === undefined) this.skip();
    });

    const platform = () => {
        assert.ok(given);
        return given;
    };
    const name = (): string => `tidegate_test_${randomBytes(6).toString("hex")}`;

    it("creates, lists, finds and drops a namespace", async () => {
        const { storage, catalog } = platform();
        const opened = openCatalog(catalog, storage);
        const namespace = name();
        assert.equal(await opened.namespaceExists(namespace), false);
        await opened.createNamespace(namespace);
        try {
            await assert.rejects(opened.createNamespace(namespace), { code: "catalog-namespace-exists" });
            assert.ok((await opened.listNamespaces()).some((levels) => levels.join(".") === namespace));
            assert.equal(await opened.namespaceExists(namespace), true);
            assert.equal(await opened.loadTable(namespace, "nothing"), undefined);
        } finally {
            await opened.dropNamespace(namespace);
        }
        assert.equal(await opened.namespaceExists(namespace), false);
        await assert.rejects(opened.dropNamespace(namespace), { code: "catalog-namespace-missing" });
        assert.equal(await opened.loadTable(namespace, "nothing"), undefined);
    });

    it("loads a table that was just made: no snapshot, its properties and columns", async function () {
        const { storage, catalog } = platform();
        if (catalog.type !== "rest" || catalog.auth.mode !== "sigv4") return this.skip();
        const opened = openCatalog(catalog, storage);
        const namespace = name();
        const signer = new AwsClient({
            ...storage.credentials,
            service: catalog.auth.signingName,
            region: catalog.auth.signingRegion,
            retries: 0,
        });
        const tables = `${catalog.uri}/v1/${new URL(catalog.warehouse).host}/namespaces/${namespace}/tables`;
        await opened.createNamespace(namespace);
        try {
            const schema = {
                type: "struct",
                "schema-id": 0,
                fields: [{ id: 1, name: "a", required: false, type: "long" }],
            };
            const made = await signer.fetch(tables, {
                method: "POST",
                headers: { "content-type": "application/json" },
                body: JSON.stringify({ name: "t", schema, properties: { owner: "test" } }),
            });
            assert.equal(made.status, 200, await made.text());
            const table = await opened.loadTable(namespace, "t");
            assert.equal(table?.currentSnapshot, null);
            assert.equal(table.properties.owner, "test");
            assert.deepEqual(
                table.schema.map(({ name: column, type }) => `${column} ${type}`),
                ["a long"],
            );
            await assert.rejects(opened.dropNamespace(namespace), { code: "catalog-namespace-not-empty" });
        } finally {
            await signer.fetch(`${tables}/t?purgeRequested=true`, { method: "DELETE" });
            await opened.dropNamespace(namespace);
        }
    });

    it("is refused with another secret, and with no signature at all", async function () {
        const { storage, catalog } = platform();
        if (catalog.type !== "rest" || catalog.auth.mode !== "sigv4") return this.skip();
        const wrong = { credentials: { ...storage.credentials, secretAccessKey: "another" } };
        for (const opened of [
            openCatalog(catalog, wrong),
            openCatalog({ ...catalog, auth: { mode: "none" } }, storage),
        ])
            await assert.rejects(
                opened.listNamespaces(),
                (error) => TidegateError.is(error) && error.code === "catalog-forbidden",
            );
    });

    it("says that a warehouse is missing", async function () {
        const { storage, catalog } = platform();
        if (catalog.type !== "rest") return this.skip();
        const opened = openCatalog({ ...catalog, warehouse: "s3://nowhere-at-all" }, storage);
        await assert.rejects(opened.listNamespaces(), { code: "catalog-warehouse-missing" });
    });

    it("stores, reads and deletes an object as the storage probe does", async () => {
        const objects = liveObjects(platform().storage);
        const key = `.tidegate-probe/${name()}`;
        await objects.put(key, "probe");
        assert.equal(await objects.get(key), "probe");
        await objects.delete(key);
        assert.equal(await objects.get(key), undefined);
    });
});
