import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { openCatalog, parseExactJson, type IcebergCatalog } from "../../automation/clients/iceberg";
import { TidegateError } from "../../automation/core/errors";
import type { CatalogContract } from "../../stacks/contracts";
import { scriptedServer, type Answer, type Asked, type ScriptedServer } from "../_helpers/httpServer";

const storage = { credentials: { accessKeyId: "key-of-test", secretAccessKey: "secret-of-test" } };

const metadata = {
    "format-version": 2,
    "table-uuid": "a023d821-fb73-41b4-9f9b-d49d29405527",
    location: "s3://lake/silver/trips",
    "current-schema-id": 1,
    schemas: [
        { "schema-id": 0, fields: [] },
        {
            "schema-id": 1,
            fields: [
                { id: 1, name: "a", required: true, type: "long" },
                { id: 2, name: "b", required: false, type: { type: "list", "element-id": 3 } },
            ],
        },
    ],
    properties: { "write.format.default": "parquet" },
    snapshots: [{ "snapshot-id": 1, "timestamp-ms": 1700000000000, summary: { "total-records": "3" } }],
    "current-snapshot-id": 1,
};
/** A 64-bit snapshot id as text of the file, for JSON.stringify cannot write it. */
const bigId = "6935298437541863021";
const metadataText = JSON.stringify(metadata)
    .replace('"snapshot-id":1,"timestamp-ms"', `"snapshot-id":${bigId},"timestamp-ms"`)
    .replace('"current-snapshot-id":1', `"current-snapshot-id":${bigId}`);

async function codeOf(work: Promise<unknown>): Promise<{ code: string; message: string; retryable: boolean }> {
    const error = await work.then(
        () => assert.fail("it should have failed"),
        (thrown: unknown) => thrown,
    );
    assert.ok(TidegateError.is(error), String(error));
    assert.ok(!`${error.message} ${error.hint}`.includes("secret-of-test"));
    return { code: error.code, message: error.message, retryable: error.retryable };
}

const noSuch = (type: string): Answer => ({
    status: 404,
    body: { error: { message: `${type}: no`, type, code: 404 } },
});
const config = { status: 200, body: { defaults: {}, overrides: { prefix: "lake" } } };

