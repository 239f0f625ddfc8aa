import assert from "node:assert/strict";
import { TidegateError } from "../../automation/core/errors";
import {
    duration,
    fragment,
    identifier,
    integer,
    raw,
    renderTemplate,
    sql,
    text,
    uri,
    type Value,
} from "../../sql/render";

const render = (template: string, values: Record<string, Value>) => renderTemplate("t.sql", template, values);

function refused(work: () => unknown, code: string, message: RegExp): void {
    assert.throws(work, (error) => {
        assert.ok(TidegateError.is(error));
        assert.equal(error.code, code);
        assert.match(error.message, message);
        return true;
    });
}

describe("the renderer", () => {
    it("writes each type of value as SQL", () => {
        const rendered = render("${a} ${b} ${c} ${d} ${e} ${f}", {
            a: identifier("raw_trips"),
            b: text("it's"),
            c: uri("s3://lake/x"),
            d: duration("10 s"),
            e: integer(3),
            f: fragment(raw("a + b")),
        });
        assert.equal(rendered, "`raw_trips` 'it''s' 's3://lake/x' '10 s' 3 a + b");
    });

    it("takes a file URI and a container of abfss, which is no user", () => {
        assert.equal(render("${a}", { a: uri("abfss://tables@account.dfs.core.windows.net/x") }).includes("@"), true);
        assert.equal(render("${a}", { a: uri("http://127.0.0.1:8181") }), "'http://127.0.0.1:8181'");
    });

    it("names file and line of a value that is missing", () => {
        refused(() => render("one\ntwo ${gone}", {}), "template-value-missing", /^t\.sql:2: .*\$\{gone\}/);
    });

    it("does not take what every object has for a value", () => {
        refused(() => render("${constructor}", {}), "template-value-missing", /constructor/);
    });

    it("refuses a value that is not used, and an empty one", () => {
        refused(
            () => render("x", { a: text("b") }),
            "template-value-unused",
            /^t\.sql: \$\{a\} is given, but not used/,
        );
        for (const empty of [text(""), identifier(""), uri(""), duration(""), fragment(raw("  "))])
            refused(() => render("${a}", { a: empty }), "template-value-unsafe", /^t\.sql:1: .* is empty/);
    });

    it("refuses a placeholder that is none", () => {
        for (const template of ["${}", "${A}", "${a b}", "${a", "${a.b}"])
            refused(() => render(template, { a: text("x") }), "template-invalid", /^t\.sql:1: /);
    });

    it("leaves no placeholder, not even one that a value brings", () => {
        refused(() => render("x\n${a}", { a: text("${b}") }), "template-value-unsafe", /placeholder is left in line 2/);
    });

    const injections: [string, Value][] = [
        ["a quote in a name", identifier("a`b")],
        ["a blank in a name", identifier("a b")],
        ["a statement in a name", identifier("a; DROP TABLE b")],
        ["a point in a name", identifier("lake.bronze")],
        ["a line break in a text", text("a\nb")],
        ["a carriage return in a text", text("a\rb")],
        ["a NUL in a text", text("a\0b")],
        ["a line separator in a text", text("a\u2028b")],
        ["a quote in a URI", uri("s3://a'b")],
        ["a blank in a URI", uri("s3://a b")],
        ["a comment in a URI", uri("s3://a\n--b")],
        ["a password in a URI", uri("https://user:secret@host/x")],
        ["a user in a URI", uri("https://user@host/x")],
        ["no URI", uri("lake")],
        ["a script as a URI", uri("javascript:alert(1)")],
        ["a duration with more behind it", duration("10 s'; DROP TABLE x")],
        ["a duration without unit", duration("10")],
        ["a duration of nothing", duration("0 s")],
        ["half a number", integer(1.5)],
        ["no number", integer(Number.NaN)],
        ["too large a number", integer(2 ** 60)],
    ];
    for (const [what, value] of injections)
        it(`refuses ${what}`, () => {
            refused(() => render("${a}", { a: value }), "template-value-unsafe", /^t\.sql:1: /);
        });

    it("keeps a hostile text inside its quotes", () => {
        for (const hostile of ["'; DROP TABLE x; --", "' OR '1'='1", "*/ x /*", "\\' x", "`x`", "$name", "'"]) {
            const rendered = render("SELECT ${a} FROM t", { a: text(hostile) });
            const literal = rendered.slice("SELECT ".length, -" FROM t".length);
            assert.match(literal, /^'(?:[^']|'')*'$/);
            assert.equal(literal.slice(1, -1).replaceAll("''", "'"), hostile);
        }
    });

    it("writes values in a fragment safely too", () => {
        assert.equal(sql`a = ${text("it's")} AND ${identifier("b")} > ${integer(2)}`.sql, "a = 'it''s' AND `b` > 2");
        assert.throws(() => sql`${identifier("a`b")}`);
    });

    it("says nothing of the value itself, which may be a secret", () => {
        assert.throws(
            () => render("${a}", { a: uri("https://user:hunter2@host/x") }),
            (error) => TidegateError.is(error) && !error.message.includes("hunter2"),
        );
    });
});
