import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fidelityDocument, fidelityFile } from "../../automation/rehearsal/fidelityDoc";
import { rowsByToken } from "./examples";

describe("docs/rehearsal-fidelity.md", () => {
    it("is what the rows say: `npm run schema` writes it", () => {
        assert.ok(
            readFileSync(fidelityFile, "utf8") === fidelityDocument(),
            "the rows have changed since: run `npm run schema`",
        );
    });

    it("has every row with each of its refusals, and each line whole", () => {
        const text = fidelityDocument();
        for (const { row } of rowsByToken.values()) {
            const [, rest = assert.fail(row.token)] = text.split(`#### \`${row.token}\`\n`);
            const section = rest.split("\n#")[0] ?? "";
            assert.equal(section.match(/^- refuses /gm)?.length ?? 0, row.refuses?.length ?? 0, row.token);
            for (const line of section.split("\n").filter((one) => one !== "")) assert.match(line, /^- /, row.token);
        }
    });

    it("names no secret and no machine", () => {
        assert.doesNotMatch(fidelityDocument(), /\/home\/|\/work\/|localhost/);
    });
});
