import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { newestState } from "../../components/provider/resources/flinkState";

describe("the state that a lost job goes on from", () => {
    let folder: string;
    let checkpoints: string;
    const none = { jobId: "j", savepoint: "", checkpoint: "" };

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "tidegate-"));
        checkpoints = pathToFileURL(folder).href;
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    const keep = (path: string, seconds: number, complete = true): string => {
        const made = join(folder, path);
        mkdirSync(made, { recursive: true });
        if (complete) {
            writeFileSync(join(made, "_metadata"), "");
            utimesSync(join(made, "_metadata"), seconds, seconds);
        }
        return pathToFileURL(made).href;
    };

    it("is nothing where nothing was kept", async () => {
        assert.equal(await newestState(checkpoints, none), undefined);
    });

    it("is the newest complete checkpoint of that job", async () => {
        keep("j/chk-9", 100);
        const newest = keep("j/chk-10", 200);
        keep("j/chk-11", 300, false);
        keep("j/shared", 400);
        keep("other/chk-99", 500);
        assert.deepEqual(await newestState(checkpoints, none), { path: newest, savepoint: false });
    });

    it("is the savepoint where that is newer, and is there", async () => {
        const checkpoint = keep("j/chk-1", 100);
        const savepoint = keep("savepoint-1", 200);
        assert.deepEqual(await newestState(checkpoints, { ...none, savepoint }), { path: savepoint, savepoint: true });
        const gone = `${checkpoints}/savepoint-gone`;
        assert.deepEqual(await newestState(checkpoints, { ...none, savepoint: gone }), {
            path: checkpoint,
            savepoint: false,
        });
    });

    it("is what was last seen where the folder can't be listed", async () => {
        const known = { jobId: "j", savepoint: "s3://x/savepoint", checkpoint: "s3://x/j/chk-3" };
        assert.deepEqual(await newestState("s3://x", known), { path: known.checkpoint, savepoint: false });
        assert.deepEqual(await newestState("s3://x", { ...known, checkpoint: "" }), {
            path: known.savepoint,
            savepoint: true,
        });
    });
});
