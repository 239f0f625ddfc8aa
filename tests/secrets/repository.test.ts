import assert from "node:assert/strict";
import { repositoryRoot } from "../../automation/core/repository";
import { scanProject } from "../../automation/secrets/project";

describe("this repository", function () {
    this.timeout(120_000);

    it("has no secret in plain text, and a baseline that is true", async () => {
        const { findings, expired, unknown, scanned, skipped } = await scanProject(repositoryRoot, {
            today: new Date().toISOString().slice(0, 10),
        });
        assert.ok(scanned > 500, `only ${scanned} files were scanned`);
        assert.deepEqual(
            findings.map(({ file, line, keyPath, rule }) => `${file}:${line} ${keyPath} ${rule}`),
            [],
        );
        assert.deepEqual({ expired, unknown, skipped }, { expired: [], unknown: [], skipped: [] });
    });
});
