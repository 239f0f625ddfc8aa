import assert from "node:assert/strict";
import { Rollout } from "../../automation/rollout/rollout";
import { nothing } from "../../automation/engine/snapshot";
import type { Entry } from "../../automation/ledger/ledger";
import type { Memory } from "../../automation/rollout/memory";
import { select } from "../../automation/graph/selection";
import { graph, scripted } from "./scripted";

describe("a stack that has not changed", () => {
    const last = {
        type: "stack-succeeded",
        stack: "",
        skipped: false,
        inputs: {},
        checkpoint: "c",
        outputs: "o",
    } as const;
    const inputs = {
        program: "",
        project: "",
        configuration: "",
        variables: "",
        upstream: "",
        policies: "",
        versions: "",
    };
    /** Remembers every stack but those named; `journal` holds what was written down. */
    function remembering(
        script: Parameters<typeof scripted>[0],
        changed: readonly string[] = [],
        before: (entry: Entry, done: readonly string[]) => void = () => {},
    ) {
        const given = scripted(script);
        const journal: Entry[] = [];
        const memory: Memory = {
            judge: async (stack) => ({
                inputs,
                unchanged: changed.includes(stack) ? undefined : { ...last, stack, run: "r1" },
                known: true,
                why: changed.includes(stack) ? "changed since run r1: program" : "unchanged since run r1",
            }),
            success: async (stack, _judgement, skipped) => ({ ...last, stack, skipped }),
            learn: () => {},
        };
        const rollout = new Rollout({
            ...given.deps,
            memory,
            journal: {
                record: async (entry) => {
                    before(entry, given.done);
                    journal.push(entry);
                },
            },
            read: async (stack) => ({ ...nothing, outputs: { name: stack } }),
        });
        return { ...given, rollout, journal };
    }
    const until = { choices: select(graph, { only: ["storage"] }) };

    it("is looked at, and not deployed", async () => {
        const { rollout, done, journal, events } = remembering({});
        const result = await rollout.up();
        assert.ok(result.ok);
        assert.ok(!done.some((what) => what.startsWith("up ")), done.join(", "));
        assert.ok(done.includes("exercise produce") && done.includes("validate observability"));
        assert.deepEqual(result.outputs.get("runtime"), { name: "runtime" });
        const skipped = journal.filter((entry) => entry.type === "stack-succeeded" && entry.skipped);
        assert.equal(skipped.length, 4);
        assert.ok(events.some((event) => event.type === "note" && /its deployment is skipped/.test(event.text)));
    });

    it("takes nothing from what was found of stacks beside it where its own first look does not count", async () => {
        const { rollout } = remembering({ redOnce: "storage" });
        const { checks } = await rollout.up({ choices: select(graph, { only: ["broker", "storage"] }) });
        assert.deepEqual(
            checks.map(({ id }) => id).filter((id) => /broker|storage/.test(id)),
            ["broker", "storage"].flatMap((name) => [`contracts-${name}`, `green-${name}`, `maybe-${name}`]),
        );
    });

    it("is deployed after all where it is red, and its first look does not count", async () => {
        const { rollout, done } = remembering({ redOnce: "storage" });
        const result = await rollout.up(until);
        assert.deepEqual(done, ["validate storage", "up storage", "validate storage"]);
        assert.ok(result.ok);
        assert.deepEqual(
            result.checks.map(({ status }) => status),
            ["pass", "pass", "pass", "pass"],
        );
    });

    it("is deployed after all where an exercise fails, or where it is asked for", async () => {
        const failing = remembering({ failOnce: "exercise produce" });
        assert.ok((await failing.rollout.up({ choices: select(graph, { only: ["runtime"] }) })).ok);
        assert.ok(failing.done.includes("up runtime"));
        const all = remembering({});
        await all.rollout.up({ ...until, all: true });
        assert.deepEqual(all.done, ["up storage", "validate storage"]);
    });

    it("is red in the end where the deployment does not help", async () => {
        const { rollout, done, journal } = remembering({ redAfter: "storage" });
        const result = await rollout.up(until);
        assert.deepEqual([result.ok, done], [false, ["validate storage", "up storage", "validate storage"]]);
        assert.deepEqual(
            journal.map(({ type }) => type),
            ["operation-started", "operation-finished", "stack-failed", "run-finished"],
        );
    });

    it("has what is done to it written down before it is done", async () => {
        const order: string[] = [];
        const { rollout, journal } = remembering({}, ["storage"], ({ type }, done) =>
            order.push(`${type} after ${done.length}`),
        );
        await rollout.up(until);
        assert.deepEqual(order.slice(0, 2), ["operation-started after 0", "operation-finished after 1"]);
        const started = journal.find((entry) => entry.type === "operation-started");
        assert.equal(started?.type === "operation-started" ? started.why : "", "changed since run r1: program");
    });

    it("is not touched where that cannot be written down", async () => {
        const given = remembering({}, ["storage"], () => {
            throw Object.assign(new Error("full"), { code: "ENOSPC" });
        });
        const result = await given.rollout.up(until);
        assert.deepEqual([given.done, result.ok, result.problem?.code], [[], false, "disk-full"]);
    });
});
