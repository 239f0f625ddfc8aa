import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../../../automation/core/repository";
import { excepted } from "./excepted";

describe("files that may have secrets in clear", () => {
    it("are those that docs/secrets.md names, with their modes", () => {
        const text = readFileSync(join(repositoryRoot, "docs", "secrets.md"), "utf8");
        const rows = [...text.matchAll(/^\| ([^|]+) \| (0\d\d\d)(?:,[^|]*?folder (0\d\d\d))? \|/gm)];
        const octal = (mode: number | undefined) => (mode === undefined ? undefined : `0${mode.toString(8)}`);
        assert.deepEqual(
            rows.map(([, named, mode, folderMode]) => ({ named, mode, folderMode })),
            excepted.map(({ named, mode, folderMode }) => ({
                named,
                mode: octal(mode),
                folderMode: octal(folderMode),
            })),
        );
    });
});
