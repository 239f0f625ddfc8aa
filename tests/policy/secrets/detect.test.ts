import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { ruleHelp } from "../../../automation/secrets/rules";
import { detect, leavesOf, secretFormats, textMax, type SecretFormat } from "../../../policy/secrets";
import { ruleNames } from "../../../policy/secrets/ruleNames";
import { corpus } from "./corpus/corpus";

const rows = z
    .array(z.tuple([z.string(), z.enum(secretFormats), z.string(), z.string()]))
    .parse(parse(readFileSync(join(__dirname, "rules.yaml"), "utf8")));
const cases = rows.map(([rule, format, keyPath, value]) => ({
    rule,
    format,
    keyPath,
    value: value.replaceAll("¦", ""),
}));

const rulesOf = (format: SecretFormat, keyPath: string, value: string): readonly string[] =>
    detect({ format, keyPath, value }).map(({ rule }) => rule);

describe("the detectors of secrets", () => {
    for (const { rule, format, keyPath, value } of cases)
        it(`${rule}: ${format} ${keyPath}, ${value.slice(0, 12)}…`, () => {
            assert.ok(rulesOf(format, keyPath, value).includes(rule), String(rulesOf(format, keyPath, value)));
        });

    it("have a case for every rule", () => {
        const parts = corpus().flatMap((part) => part.cases);
        const long = { format: "text", keyPath: "x", value: "a ".repeat(textMax / 2 + 1) } as const;
        const hit = new Set(
            [...parts, ...cases, long].flatMap(({ format, keyPath, value }) =>
                rulesOf(format as SecretFormat, keyPath, value),
            ),
        );
        assert.deepEqual(
            ruleNames.filter((rule) => !hit.has(rule)),
            [],
        );
        assert.deepEqual(
            [...hit].filter((rule) => !ruleNames.includes(rule)),
            [],
        );
        for (const rule of ruleNames) assert.ok(ruleHelp(rule).length > 10, rule);
    });

    for (const { name, cases: ofPart } of corpus())
        it(`find 98 % of the corpus and are right in 98 %, ${name}`, () => {
            const found = ofPart.map((one) => ({
                ...one,
                hit: rulesOf(one.format as SecretFormat, one.keyPath, one.value).length > 0,
            }));
            const count = (secret: boolean, hit: boolean) =>
                found.filter((one) => one.secret === secret && one.hit === hit).length;
            const wrong = JSON.stringify(found.filter((one) => one.secret !== one.hit).map(({ keyPath }) => keyPath));
            assert.ok(count(true, true) / (count(true, true) + count(true, false)) >= 0.98, wrong);
            assert.ok(count(true, true) / (count(true, true) + count(false, true)) >= 0.98, wrong);
        });

    it("tell no value, and the same fingerprint for the same value at the same place alone", () => {
        const [one, again, other, elsewhere] = [
            ["a.password", "hunter2"],
            ["a.password", "hunter2"],
            ["a.password", "hunter3"],
            ["b.password", "hunter2"],
        ].map(([keyPath = "", value = ""]) => detect({ keyPath, value, format: "yaml" })[0]?.fingerprint);
        assert.match(one ?? "", /^[0-9a-f]{16}$/);
        assert.equal(one, again);
        assert.notEqual(one, other);
        assert.notEqual(one, elsewhere);
        assert.ok(
            !JSON.stringify(detect({ keyPath: "a.password", value: "hunter2", format: "yaml" })).includes("hunter2"),
        );
    });

    it("take references for what they are, and the defaults in them for values", () => {
        for (const value of [
            "${PW}",
            "{{ env_var('PW') }}",
            "${{ secrets.PW }}",
            "op://a/b/c",
            "$(cat pw)",
            "vault://kv/a#b",
            "<password>",
            "${file:/a:b}",
        ])
            assert.deepEqual(rulesOf("yaml", "a.password", value), [], value);
        for (const value of [
            "${PW:-hunter2}",
            "${PW:hunter2}",
            "{{ env_var('PW', 'hunter2') }}",
            '{{ .Values.pw | default "hunter2" }}',
            "${{ secrets.PW || 'hunter2' }}",
        ])
            assert.deepEqual(rulesOf("yaml", "a.password", value), ["secret-by-key"], value);
    });

    it("go by the last words of a key, not by any", () => {
        for (const key of [
            "passwordPolicy.length",
            "tokenEndpoint",
            "existingSecret",
            "secretName",
            "bypass",
            "monkey",
            "passengers",
            "secretKeyRef.key",
            "imagePullSecrets[0]",
        ])
            assert.deepEqual(rulesOf("helm", key, "somewhat"), [], key);
        for (const key of [
            "DB_PASSWORD",
            "dbPassword",
            "db-password",
            "PGPASSWORD",
            "env[TOKEN].value",
            "a.clientSecret",
            "s3.secret-key",
        ])
            assert.notDeepEqual(rulesOf("helm", key, "somewhat"), [], key);
    });

    it("look for forms alone in programs", () => {
        assert.deepEqual(rulesOf("source", "password", "hunter2"), []);
        assert.deepEqual(rulesOf("source", "", `x = "gh${"p"}_${"aB3".repeat(12)}"`), ["github-token"]);
    });

    it("end soon on long and nasty texts", () => {
        for (const value of [
            "a".repeat(200_000),
            "password=".repeat(20_000),
            '"\\'.repeat(50_000),
            "${".repeat(50_000),
            "://a:".repeat(30_000),
        ])
            assert.ok(Array.isArray(detect({ keyPath: "x", value, format: "text" })));
    }).timeout(20_000);
});

describe("leavesOf", () => {
    it("names the entries of lists that are a name and a value", () => {
        const leaves = [...leavesOf({ env: [{ name: "DB_PASSWORD", value: "x" }, { name: "y" }], port: 1, on: true })];
        assert.deepEqual(leaves, [
            { keyPath: "env[DB_PASSWORD].name", value: "DB_PASSWORD" },
            { keyPath: "env[DB_PASSWORD].value", value: "x" },
            { keyPath: "env[1].name", value: "y" },
            { keyPath: "port", value: "1" },
        ]);
    });
});
