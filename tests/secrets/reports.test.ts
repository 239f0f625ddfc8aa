import assert from "node:assert/strict";
import Ajv from "ajv";
import { XMLParser } from "fast-xml-parser";
import { renderScanJunit } from "../../automation/secrets/junit";
import { renderSarif } from "../../automation/secrets/sarif";
import { scanText } from "../../automation/secrets/scan";

const findings = scanText({ file: "a b/x.yaml", text: "db:\n  password: hunter2\n" });
const text = { type: "object", required: ["text"], properties: { text: { type: "string", minLength: 1 } } };
/** What SARIF 2.1.0 (sarif-schema-2.1.0.json) asks of the parts that are written, and that nothing else is. */
const shape = {
    type: "object",
    required: ["version", "runs"],
    additionalProperties: false,
    properties: {
        $schema: { type: "string" },
        version: { const: "2.1.0" },
        runs: {
            type: "array",
            items: {
                type: "object",
                required: ["tool", "results"],
                additionalProperties: false,
                properties: {
                    tool: {
                        type: "object",
                        required: ["driver"],
                        properties: {
                            driver: {
                                type: "object",
                                required: ["name"],
                                properties: {
                                    name: { type: "string" },
                                    version: { type: "string" },
                                    rules: {
                                        type: "array",
                                        uniqueItems: true,
                                        items: {
                                            type: "object",
                                            required: ["id"],
                                            properties: { id: { type: "string" }, shortDescription: text },
                                        },
                                    },
                                },
                            },
                        },
                    },
                    originalUriBaseIds: { type: "object" },
                    results: {
                        type: "array",
                        items: {
                            type: "object",
                            required: ["message", "ruleId", "locations"],
                            properties: {
                                ruleIndex: { type: "integer", minimum: 0 },
                                level: { enum: ["none", "note", "warning", "error"] },
                                message: text,
                                partialFingerprints: { type: "object", additionalProperties: { type: "string" } },
                                locations: {
                                    type: "array",
                                    minItems: 1,
                                    items: {
                                        type: "object",
                                        required: ["physicalLocation"],
                                        properties: {
                                            physicalLocation: {
                                                type: "object",
                                                required: ["artifactLocation", "region"],
                                                properties: {
                                                    artifactLocation: {
                                                        type: "object",
                                                        required: ["uri"],
                                                        properties: {
                                                            uri: { type: "string", pattern: "^[^\\s/][^\\s]*$" },
                                                        },
                                                    },
                                                    region: {
                                                        type: "object",
                                                        properties: { startLine: { type: "integer", minimum: 1 } },
                                                    },
                                                },
                                            },
                                        },
                                    },
                                },
                            },
                        },
                    },
                },
            },
        },
    },
};

describe("reports of secrets", () => {
    it("are SARIF 2.1.0, with and without a finding", () => {
        const validate = new Ajv().compile(shape);
        for (const some of [findings, []]) {
            const log = JSON.parse(renderSarif(some, "0.1.0")) as { runs: { results: object[] }[] };
            assert.ok(validate(log), JSON.stringify(validate.errors));
            assert.equal(log.runs[0]?.results.length, some.length);
        }
        assert.match(renderSarif(findings, "0.1.0"), /"startLine": 2[^]*db\.password/);
    });

    it("are JUnit XML, with a failure for each finding and a pass for none", () => {
        const run = { startedAt: "2026-01-01T00:00:00.000Z", seconds: 1 };
        const none = { accepted: 0, expired: [], unknown: [], scanned: 3, skipped: [] };
        const read = (xml: string) =>
            (new XMLParser({ ignoreAttributes: false }).parse(xml) as { testsuites: Record<string, string> })
                .testsuites;
        assert.deepEqual(
            [
                read(renderScanJunit({ ...none, findings }, run)),
                read(renderScanJunit({ ...none, findings: [] }, run)),
            ].map((suites) => [suites["@_tests"], suites["@_failures"]]),
            [
                ["1", "1"],
                ["1", "0"],
            ],
        );
    });

    it("hold no value", () => {
        const run = { startedAt: "2026-01-01T00:00:00.000Z", seconds: 1 };
        const report = { findings, accepted: 0, expired: [], unknown: [], scanned: 1, skipped: [] };
        for (const one of [renderSarif(findings, "1"), renderScanJunit(report, run), JSON.stringify(report)])
            assert.ok(!one.includes("hunter2"));
    });
});
