import assert from "node:assert/strict";
import { shellQuote } from "../../automation/core/shellQuote";

describe("shellQuote", () => {
    it("quotes what a shell would take apart", () => {
        assert.equal(shellQuote("/a/b:c"), "/a/b:c");
        assert.equal(shellQuote("it's $HOME"), "'it'\\''s $HOME'");
        assert.equal(shellQuote(""), "''");
    });
});
