import assert from "node:assert/strict";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { renderJunit } from "../../automation/reports/junit";
import type { RunFacts } from "../../automation/reports/facts";
import { check, greenLakehouse, lakehouse, redCheck, redLakehouse, ToldRun } from "./runs";

interface Case {
    readonly "@name": string;
    readonly "@time": string;
    readonly failure?: { readonly "@message": string; readonly "@type": string; readonly "#": string };
    readonly skipped?: { readonly "@message": string };
}

interface Suite {
    readonly "@name": string;
    readonly "@tests": string;
    readonly "@failures": string;
    readonly "@skipped": string;
    readonly testcase: Case | readonly Case[];
}

/** As a CI server reads it. */
function suites(facts: RunFacts): readonly Suite[] {
    const xml = renderJunit(facts);
    assert.equal(XMLValidator.validate(xml), true);
    const parser = new XMLParser({
        ignoreAttributes: false,
        attributeNamePrefix: "@",
        textNodeName: "#",
        parseTagValue: false,
        trimValues: false,
    });
    const document = parser.parse(xml) as { testsuites: { testsuite: Suite | readonly Suite[] } };
    return [document.testsuites.testsuite].flat();
}

const casesOf = (facts: RunFacts, name: string): readonly Case[] =>
    [suites(facts).find((suite) => suite["@name"] === name)?.testcase ?? []].flat();

describe("the JUnit report", () => {
    it("has a suite per stack, and one for the preflight, with their counts", () => {
        const found = suites(redLakehouse());
        assert.deepEqual(
            found.map((suite) => [suite["@name"], suite["@tests"], suite["@failures"], suite["@skipped"]]),
            [
                ["preflight", "2", "0", "0"],
                ["foundation", "2", "0", "1"],
                ["broker", "3", "0", "1"],
                ["storage", "2", "0", "0"],
                ["catalog", "2", "0", "0"],
                ["runtime", "8", "1", "1"],
                ["observability", "1", "0", "1"],
            ],
        );
    });

    it("has a case for the operation, each exercise and each check, in seconds", () => {
        const cases = casesOf(redLakehouse(), "runtime");
        assert.deepEqual(cases.map((one) => [one["@name"], one["@time"]]).slice(0, 5), [
            ["up", "9.000"],
            ["exercise produce", "1.500"],
            ["exercise flink", "12.000"],
            ["exercise dbt", "6.000"],
            ["flink taskmanagers holds [infra.flink-taskmanagers]", "0.400"],
        ]);
    });

    it("says of a red check what it saw, where to look and what to do", () => {
        const red = casesOf(redLakehouse(), "runtime").find(({ failure }) => failure !== undefined);
        assert.equal(red?.failure?.["@message"], "silver holds 0 rows after 90 s");
        assert.match(red?.failure?.["#"] ?? "", /look at: http:.*\ndo: See the exceptions/);
    });

    it("says why what was not begun, not run or not deployed was skipped", () => {
        const facts = redLakehouse();
        const why = (name: string): unknown =>
            casesOf(facts, name).find(({ skipped }) => skipped)?.skipped?.["@message"];
        assert.equal(why("observability"), "stands on runtime, which failed");
        assert.equal(why("foundation"), "unchanged since run 20261124T1-aa: its deployment is skipped");
        assert.equal(why("runtime"), "not run: stage 3 (data) is red");
        assert.equal(why("broker"), "red, and holds nothing up: a consumer is 12 records behind");
    });

    it("blames what failed: the operation, the exercise, the hook, or nobody's stack", () => {
        const failed = (facts: RunFacts, name: string): unknown =>
            casesOf(facts, name)
                .filter(({ failure }) => failure !== undefined)
                .map((one) => [one["@name"], one.failure?.["@type"]]);
        const begun = (): ToldRun =>
            new ToldRun("up", lakehouse).state("runtime", "preflight").state("runtime", "deploying");
        assert.deepEqual(failed(begun().problem("resource-failed", "no", "runtime").end(false), "runtime"), [
            ["up", "resource-failed"],
        ]);
        const exercising = begun().state("runtime", "exercising");
        exercising.tell({ type: "exercise", layer: "runtime", exercise: "produce", summary: "", seconds: 1 });
        assert.deepEqual(failed(exercising.problem("sql-failed", "no", "runtime").end(false), "runtime"), [
            ["exercise flink", "sql-failed"],
        ]);
        const hooked = begun();
        hooked.tell({
            type: "hook",
            layer: "runtime",
            point: "beforeUp",
            name: "backup",
            ok: false,
            blocking: true,
            text: "no",
        });
        const facts = hooked.problem("hook-failed", "no", "runtime").end(false);
        assert.deepEqual(failed(facts, "runtime"), [["beforeUp backup", "hook-failed"]]);
        assert.match(casesOf(facts, "runtime")[0]?.skipped?.["@message"] ?? "", /the hook backup \(beforeUp\) is red/);
        const full = new ToldRun("up", lakehouse).problem("disk-full", "The disk is full.").end(false);
        assert.deepEqual(failed(full, "preflight"), [["up", "disk-full"]]);
    });

    it("has drift as a failure, and no failure where all is green", () => {
        const drift = new ToldRun("drift", lakehouse, ["broker"]).state("broker", "deploying");
        drift.resource("broker", "drifted", "topic", "kafka:index:Topic", ["partitions"]).state("broker", "succeeded");
        assert.equal(casesOf(drift.end(true), "broker")[0]?.failure?.["@message"], "1 drifted");
        assert.ok(suites(greenLakehouse()).every((suite) => suite["@failures"] === "0"));
    });

    it("is XML whatever a program has printed", () => {
        const text = 'a "<b>" & ]]> \u001b[31mred\u001b[0m \u0000\u0007 \ud800 ü 😀';
        const run = new ToldRun("up", lakehouse).state("storage", "validating");
        run.check("storage", redCheck("a.b", { message: text, title: text, hint: text }));
        run.check("storage", check("a.c", { summary: text, evidence: { text } }));
        const xml = renderJunit(run.problem("gate-red", text, "storage").end(false));
        assert.doesNotMatch(xml, /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800](?![\udc00-\udfff])/);
        const read = casesOf(run.end(false), "storage").find(({ failure }) => failure !== undefined);
        assert.equal(read?.failure?.["@message"], 'a "<b>" & ]]> red  \ufffd ü 😀');
    });
});
