import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { policiesDoc, policiesMarkdown } from "../../policy/doc";

it("docs/policies.md shows the examples that are the tests", () => {
    const text = readFileSync(policiesDoc, "utf8");
    assert.ok(text === policiesMarkdown(text), "run npm run schema");
});
