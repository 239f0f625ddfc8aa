import assert from "node:assert/strict";
import { homedir } from "node:os";
import { ProjectHome } from "../../automation/engine/projectHome";
import { environmentSettings, type GraphFile } from "../../automation/graph/load";
import { LakehouseHome } from "../../automation/lakehouse/home";
import { locationOf } from "../../automation/ledger/objects/location";
import { ledgerIn, ledgerStore } from "../../automation/ledger/place";
import type { EngineTools, Tools } from "../../automation/toolchain";
import { loadEnvironment } from "../../stacks/environment";

const tools = { pathEntries: [], pulumi: { origin: "path" }, cache: "/cache" } as unknown as EngineTools;
const graph = { directory: "/repo", graph: { order: [] } } as unknown as GraphFile;

/** Where the ledger of `dev` is, by what the graph says of it and what the shell does. */
const ledger = (given: Record<string, string>, shell: NodeJS.ProcessEnv = {}): string =>
    new ProjectHome("dev", graph, environmentSettings.parse(given), tools, shell).ledger;

describe("the place of a ledger", () => {
    it("is beside the state, in files and in buckets", () => {
        assert.equal(ledger({ backend: "file://state" }), "file:///repo/state/.tidegate/dev/ledger");
        assert.equal(ledger({ backend: "file://~" }), `file://${homedir()}/.tidegate/dev/ledger`);
        assert.equal(ledger({ backend: "s3://b" }), "s3://b/.tidegate/dev/ledger");
        assert.equal(
            ledger({ backend: "s3://b/a/prefix/?region=eu-west-1&endpoint=http://h:1/x" }),
            "s3://b/a/prefix/.tidegate/dev/ledger?region=eu-west-1&endpoint=http://h:1/x",
        );
        assert.equal(ledger({}, { PULUMI_BACKEND_URL: "gs://b/a" }), "gs://b/a/.tidegate/dev/ledger");
    });

    it("is where the environment says", () => {
        assert.equal(ledger({ backend: "https://api.pulumi.com", ledger: "gs://b" }), "gs://b/.tidegate/dev/ledger");
        assert.equal(ledger({ backend: "s3://b", ledger: "file://kept" }), "file:///repo/kept/.tidegate/dev/ledger");
        assert.throws(() => environmentSettings.parse({ ledger: "https://api.pulumi.com" }));
    });

    it("is beside the graph where the state is a service's", () => {
        const beside = "file:///repo/.tidegate/dev/ledger";
        assert.equal(ledger({ backend: "https://api.pulumi.com" }), beside);
        assert.equal(ledger({}, { PULUMI_BACKEND_URL: "postgres://host/db" }), beside);
        assert.equal(ledger({}), beside);
    });

    it("is the lakehouse's own folder of state, or named by the environment in a bucket", async () => {
        const local = await loadEnvironment("local", { TIDEGATE_DATA: "/data" });
        const home = (state: object, backendUrl = local.backendUrl): string =>
            new LakehouseHome({ ...local, backendUrl, state: { ...local.state, ...state } }, [], tools as Tools).ledger;
        assert.equal(home({}), "file:///data/local/state/.tidegate");
        assert.equal(home({}, "s3://b?region=r"), "s3://b/.tidegate/local/ledger?region=r");
        assert.equal(home({ ledger: "azblob://c" }, "https://x"), "azblob://c/.tidegate/local/ledger");
    });

    it("opens nothing before it is used, and refuses what it cannot open", () => {
        assert.equal(ledgerStore(ledgerIn("file:///a?b", "dev")).where, "/a?b/.tidegate/dev/ledger");
        assert.equal(
            ledgerStore("s3://b/c?region=r", () => assert.fail("asked")).where,
            "s3://b/c",
            "parameters are not told",
        );
        for (const [url, message] of [
            ["s3://b?regoin=eu", /parameter 'regoin' of the ledger's URL s3:\/\/b is not known/],
            ["s3://b?s3ForcePathStyle=maybe", /parameter 's3ForcePathStyle' .* has a wrong value/],
            ["gs://b?region=eu", /'region'/],
            ["azblob://", /no URL of a bucket/],
            ["postgres://h/d", /no URL of a bucket/],
        ] as const)
            assert.throws(() => ledgerStore(url), { code: "ledger-invalid", message });
    });
});

describe("the URL of a bucket", () => {
    it("puts its path, and `prefix`, before every key", () => {
        const { bucket, prefix } = locationOf("s3://b/some/path/?prefix=all/");
        assert.deepEqual([bucket, prefix], ["b", "all/some/path/"]);
        assert.equal(locationOf("gs://b").prefix, "");
    });

    it("takes the parameters of Pulumi's backends", () => {
        const s3 = locationOf(
            "s3://b?region=r&endpoint=localhost:9&disableSSL=true&s3ForcePathStyle=true&profile=p&awssdk=v2",
        );
        assert.ok(s3.scheme === "s3" && s3.parameters.s3ForcePathStyle && s3.parameters.disableSSL);
        const azure = locationOf("azblob://c/p?storage_account=acme&domain=blob.core.usgovcloudapi.net");
        assert.ok(azure.scheme === "azblob" && azure.parameters.storage_account === "acme");
    });
});
