import assert from "node:assert/strict";
import { splitStatements } from "../../sql/split";

describe("the statement splitter", () => {
    const cases: [string, string, string[]][] = [
        ["splits at semicolons", "SELECT 1;\nSELECT 2;", ["SELECT 1", "SELECT 2"]],
        ["needs none at the end", "SELECT 1; SELECT 2", ["SELECT 1", "SELECT 2"]],
        ["passes over nothing", " ;;\n; ", []],
        ["keeps a semicolon in a string", "SELECT 'a;b'; SELECT 2", ["SELECT 'a;b'", "SELECT 2"]],
        ["knows doubled quotes", "SELECT 'it''s;'; SELECT 2", ["SELECT 'it''s;'", "SELECT 2"]],
        ["knows quoted names", "SELECT `a;b`; SELECT 2", ["SELECT `a;b`", "SELECT 2"]],
        ["leaves out a comment between statements", "-- a; b\nSELECT 1; /* c; d */ SELECT 2", ["SELECT 1", "SELECT 2"]],
        ["keeps a comment within one", "SELECT 1 -- a; b\n+ 2; SELECT 3", ["SELECT 1 -- a; b\n+ 2", "SELECT 3"]],
        ["knows a quote in a comment", "-- it's\nSELECT 1; SELECT 2", ["SELECT 1", "SELECT 2"]],
        ["knows dashes in a string", "SELECT '--'; SELECT 2", ["SELECT '--'", "SELECT 2"]],
        ["knows a comment in a string", "SELECT '/*'; SELECT '*/'", ["SELECT '/*'", "SELECT '*/'"]],
        [
            "keeps a statement set as one",
            "SET 'a' = 'b';\nEXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT 'END;'; END;\nSELECT 2;",
            [
                "SET 'a' = 'b'",
                "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT 'END;'; END",
                "SELECT 2",
            ],
        ],
        [
            "knows a CASE … END in a statement set",
            "execute statement set\nbegin\nINSERT INTO a SELECT CASE WHEN TRUE THEN 1 END FROM b; INSERT INTO c SELECT 1;\nend",
            [
                "execute statement set\nbegin\nINSERT INTO a SELECT CASE WHEN TRUE THEN 1 END FROM b; INSERT INTO c SELECT 1;\nend",
            ],
        ],
    ];
    for (const [what, script, statements] of cases)
        it(what, () => {
            assert.deepEqual(splitStatements(script), statements);
        });

    it("knows a CASE … END right before a semicolon in a statement set", () => {
        const script =
            "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT CASE WHEN TRUE THEN 1 END; INSERT INTO b SELECT 2; END; SELECT 3";
        assert.equal(splitStatements(script).length, 2);
    });

    for (const [what, script, message] of [
        ["a string", "SELECT 1;\nSELECT 'a", /^x\.sql:2: the string that begins here is not closed/],
        ["a name", "SELECT `a", /^x\.sql:1: the quoted name/],
        ["a comment", "\n\n/* a", /^x\.sql:3: the comment/],
        [
            "a statement set",
            "SELECT 1;\nEXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1;",
            /^x\.sql:2: the STATEMENT SET/,
        ],
    ] as const)
        it(`tells where ${what} is not closed`, () => {
            assert.throws(() => splitStatements(script, "x.sql"), { code: "sql-invalid", message });
        });
});
