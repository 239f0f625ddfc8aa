import assert from "node:assert/strict";
import { readGateSettings } from "../../automation/gates";
import { fakePlatform } from "../_helpers/fakePlatform";
import { assertGreen, assertRed } from "../_helpers/validation";

describe("stage 4", () => {
    it("dbt.build-is-current: red when silver moved on, when nothing was built, and when it is not known", async () => {
        const platform = fakePlatform();
        const id = "dbt.build-is-current";
        await assertGreen(platform, id);
        const { build } = platform.dbt;
        assert.ok(build);
        platform.catalog.commit("silver.trips", 986, platform.clock.now());
        await assertRed(platform, id, /stale: it read snapshot \d+, silver is at \d+/);
        platform.dbt.build = { ...build, silverSnapshotId: undefined };
        await assertRed(platform, id, /not known/);
        platform.dbt.build = undefined;
        await assertRed(platform, id, /never built/);
    });

    it("dbt.build-is-current: two missing snapshots are not equal ones", async () => {
        const platform = fakePlatform();
        platform.catalog.createEmpty("silver.trips");
        assert.ok(platform.dbt.build);
        platform.dbt.build = { ...platform.dbt.build, silverSnapshotId: undefined };
        await assertRed(platform, "dbt.build-is-current", /has no snapshot/);
    });

    it("is green without a build where silver may be empty and is, and only then", async () => {
        const platform = fakePlatform();
        const { waitForSilver } = readGateSettings({}, { WAIT_FOR_SILVER_ALLOW_EMPTY: "true" });
        const changes = { settings: { waitForSilver } };
        platform.dbt.build = undefined;
        for (const id of ["dbt.build-is-current", "dbt.nodes-green", "dbt.tests-ran"]) {
            platform.catalog.commit("silver.trips", 1, platform.clock.now());
            await assertRed(platform, id, /never built/, changes);
            platform.catalog.createEmpty("silver.trips");
            await assertRed(platform, id, /never built/);
            await assertGreen(platform, id, changes);
            platform.catalog.tables.delete("silver.trips");
            await assertGreen(platform, id, changes);
        }
    });

    it("dbt.nodes-green: red for a failed test, a skipped model, an unknown status, and for no node", async () => {
        const platform = fakePlatform();
        const id = "dbt.nodes-green";
        await assertGreen(platform, id);
        const { build } = platform.dbt;
        assert.ok(build);
        for (const status of ["fail", "error", "skipped", "partial success", "something new"]) {
            platform.dbt.build = {
                ...build,
                nodes: [...build.nodes, { name: "t", resourceType: "test", status, text: "test t found 3 rows" }],
            };
            await assertRed(platform, id, new RegExp(`1 of 3 nodes are red: test t found 3 rows \\[${status}\\]`));
        }
        platform.dbt.build = { ...build, nodes: [] };
        await assertRed(platform, id, /ran no node/);
        platform.dbt.build = undefined;
        await assertRed(platform, id, /never built/);
    });

    it("dbt.nodes-green: a warning is green, and is told", async () => {
        const platform = fakePlatform();
        assert.ok(platform.dbt.build);
        platform.dbt.build = {
            ...platform.dbt.build,
            nodes: [
                ...platform.dbt.build.nodes,
                { name: "w", resourceType: "test", status: "warn", text: "test w found 1 row" },
            ],
        };
        assert.deepEqual((await assertGreen(platform, "dbt.nodes-green")).warnings, ["test w found 1 row"]);
    });

    it("dbt.tests-ran: red when no test, or no model, ran", async () => {
        const platform = fakePlatform();
        const { build } = platform.dbt;
        assert.ok(build);
        await assertGreen(platform, "dbt.tests-ran");
        platform.dbt.build = { ...build, nodes: build.nodes.filter((node) => node.resourceType === "model") };
        await assertRed(platform, "dbt.tests-ran", /ran no test/);
        platform.dbt.build = { ...build, nodes: build.nodes.map((node) => ({ ...node, status: "skipped" })) };
        await assertRed(platform, "dbt.tests-ran", /ran no test/);
        platform.dbt.build = { ...build, nodes: build.nodes.filter((node) => node.resourceType === "test") };
        await assertRed(platform, "dbt.tests-ran", /ran no model/);
        platform.dbt.build = undefined;
        await assertRed(platform, "dbt.tests-ran", /never built/);
    });
});
