import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { settingsTexts } from "../../automation/lakehouse/settingsTexts";

describe("texts that a rollout of the lakehouse reads", () => {
    const root = mkdtempSync(join(tmpdir(), "tidegate-texts-"));
    after(() => rmSync(root, { recursive: true }));

    it("are those that are there: a release's link to a stack file that nobody has written yet is none", async () => {
        mkdirSync(join(root, "stacks"));
        writeFileSync(join(root, "Pulumi.yaml"), "name: lakehouse\n");
        writeFileSync(join(root, "written.yaml"), "config: {}\n");
        symlinkSync("../written.yaml", join(root, "stacks", "Pulumi.dev-broker.yaml"));
        symlinkSync("../nowhere.yaml", join(root, "stacks", "Pulumi.dev-storage.yaml"));
        assert.deepEqual(await settingsTexts("dev", root), [
            { file: "Pulumi.yaml", text: "name: lakehouse\n" },
            { file: "stacks/Pulumi.dev-broker.yaml", text: "config: {}\n" },
        ]);
    });
});
