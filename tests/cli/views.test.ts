import assert from "node:assert/strict";
import { amount } from "../../automation/cli/activity";
import { checkLine, lastingLines, ndjsonView, plainView } from "../../automation/cli/views";
import { duration } from "../../automation/core/duration";
import type { CheckResult } from "../../automation/gates";
import { eventsVersion, type RolloutEvent } from "../../automation/rollout/events";

const plain = (text: string | undefined): string => (text ?? "").replace(/\u001b\[[0-9;]*m/g, "");

function sink() {
    const written: string[] = [];
    return { written, stream: { write: (text: string) => written.push(text) > 0 } };
}

const result = (more: Partial<CheckResult>): CheckResult => ({
    id: "data.x",
    stage: 3,
    layer: "runtime",
    title: "silver holds rows",
    status: "pass",
    evidence: {},
    seconds: 0,
    ...more,
});

describe("durations and amounts", () => {
    it("read as people say them", () => {
        assert.deepEqual([0.04, 9.94, 12.4, 99.4, 200].map(duration), ["0.0 s", "9.9 s", "12 s", "99 s", "3 min 20 s"]);
        assert.equal(amount(1234567, "events"), "1,234,567 events");
        assert.equal(amount(2_500_000, "bytes"), "2.5 MB");
    });
});

describe("checkLine", () => {
    it("says of a pass what was seen, and what a person should know all the same", () => {
        assert.equal(plain(checkLine(result({ summary: "9 rows" }))), "✓ 3 silver holds rows  9 rows");
        assert.match(
            plain(checkLine(result({ summary: "9 rows", warnings: ["little memory"] }))),
            /\n {2}! little memory$/,
        );
    });

    it("says of a failure why, where to look and what to do", () => {
        const text = plain(
            checkLine(result({ status: "fail", message: "0 rows", look: "the Flink UI", hint: "run it again" })),
        );
        assert.equal(text, "✗ 3 silver holds rows\n  0 rows\n  look at: the Flink UI\n  do: run it again");
    });
});

describe("lastingLines", () => {
    it("keep problems with hint and code, in the column of their layer", () => {
        const event: RolloutEvent = {
            type: "problem",
            layer: "broker",
            code: "x-y",
            message: "one\ntwo",
            hint: "do this",
        };
        assert.equal(plain(lastingLines(event)), "broker        one\n              two\n              do this [x-y]");
    });

    it("show what a preview would change as a diff, its properties below it", () => {
        const event: RolloutEvent = {
            type: "resource",
            layer: "storage",
            op: "replace",
            resourceType: "aws:s3/bucket:Bucket",
            name: "lake",
            diffs: ["bucket", "tags"],
            urn: "urn:x",
            properties: [
                { path: "bucket", kind: "update", forces: true, before: '"a"', after: '"b"' },
                { path: "tags", kind: "delete", forces: false, before: "{}" },
                { path: "policy", kind: "update", forces: false },
            ],
        };
        assert.deepEqual(plain(lastingLines(event)).split("\n"), [
            "storage       ± replace Bucket lake",
            '                  ~ bucket: "a" → "b"  forces the replacement',
            "                  - tags: {}",
            "                  ~ policy",
        ]);
        const advisory = ["broker is not deployed yet"];
        const found = {
            type: "preview",
            layer: "runtime",
            changes: { create: 2 },
            outputs: ["url"],
            advisory,
        } as const;
        assert.deepEqual(plain(lastingLines(found)).split("\n"), [
            "runtime       2 created at the next up (outputs: url)",
            "              advisory: broker is not deployed yet: it may come otherwise",
        ]);
    });

    it("are none of what is only going on", () => {
        assert.equal(lastingLines({ type: "activity", layer: "broker", text: "starting" }), undefined);
        assert.equal(lastingLines({ type: "layer", layer: "broker", state: "deploying" }), undefined);
    });
});

describe("plainView", () => {
    it("writes lines without terminal control, and no line twice", () => {
        const { written, stream } = sink();
        const view = plainView(stream);
        view.sink({ type: "layer", layer: "broker", state: "deploying" });
        view.sink({ type: "activity", layer: "broker", text: "create Process kafka" });
        view.sink({ type: "layer", layer: "broker", state: "succeeded", seconds: 4 });
        view.close();
        assert.deepEqual(written.map(plain), ["broker        ✓ done in 4.0 s\n"]);
    });
});

describe("ndjsonView", () => {
    it("writes each event as one versioned line", () => {
        const { written, stream } = sink();
        ndjsonView(stream).sink({ type: "note", text: "two\nlines" });
        const line = JSON.parse(written[0] ?? "") as { version: number; type: string; text: string };
        assert.deepEqual(
            [line.version, line.type, line.text, written[0]?.split("\n").length],
            [eventsVersion, "note", "two\nlines", 2],
        );
    });
});
