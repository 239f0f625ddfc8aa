import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileStamp, projectDigest } from "../../automation/lakehouse/dbtBuild";

describe("what a dbt build is made of", () => {
    let project: string;
    beforeEach(() => {
        project = mkdtempSync(join(tmpdir(), "tidegate-dbt-"));
        mkdirSync(join(project, "models"));
        writeFileSync(join(project, "models", "trips.sql"), "select 1");
    });
    afterEach(() => rmSync(project, { recursive: true }));
    const digest = (dbt = "/cache/dbt", target = "embedded") =>
        projectDigest({ tools: { dbt }, platform: { runtime: { dbt: { target } } } } as never, project);

    it("changes with each file, its name, dbt and the target, and not with what dbt writes", async () => {
        const first = await digest();
        assert.equal(await digest(), first);
        mkdirSync(join(project, "target"));
        writeFileSync(join(project, "target", "manifest.json"), "{}");
        assert.equal(await digest(), first);
        const others = [await digest("/other/dbt"), await digest("/cache/dbt", "attach")];
        writeFileSync(join(project, "models", "trips.sql"), "select 2");
        others.push(await digest());
        rmSync(join(project, "models", "trips.sql"));
        writeFileSync(join(project, "models", "rides.sql"), "select 2");
        others.push(await digest());
        assert.equal(new Set([first, ...others]).size, 5);
    });

    it("sees that somebody has written to the DuckDB file", async () => {
        const file = join(project, "lakehouse.duckdb");
        assert.equal(await fileStamp(file), undefined);
        writeFileSync(file, "x");
        const before = await fileStamp(file);
        assert.equal(await fileStamp(file), before);
        utimesSync(file, 1, 1);
        assert.notEqual(await fileStamp(file), before);
    });
});
