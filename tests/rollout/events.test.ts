import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020";
import addFormats from "ajv-formats";
import { ndjsonView } from "../../automation/cli/views";
import { eventsVersion, rolloutEventSchema, type RolloutEvent } from "../../automation/rollout/events";
import { eventsJsonSchema, eventsSchemaFile } from "../../automation/rollout/schema";
import { graph, scripted } from "./scripted";

/** Everything that rollouts of all kinds tell, green, red, interrupted and with hooks. */
async function everything(): Promise<readonly RolloutEvent[]> {
    const hooks = [
        { point: "beforeUp", layer: "storage", name: "backup", ok: true },
        { point: "afterUp", layer: "broker", name: "page", ok: false, blocking: false },
    ] as const;
    const runs = [
        scripted({ hooks }),
        scripted({ redAfter: "storage" }),
        scripted({ fail: "exercise produce" }),
        scripted({ abortIn: "up storage" }),
    ];
    for (const { rollout } of runs) await rollout.up();
    const preview = scripted();
    await preview.rollout.preview();
    const drift = scripted({ drifted: ["broker"] });
    await drift.rollout.drift(graph.order);
    const down = scripted({ fail: "destroy runtime" });
    await down.rollout.down([...graph.order]);
    return [...runs, preview, drift, down].flatMap(({ events }) => events);
}

describe("the schema of events", () => {
    it("is published as it is", () => {
        const committed: unknown = JSON.parse(readFileSync(eventsSchemaFile, "utf8"));
        assert.deepEqual(committed, JSON.parse(JSON.stringify(eventsJsonSchema())), "run `npm run schema`");
    });

    it("holds for every line that rollouts write", async () => {
        const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true });
        addFormats.default(ajv);
        const validate = ajv.compile(JSON.parse(readFileSync(eventsSchemaFile, "utf8")) as object);
        const lines: string[] = [];
        const view = ndjsonView({ write: (text: string) => lines.push(text) > 0 });
        for (const event of await everything()) view.sink(event);
        for (const line of lines) assert.ok(validate(JSON.parse(line)), `${line}\n${ajv.errorsText(validate.errors)}`);
        const types = new Set(lines.map((line) => (JSON.parse(line) as RolloutEvent).type));
        const wanted = [
            "check",
            "exercise",
            "hook",
            "layer",
            "note",
            "preview",
            "problem",
            "resource",
            "run-finished",
            "run-started",
        ];
        assert.deepEqual([...types].filter((type) => type !== "activity").sort(), wanted);
        assert.equal(validate({ version: eventsVersion, time: "2026-11-25T08:21:17Z", type: "note" }), false);
        assert.equal(
            validate({ version: eventsVersion + 1, time: "2026-11-25T08:21:17Z", type: "note", text: "" }),
            false,
        );
    });

    it("knows every field that is told", async () => {
        // What the schema does not know, zod leaves out.
        for (const event of await everything())
            assert.deepEqual(rolloutEventSchema.parse(event), JSON.parse(JSON.stringify(event)));
    });

    it("allows what a later version of the same number may add", () => {
        const later = { type: "note", text: "said", colour: "red" };
        assert.ok(rolloutEventSchema.safeParse(later).success);
        assert.ok(!JSON.stringify(eventsJsonSchema()).includes('"additionalProperties":false'));
    });
});

describe("run-started", () => {
    it("tells the whole graph with its edges, and which stacks the run is about", async () => {
        const { rollout, events } = scripted();
        await rollout.drift(["runtime"]);
        const [event] = events;
        assert.equal(event?.type, "run-started");
        if (event?.type !== "run-started") return;
        assert.deepEqual(event.layers, ["runtime"]);
        assert.deepEqual(
            event.stacks?.find(({ name }) => name === "runtime"),
            { name: "runtime", dependsOn: ["broker", "storage"], exercises: ["produce", "flink"] },
        );
        assert.equal(event.stacks?.length, graph.order.length);
    });
});