describe("openCatalog on a REST catalog", () => {
    const servers: ScriptedServer[] = [];
    afterEach(async () => {
        await Promise.all(servers.splice(0).map((server) => server.close()));
    });

    async function open(
        answer: (asked: Asked) => Answer,
        auth: Extract<CatalogContract, { type: "rest" }>["auth"] = { mode: "none" },
        requestSeconds = 10,
    ): Promise<{ catalog: IcebergCatalog; server: ScriptedServer }> {
        const server = await scriptedServer(answer);
        servers.push(server);
        const contract = {
            profile: "embedded",
            type: "rest",
            uri: `${server.url}/`,
            warehouse: "s3://lake",
            auth,
            attach: false,
        } as const;
        return { catalog: openCatalog(contract, storage, { requestSeconds }), server };
    }

    it("asks for the prefix of the warehouse once, and loads a table under it", async () => {
        const { catalog, server } = await open(({ path }) =>
            path.startsWith("/v1/config")
                ? config
                : { status: 200, body: `{"metadata-location":"s3://lake/m.json","metadata":${metadataText}}` },
        );
        const table = await catalog.loadTable("silver", "trips");
        await catalog.loadTable(["a", "b c"], "d/e");
        assert.deepEqual(
            server.asked.map(({ path }) => path),
            [
                "/v1/config?warehouse=s3%3A%2F%2Flake",
                "/v1/lake/namespaces/silver/tables/trips",
                "/v1/lake/namespaces/a%1Fb%20c/tables/d%2Fe",
            ],
        );
        assert.deepEqual(table, {
            metadataLocation: "s3://lake/m.json",
            location: "s3://lake/silver/trips",
            uuid: metadata["table-uuid"],
            formatVersion: 2,
            currentSnapshot: { id: bigId, timestampMs: 1700000000000, summary: { "total-records": "3" } },
            properties: { "write.format.default": "parquet" },
            schema: [
                { id: 1, name: "a", required: true, type: "long" },
                { id: 2, name: "b", required: false, type: '{"type":"list","element-id":3}' },
            ],
        });
    });

    it("takes prefixes of several segments, encoded ones, and none", async () => {
        for (const [prefix, path] of [
            ["catalogs/12 34", "/v1/catalogs/12%2034/namespaces"],
            ["arn%3Aaws%3As3tables", "/v1/arn%3Aaws%3As3tables/namespaces"],
            [undefined, "/v1/namespaces"],
        ] as const) {
            const { catalog, server } = await open(({ path: asked }) =>
                asked.startsWith("/v1/config")
                    ? { status: 200, body: { overrides: prefix === undefined ? {} : { prefix } } }
                    : { status: 200, body: { namespaces: [["bronze"]] } },
            );
            assert.deepEqual(await catalog.listNamespaces(), [["bronze"]]);
            assert.equal(server.asked[1]?.path, path);
        }
    });

    it("follows pages of namespaces", async () => {
        const { catalog } = await open(({ path }) => {
            if (path.startsWith("/v1/config")) return config;
            return path.endsWith("pageToken=two%20")
                ? { status: 200, body: { namespaces: [["b"]], "next-page-token": null } }
                : { status: 200, body: { namespaces: [["a"]], "next-page-token": "two " } };
        });
        assert.deepEqual(await catalog.listNamespaces(), [["a"], ["b"]]);
    });

    it("signs requests with the name and region of the contract", async () => {
        const { catalog, server } = await open(
            ({ path }) =>
                path.startsWith("/v1/config") ? config : { status: 200, body: { namespace: ["n"], properties: {} } },
            { mode: "sigv4", signingName: "s3tables", signingRegion: "eu-test-1" },
        );
        await catalog.createNamespace("n");
        const last = server.asked.at(-1);
        assert.match(
            String(last?.headers.authorization),
            /^AWS4-HMAC-SHA256 Credential=key-of-test\/\d{8}\/eu-test-1\/s3tables\/aws4_request/,
        );
        assert.deepEqual(JSON.parse(last?.body ?? ""), { namespace: ["n"], properties: {} });
    });

    it("a table without snapshot has none, whether the catalog says -1, null or nothing", async () => {
        for (const current of [-1, null, undefined]) {
            const { catalog } = await open(({ path }) =>
                path.startsWith("/v1/config")
                    ? config
                    : {
                          status: 200,
                          body: {
                              "metadata-location": "m",
                              metadata: { ...metadata, snapshots: [], "current-snapshot-id": current },
                          },
                      },
            );
            assert.equal((await catalog.loadTable("silver", "trips"))?.currentSnapshot, null);
        }
    });

    it("does not take a current snapshot that the metadata does not hold for an empty table", async () => {
        const { catalog } = await open(({ path }) =>
            path.startsWith("/v1/config")
                ? config
                : { status: 200, body: { "metadata-location": "m", metadata: { ...metadata, snapshots: [] } } },
        );
        assert.equal((await codeOf(catalog.loadTable("silver", "trips"))).code, "catalog-invalid");
    });

    it("tells a missing table and namespace from a wrong address", async () => {
        const missing = await open(({ path }) =>
            path.startsWith("/v1/config") ? config : noSuch("NoSuchTableException"),
        );
        assert.equal(await missing.catalog.loadTable("silver", "trips"), undefined);
        assert.equal(await missing.catalog.namespaceExists("silver"), false);
        assert.equal((await codeOf(missing.catalog.dropNamespace("silver"))).code, "catalog-namespace-missing");
        assert.equal((await codeOf(missing.catalog.listNamespaces())).code, "catalog-warehouse-missing");
        const wrong = await open(() => ({ status: 404, body: "<html>not found</html>" }));
        for (const work of [
            wrong.catalog.loadTable("a", "b"),
            wrong.catalog.namespaceExists("a"),
            wrong.catalog.listNamespaces(),
        ])
            assert.equal((await codeOf(work)).code, "catalog-invalid");
    });

    it("tells refused, broken, silent and absent catalogs apart, and which may be asked again", async () => {
        const cases = [
            [403, "catalog-forbidden", false],
            [401, "catalog-forbidden", false],
            [503, "catalog-unavailable", true],
            [429, "catalog-unavailable", true],
            [400, "catalog-invalid", false],
        ] as const;
        for (const [status, code, retryable] of cases) {
            const { catalog } = await open(({ path }) =>
                path.startsWith("/v1/config")
                    ? config
                    : { status, body: { error: { message: "Access Denied.", type: "X", code: status } } },
            );
            const error = await codeOf(catalog.loadTable("a", "b"));
            assert.deepEqual([error.code, error.retryable], [code, retryable]);
            assert.match(error.message, /answered \d+ when loading a\.b: Access Denied\.$/);
        }
        const silent = await open(() => undefined, { mode: "none" }, 0.1);
        assert.deepEqual(await codeOf(silent.catalog.listNamespaces()), {
            code: "catalog-timeout",
            message: `The catalog ${silent.server.url} did not answer within 0.1 s.`,
            retryable: true,
        });
        await silent.server.close();
        const absent = await codeOf(silent.catalog.listNamespaces());
        assert.deepEqual([absent.code, absent.retryable], ["catalog-unreachable", true]);
        assert.match(absent.message, /ECONNREFUSED/);
    });

    it("asks for the configuration again after it failed", async () => {
        let down = true;
        const { catalog } = await open(({ path }) => {
            if (down) return { status: 500 };
            return path.startsWith("/v1/config") ? config : { status: 200, body: { namespaces: [] } };
        });
        assert.equal((await codeOf(catalog.listNamespaces())).code, "catalog-unavailable");
        down = false;
        assert.deepEqual(await catalog.listNamespaces(), []);
    });

    it("tells conflicts: a namespace that is there already, and one that is not empty", async () => {
        const { catalog } = await open(({ path }) => (path.startsWith("/v1/config") ? config : { status: 409 }));
        assert.equal((await codeOf(catalog.createNamespace("a"))).code, "catalog-namespace-exists");
        assert.equal((await codeOf(catalog.dropNamespace("a"))).code, "catalog-namespace-not-empty");
        assert.equal((await codeOf(catalog.createNamespace([]))).code, "catalog-namespace-invalid");
    });

    it("refuses answers that are not Iceberg's", async () => {
        for (const body of ["not json", {}, { "metadata-location": "m", metadata: { location: 3 } }]) {
            const { catalog } = await open(({ path }) =>
                path.startsWith("/v1/config") ? config : { status: 200, body },
            );
            assert.equal((await codeOf(catalog.loadTable("a", "b"))).code, "catalog-invalid");
        }
    });
});

