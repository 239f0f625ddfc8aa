import assert from "node:assert/strict";
import { matchesKey, parseBaseline, sortOut } from "../../automation/secrets/baseline";
import { scanText } from "../../automation/secrets/scan";

const findings = scanText({ file: "a/x.yaml", text: "db: { password: hunter2 }\napi: { token: hunter3 }\n" });
const baseline = (text: string) => parseBaseline(text, "tidegate.secrets.yaml");
const sorted = (text: string, today = "2026-06-30", scanned = ["a/x.yaml"]) => {
    const { findings: open, accepted, expired, unknown } = sortOut(findings, baseline(text), scanned, today);
    return { open: open.map(({ keyPath }) => keyPath), accepted, expired, unknown };
};
const entry = (more: string): string =>
    `accepted:\n  - { files: "a/**", reason: "of a test, made up", expires: 2026-12-31${more} }\n`;

describe("the baseline of secrets", () => {
    it("keeps a finding quiet by file, key, rule and fingerprint", () => {
        assert.deepEqual(sorted(entry("")).open, []);
        assert.deepEqual(sorted(entry(", key: db.password")).open, ["api.token"]);
        assert.deepEqual(sorted(entry(`, fingerprint: ${findings[0]?.fingerprint}`)).open, ["api.token"]);
        assert.deepEqual(sorted(entry(", rule: jwt")).open, ["db.password", "api.token"]);
        assert.equal(sorted(entry("")).accepted, 2);
    });

    it("does not keep another value quiet by a fingerprint", () =>
        assert.deepEqual(sorted(entry(", fingerprint: 0123456789abcdef")).open.length, 2));

    it("ends on its day, and is named then", () => {
        assert.deepEqual(sorted(entry(""), "2026-12-30").open, []);
        const { open, expired } = sorted(entry(""), "2026-12-31");
        assert.equal(open.length, 2);
        assert.deepEqual(expired, ["a/**, 2026-12-31"]);
    });

    it("names what matches nothing any more, of the files that were scanned", () => {
        assert.deepEqual(sorted(entry(", key: gone")).unknown, ["a/** gone"]);
        assert.deepEqual(sorted(entry(", key: gone"), "2026-06-30", ["b.yaml"]).unknown, []);
    });

    it("takes keys that are declared public", () => {
        const text = 'public:\n  - { files: "a/*.yaml", key: "api.*", reason: "printed on every page" }\n';
        assert.deepEqual(sorted(text).open, ["db.password"]);
        assert.ok(matchesKey("*.token", "a[0].token") && !matchesKey("*.token", "a.tokens"));
    });

    it("has no entry without a reason and a day", () => {
        for (const text of [
            "accepted: [{ files: a, expires: 2026-12-31 }]",
            "accepted: [{ files: a, reason: because I say so }]",
            "accepted: [{ files: a, reason: no, expires: 2026-12-31 }]",
            "ignored: []",
        ])
            assert.throws(() => baseline(text), { code: "secrets-baseline-invalid" });
    });
});
