import assert from "node:assert/strict";
import type { Active } from "../../automation/cli/activity";
import { FoldedLines } from "../../automation/cli/folding";
import { liveLines, liveView, Tally } from "../../automation/cli/live";
import { lastingLines } from "../../automation/cli/views";
import type { RolloutEvent } from "../../automation/rollout/events";

const plain = (text: string): string => text.replace(/\u001b\[[0-9;?]*[a-zA-Z]/g, "");
const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `team-${index}`);

const working = (count: number): Map<string, Active> =>
    new Map(
        names(count).map((name, index) => [
            name,
            {
                state: "deploying",
                since: Date.now() - 1000 * (count - index),
                text: `create Bucket ${name}`,
                progress: "",
            },
        ]),
    );

describe("the live view", () => {
    it("has one line per stack at work, with its current resource", () => {
        const lines = liveLines(working(3), undefined, { rows: 24, columns: 100 }, 0, 14).map(plain);
        assert.equal(lines.length, 3);
        assert.match(lines[0] ?? "", /^⠋ team-0 +deploying +3\.0 s {2}create Bucket team-0$/);
    });

    it("never has more lines than the terminal has rows, and says how many it does not show", () => {
        for (const rows of [1, 2, 3, 10, 24, 50])
            for (const count of [0, 1, 7, 40, 200]) {
                const lines = liveLines(working(count), "1 of 200 done", { rows, columns: 80 }, 0, 14).map(plain);
                assert.ok(lines.length <= rows, `${lines.length} lines in ${rows} rows`);
                assert.ok(lines.every(({ length }) => length < 80));
            }
        const lines = liveLines(working(40), "1 of 200 done", { rows: 24, columns: 80 }, 0, 14).map(plain);
        assert.deepEqual(lines.slice(-2), ["  and 26 more at work", "  1 of 200 done"]);
        assert.match(lines[0] ?? "", /team-0 /, "those that work longest come first");
    });

    it("says how far a run of many stacks is", () => {
        const tally = new Tally();
        tally.take({ type: "run-started", operation: "up", environment: "dev", layers: names(200) });
        tally.take({ type: "layer", layer: "team-0", state: "succeeded" });
        tally.take({ type: "layer", layer: "team-1", state: "failed" });
        tally.take({ type: "layer", layer: "team-2", state: "blocked" });
        assert.equal(plain(tally.line(8) ?? ""), "1 of 200 done · 8 at work · 1 failed · 1 not started");
    });

    it("keeps each frame within the terminal while 200 stacks roll out", () => {
        const written: string[] = [];
        const stream = { isTTY: true, rows: 24, columns: 80, write: (text: string) => written.push(text) > 0 };
        const view = liveView(stream as unknown as NodeJS.WriteStream);
        view.sink({ type: "run-started", operation: "up", environment: "dev", layers: names(200) });
        for (const layer of names(100)) {
            view.sink({ type: "layer", layer, state: "deploying" });
            view.sink({ type: "activity", layer, text: "create\nBucket \u001b[31mone" });
        }
        for (const layer of names(100)) view.sink({ type: "layer", layer, state: "succeeded", seconds: 2 });
        view.close();
        for (const text of written) assert.ok(text.split("\n").length <= 24, text);
        assert.equal(written.map(plain).join("").split("✓ done in 2.0 s").length - 1, 100);
    });
});

describe("the lines of a run with many stacks", () => {
    const check = (status: "pass" | "fail"): RolloutEvent => ({
        type: "check",
        layer: "team-0",
        result: { id: "a.b", stage: 1, layer: "team-0", title: "it holds", status, evidence: {}, seconds: 0 },
    });
    const told = (events: readonly RolloutEvent[]): string[] => {
        const folded = new FoldedLines(names(200), 14);
        return events.flatMap((event) => folded.of(event)).map(plain);
    };

    it("are one for each that ends green", () => {
        const lines = told([
            { type: "layer", layer: "team-0", state: "deploying" },
            { type: "resource", layer: "team-0", op: "create", resourceType: "a:b:Bucket", name: "x", diffs: [] },
            { type: "note", layer: "team-0", text: "1 created" },
            check("pass"),
            { type: "layer", layer: "team-0", state: "succeeded", seconds: 2 },
        ]);
        assert.deepEqual(lines, ["team-0        ✓ done in 2.0 s  1 created, 1 of 1 checks"]);
    });

    it("are all that was said of one that fails, in one piece", () => {
        const lines = told([
            { type: "note", layer: "team-0", text: "changed since run x" },
            { type: "note", layer: "team-1", text: "of another" },
            { type: "problem", layer: "team-0", code: "c", message: "it broke" },
            { type: "layer", layer: "team-0", state: "failed", seconds: 2 },
        ]);
        assert.deepEqual(lines, [
            "team-0        changed since run x",
            "team-0        it broke [c]",
            "team-0        ✗ failed after 2.0 s",
        ]);
    });

    it("hold a red check of a green stack", () => {
        const lines = told([check("fail"), { type: "layer", layer: "team-0", state: "succeeded", seconds: 2 }]);
        assert.equal(lines.length, 2);
        assert.match(lines[0] ?? "", /✗ 1 it holds/);
    });

    it("say once how many were not started, and what was cut off in the middle", () => {
        const lines = told([
            { type: "note", layer: "team-9", text: "half done" },
            { type: "layer", layer: "team-1", state: "blocked", reason: "stands on team-0, which failed" },
            { type: "layer", layer: "team-2", state: "blocked", reason: "stands on team-1, which is blocked" },
            { type: "run-finished", operation: "up", ok: false, seconds: 1 },
        ]);
        assert.deepEqual(lines, [
            "team-1        – not started and 1 more: stands on team-0, which failed",
            "team-9        half done",
        ]);
    });
});

describe("lastingLines of many stacks", () => {
    it("count stacks that could not be read in a line, and keep long names apart from what is said", () => {
        const event: RolloutEvent = { type: "run-started", operation: "up", environment: "dev", layers: names(13) };
        assert.equal(plain(lastingLines(event) ?? ""), "up dev: 13 stacks");
        const note: RolloutEvent = { type: "note", layer: "a-name-that-is-long", text: "said" };
        assert.equal(plain(lastingLines(note) ?? ""), "a-name-that-is-long said");
    });
});