describe("openCatalog on a Hadoop catalog", () => {
    let root: string;
    let catalog: IcebergCatalog;
    beforeEach(async () => {
        root = await mkdtemp(join(tmpdir(), "tidegate-hadoop-"));
        catalog = openCatalog(
            { profile: "embedded", type: "hadoop", warehouse: pathToFileURL(root).href, attach: false },
            storage,
        );
    });
    afterEach(() => rm(root, { recursive: true, force: true }));

    async function write(version: number, rows: number, name = `v${version}.metadata.json`): Promise<string> {
        const directory = join(root, "silver", "trips", "metadata");
        await mkdir(directory, { recursive: true });
        const text = metadataText.replace('"total-records":"3"', `"total-records":"${rows}"`);
        await writeFile(join(directory, name), name.includes(".gz") ? gzipSync(text) : text);
        return directory;
    }
    const rows = async (): Promise<string | undefined> =>
        (await catalog.loadTable("silver", "trips"))?.currentSnapshot?.summary["total-records"];

    it("reads the version that version-hint.text names", async () => {
        await write(1, 1);
        const directory = await write(2, 2);
        await writeFile(join(directory, "version-hint.text"), "2\n");
        const table = await catalog.loadTable("silver", "trips");
        assert.equal(table?.metadataLocation, pathToFileURL(join(directory, "v2.metadata.json")).href);
        assert.equal(table.currentSnapshot?.id, bigId);
        assert.equal(await rows(), "2");
    });

    it("goes on from a hint that is behind, and does without one", async () => {
        await write(1, 1);
        const directory = await write(2, 2);
        assert.equal(await rows(), "2");
        await writeFile(join(directory, "version-hint.text"), "1");
        assert.equal(await rows(), "2");
        await writeFile(join(directory, "version-hint.text"), "9");
        assert.equal(await rows(), "2");
    });

    it("reads compressed metadata", async () => {
        await write(1, 7, "v1.gz.metadata.json");
        assert.equal(await rows(), "7");
    });

    it("has no table where there is none, and says so when the metadata is damaged", async () => {
        assert.equal(await catalog.loadTable("silver", "trips"), undefined);
        const directory = await write(1, 1);
        await writeFile(join(directory, "v1.metadata.json"), '{"format-version":2');
        assert.equal((await codeOf(catalog.loadTable("silver", "trips"))).code, "catalog-invalid");
    });

    it("creates, lists and drops namespaces, and takes a table for none", async () => {
        await catalog.createNamespace("probe");
        assert.equal((await codeOf(catalog.createNamespace("probe"))).code, "catalog-namespace-exists");
        await write(1, 1);
        assert.deepEqual(await catalog.listNamespaces(), [["probe"], ["silver"]]);
        assert.equal(await catalog.namespaceExists(["silver", "trips"]), false);
        assert.equal((await codeOf(catalog.dropNamespace("silver"))).code, "catalog-namespace-not-empty");
        await catalog.dropNamespace("probe");
        assert.equal(await catalog.namespaceExists("probe"), false);
        assert.equal((await codeOf(catalog.dropNamespace("probe"))).code, "catalog-namespace-missing");
    });

    it("says that the warehouse is missing, and keeps names inside it", async () => {
        await rm(root, { recursive: true });
        assert.equal((await codeOf(catalog.listNamespaces())).code, "catalog-warehouse-missing");
        for (const name of ["..", "a/b", ""])
            assert.equal((await codeOf(catalog.loadTable("silver", name))).code, "catalog-namespace-invalid");
    });

    it("is for local files only", () =>
        assert.throws(
            () => openCatalog({ profile: "embedded", type: "hadoop", warehouse: "s3://lake", attach: false }, storage),
            /has to be file/,
        ));
});

describe("parseExactJson", () => {
    it("keeps the digits of 64-bit numbers, and leaves other numbers alone", () =>
        assert.deepEqual(parseExactJson(`{"a":${bigId},"b":-3074361849583010581,"c":5,"d":1.5,"e":"${bigId}"}`), {
            a: bigId,
            b: "-3074361849583010581",
            c: 5,
            d: 1.5,
            e: bigId,
        }));
});
