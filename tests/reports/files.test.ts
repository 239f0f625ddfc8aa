import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { report } from "../../automation/cli/reports";
import { writeReports } from "../../automation/reports/files";
import { greenLakehouse, lakehouse, redLakehouse, ToldRun } from "./runs";

describe("the files of a run's reports", () => {
    let directory: string;
    beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), "tidegate-reports-"))));
    afterEach(() => rmSync(directory, { recursive: true, force: true }));

    it("are four, of the last run, with nothing beside them", async () => {
        const folder = join(directory, "reports");
        await writeReports(folder, redLakehouse());
        const { html, json, junit, markdown } = await writeReports(folder, greenLakehouse());
        assert.deepEqual(readdirSync(folder).sort(), ["junit.xml", "last-run.html", "last-run.json", "summary.md"]);
        assert.equal((JSON.parse(readFileSync(json, "utf8")) as { verdict: string }).verdict, "green");
        for (const file of [html, junit, markdown]) assert.doesNotMatch(readFileSync(file, "utf8"), /silver holds/);
    });

    it("leave those of the last run alone where they cannot be written", async () => {
        const folder = join(directory, "reports");
        writeFileSync(folder, "a file, where a folder has to be");
        await assert.rejects(writeReports(folder, greenLakehouse()), { code: "EEXIST" });
        assert.equal(readFileSync(folder, "utf8"), "a file, where a folder has to be");
    });

    it("of an up stay where they are when somebody looks ahead or takes away", async () => {
        await report(directory, greenLakehouse(), { variables: {} });
        const { html } = await report(directory, new ToldRun("preview", lakehouse).end(true), { variables: {} });
        assert.equal(html, join(directory, "reports", "preview", "last-run.html"));
        assert.match(readFileSync(join(directory, "reports", "last-run.html"), "utf8"), /tidegate up dev/);
    });

    it("go into the summary of the CI job too, after what is there", async () => {
        const summary = join(directory, "step.md");
        writeFileSync(summary, "# Before\n");
        const { markdown } = await report(directory, redLakehouse(), { variables: { GITHUB_STEP_SUMMARY: summary } });
        assert.equal(readFileSync(summary, "utf8"), `# Before\n${readFileSync(markdown, "utf8")}\n`);
    });

    it("are there although the summary of the job cannot be written", async () => {
        const warned: string[] = [];
        const variables = { GITHUB_STEP_SUMMARY: directory };
        const { markdown } = await report(directory, greenLakehouse(), {
            variables,
            warn: (text) => void warned.push(text),
        });
        assert.match(warned.join(), /^The job summary cannot be written: EISDIR/);
        assert.match(readFileSync(markdown, "utf8"), /green/);
    });
});
