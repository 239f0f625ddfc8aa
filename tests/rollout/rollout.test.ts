import assert from "node:assert/strict";
import type { CheckResult } from "../../automation/gates";
import { Graph } from "../../automation/graph/graph";
import type { OperationResult } from "../../automation/engine/protocol";
import type { RolloutEvent } from "../../automation/rollout/events";
import { Rollout, type RolloutDependencies } from "../../automation/rollout/rollout";
import { changesText } from "../../automation/rollout/teller";
import type { Surroundings } from "../../automation/rollout/surroundings";
import { nothing } from "../../automation/engine/snapshot";
import type { Entry } from "../../automation/ledger/ledger";
import type { Memory } from "../../automation/rollout/memory";
import { failing, pass } from "../../automation/gates/check";
import type { HookPoint } from "../../automation/graph/steps";
import { select } from "../../automation/graph/selection";
import { TidegateError } from "../../automation/core/errors";

const graph = new Graph([
    { name: "broker", dependsOn: [], exercises: [] },
    { name: "storage", dependsOn: [], exercises: [] },
    { name: "runtime", dependsOn: ["broker", "storage"], exercises: ["produce", "flink"] },
    { name: "observability", dependsOn: ["runtime"], exercises: [] },
]);

const check = (id: string, status: CheckResult["status"] = "pass"): CheckResult =>
    ({
        id,
        stage: 1,
        layer: "storage",
        title: id,
        status,
        seconds: 0,
        evidence: {},
        ...(status === "pass" ? {} : { message: "it is red" }),
    }) as CheckResult;

interface ScriptedHook {
    readonly point: HookPoint;
    readonly layer: string;
    readonly name: string;
    readonly ok: boolean;
    readonly blocking?: boolean;
    readonly onFailure?: boolean;
}

/** A driver whose operations and surroundings are scripted, and which writes down what was done in which order. */
function scripted(
    script: {
        fail?: string;
        redAfter?: string;
        redBefore?: string;
        abortIn?: string;
        hooks?: readonly ScriptedHook[];
        secret?: string;
        /** Red, or failing, the first time alone. */
        redOnce?: string;
        failOnce?: string;
        drifted?: readonly string[];
    } = {},
) {
    const done: string[] = [];
    const events: RolloutEvent[] = [];
    const abort = new AbortController();
    const step = async (what: string): Promise<void> => {
        done.push(what);
        await new Promise((resolve) => setImmediate(resolve));
        if (script.abortIn === what) abort.abort();
        if (script.failOnce === what && done.filter((one) => one === what).length === 1)
            throw new TidegateError(`${what} failed`, { code: "test" });
        if (script.fail === what) throw new TidegateError(`${what} failed`, { code: "test" });
    };
    const red = (layer: string): boolean =>
        script.redAfter === layer ||
        (script.redOnce === layer && done.filter((one) => one === `validate ${layer}`).length === 1);
    const surroundings: Surroundings = {
        preflight: async () => [check("tools", script.redBefore === "all" ? "fail" : "pass")],
        preflightStack: async (layer) => [check(`contracts-${layer}`, script.redBefore === layer ? "fail" : "pass")],
        looksAt: () => true,
        exercise: async (_layer, name) => {
            await step(`exercise ${name}`);
            return `${name} done`;
        },
        hooks: async (point, layer, _seen, failed) => {
            const results = (script.hooks ?? []).filter((one) => one.point === point && one.layer === layer);
            return results
                .filter((one) => !failed || one.onFailure || point === "onFailure")
                .map(({ name, ok, blocking = true }) => {
                    done.push(`${point} ${layer} ${name}`);
                    return {
                        point,
                        name,
                        blocking,
                        verdict: ok
                            ? pass("fine", { exitCode: 0 })
                            : failing({ look: "", hint: "mend it" }, script.secret ?? "it broke"),
                    };
                });
        },
        validate: async (layer) => {
            await step(`validate ${layer}`);
            return [check(`green-${layer}`), check(`maybe-${layer}`, red(layer) ? "fail" : "pass")];
        },
    };
    const deps: RolloutDependencies = {
        environment: "local",
        graph,
        surroundings,
        operate: async (layer, operation, options): Promise<OperationResult> => {
            await step(`${operation} ${layer}`);
            if (operation === "drift") {
                const fact = { kind: "resource", phase: "done", op: "update", diffs: [] } as const;
                const told = script.drifted?.includes(layer) ? ["aws:s3:Bucket", "aws:s3:Object"] : [];
                // Every stack's references are told as updated too, where their outputs have changed.
                for (const type of [...told, "pulumi:pulumi:StackReference"])
                    options.onFact({ ...fact, type, name: "one", urn: `urn:${type}` });
                return { changes: { update: told.length + 1 } };
            }
            const secrets = script.secret === undefined ? [] : [script.secret];
            return { snapshot: { ...nothing, outputs: { name: layer }, secrets }, changes: { create: 1 } };
        },
        onEvent: (event) => events.push(event),
        now: () => 0,
        signal: abort.signal,
    };
    return { rollout: new Rollout(deps), done, events, deps };
}

describe("Rollout.up", () => {
    it("deploys, exercises and validates each stack before what stands on it", async () => {
        const { rollout, done } = scripted();
        const result = await rollout.up();
        assert.equal(result.ok, true);
        const at = (what: string): number => done.indexOf(what);
        assert.ok(at("validate storage") < at("up runtime") && at("validate broker") < at("up runtime"));
        assert.deepEqual(done.slice(at("up runtime")), [
            "up runtime",
            "exercise produce",
            "exercise flink",
            "validate runtime",
            "up observability",
            "validate observability",
        ]);
        assert.deepEqual(result.outputs.get("runtime"), { name: "runtime" });
    });

    it("touches nothing when the preflight is red", async () => {
        const { rollout, done } = scripted({ redBefore: "all" });
        const result = await rollout.up();
        assert.deepEqual([result.ok, result.problem?.code, done], [false, "gate-red", []]);
    });

    it("stops at a red gate and blocks what stands on it", async () => {
        const { rollout, done, events } = scripted({ redAfter: "storage" });
        const result = await rollout.up();
        assert.equal(result.ok, false);
        assert.match(result.problem?.message ?? "", /storage: 1 of 2 checks are red, first maybe-storage: it is red/);
        assert.ok(!done.includes("up runtime"));
        assert.deepEqual(
            [result.states.get("storage"), result.states.get("runtime"), result.states.get("observability")],
            ["failed", "blocked", "blocked"],
        );
        assert.ok(
            events.some((event) => event.type === "layer" && event.layer === "runtime" && event.state === "blocked"),
        );
    });

    it("does not deploy a stack whose own preflight is red", async () => {
        const { rollout, done } = scripted({ redBefore: "runtime" });
        await rollout.up();
        assert.ok(!done.includes("up runtime"));
    });

    it("validates nothing after a failed exercise", async () => {
        const { rollout, done } = scripted({ fail: "exercise produce" });
        const result = await rollout.up();
        assert.equal(result.problem?.message, "exercise produce failed");
        assert.ok(!done.includes("exercise flink") && !done.includes("validate runtime"));
    });

    it("starts nothing more once it is interrupted", async () => {
        const { rollout, done } = scripted({ abortIn: "up storage" });
        const result = await rollout.up();
        assert.equal(result.ok, false);
        assert.equal(result.states.get("storage"), "interrupted");
        assert.ok(!done.includes("up runtime") && !done.includes("validate storage"));
    });

    it("rolls out only what is needed for the layer that is named", async () => {
        const { rollout, done } = scripted();
        await rollout.up({ choices: select(graph, { until: ["storage"] }) });
        assert.deepEqual(done, ["up storage", "validate storage"]);
    });

    it("goes on beside a failure, and with failFast does not", async () => {
        const wide = scripted({ fail: "up broker" });
        const result = await wide.rollout.up({ parallel: 1 });
        assert.ok(wide.done.includes("validate storage"));
        assert.equal(result.ok, false);
        const fast = scripted({ fail: "up broker" });
        await fast.rollout.up({ parallel: 1, failFast: true });
        assert.deepEqual(fast.done, ["up broker"]);
    });

    it("reads what is known of a stack that is left out, and says why it is", async () => {
        const { rollout, done, events } = scripted();
        const known = new Map([["storage", { ...nothing, outputs: { name: "deployed before" } }]]);
        const result = await rollout.up({ choices: select(graph, { only: ["runtime"] }), known });
        assert.deepEqual(done, ["up runtime", "exercise produce", "exercise flink", "validate runtime"]);
        assert.deepEqual(result.outputs.get("storage"), { name: "deployed before" });
        const skipped = events.filter((event) => event.type === "layer" && event.state === "skipped");
        assert.deepEqual(
            skipped.map((event) => (event.type === "layer" ? [event.layer, event.reason] : [])),
            ["broker", "storage", "observability"].map((layer) => [layer, "not named by --only runtime"]),
        );
    });

    it("deploys without exercising when told so", async () => {
        const { rollout, done } = scripted();
        await rollout.up({ exercise: false });
        assert.ok(!done.some((what) => what.startsWith("exercise")));
    });
});

describe("the hooks of a rollout", () => {
    const hook = (point: HookPoint, ok = true, more: Partial<ScriptedHook> = {}): ScriptedHook => ({
        point,
        layer: "storage",
        name: "step",
        ok,
        ...more,
    });
    const until = { choices: select(graph, { only: ["storage"] }) };

    it("run before and after the operation, in that order", async () => {
        const { rollout, done, events } = scripted({ hooks: [hook("beforeUp"), hook("afterUp"), hook("onFailure")] });
        assert.ok((await rollout.up(until)).ok);
        assert.deepEqual(done, ["beforeUp storage step", "up storage", "afterUp storage step", "validate storage"]);
        assert.ok(events.some((event) => event.type === "hook" && event.point === "beforeUp" && event.ok));
    });

    it("stop the stack where one is red and blocks, and then those on failure run", async () => {
        const { rollout, done } = scripted({ hooks: [hook("beforeUp", false), hook("onFailure")] });
        const result = await rollout.up(until);
        assert.deepEqual(done, ["beforeUp storage step", "onFailure storage step"]);
        assert.equal(result.problem?.code, "hook-failed");
        assert.match(result.problem?.message ?? "", /storage: the hook step \(beforeUp\) failed: it broke/);
    });

    it("are told and no more where they do not block", async () => {
        const { rollout, done, events } = scripted({ hooks: [hook("beforeUp", false, { blocking: false })] });
        assert.ok((await rollout.up(until)).ok);
        assert.deepEqual(done, ["beforeUp storage step", "up storage", "validate storage"]);
        assert.ok(events.some((event) => event.type === "hook" && !event.ok && event.text === "it broke"));
    });

    it("run after a failed operation only where they ask for it, and its failure stays the reason", async () => {
        const hooks = [hook("afterUp", false, { onFailure: true, name: "clean" }), hook("afterUp", true)];
        const { rollout, done } = scripted({ fail: "up storage", hooks });
        const result = await rollout.up(until);
        assert.deepEqual(done, ["up storage", "afterUp storage clean"]);
        assert.equal(result.problem?.message, "up storage failed");
    });

    it("run around preview and destroy too", async () => {
        const hooks = [hook("beforePreview"), hook("afterPreview"), hook("beforeDestroy"), hook("afterDestroy")];
        const previewed = scripted({ hooks });
        await previewed.rollout.preview(() => true);
        assert.deepEqual(
            previewed.done.filter((what) => what.includes("storage")),
            ["beforePreview storage step", "preview storage", "afterPreview storage step"],
        );
        const destroyed = scripted({ hooks });
        await destroyed.rollout.down((layer) => layer === "storage");
        assert.deepEqual(destroyed.done, [
            "beforeDestroy storage step",
            "destroy storage",
            "afterDestroy storage step",
        ]);
    });
});

describe("a stack that has not changed", () => {
    const last = {
        type: "stack-succeeded",
        stack: "",
        skipped: false,
        inputs: {},
        checkpoint: "c",
        outputs: "o",
    } as const;
    const inputs = { program: "", project: "", configuration: "", variables: "", upstream: "", versions: "" };
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

describe("secrets among the outputs", () => {
    it("are in no event, no result and no problem once they are known", async () => {
        const secret = "canary-6f1d9c";
        const hooks = [{ point: "afterUp", layer: "storage", name: "step", ok: false } as const];
        const { rollout, events } = scripted({ secret, hooks });
        const result = await rollout.up({ choices: select(graph, { only: ["storage"] }) });
        assert.match(result.problem?.message ?? "", /\[secret\]/);
        assert.ok(!JSON.stringify([events, result.problem?.message, result.problem?.hint]).includes(secret));
    });
});

describe("secrets of the last deployment", () => {
    it("are in nothing that a program prints before this one has deployed it", async () => {
        const secret = "canary-81c2aa";
        const { deps, events } = scripted();
        const rollout = new Rollout({
            ...deps,
            read: async () => ({ ...nothing, secrets: [secret] }),
            operate: async (_layer, _operation, { onFact }) => {
                onFact({ kind: "diagnostic", severity: "warning", message: `it is ${secret}`, urn: undefined });
                throw new TidegateError(`failed with ${secret}`, { code: "test" });
            },
        });
        const { problem } = await rollout.up({ choices: select(graph, { only: ["storage"] }) });
        assert.equal(problem?.message, "failed with [secret]");
        assert.ok(events.some((event) => event.type === "note" && event.text === "it is [secret]"));
        assert.ok(!JSON.stringify(events).includes(secret));
    });
});

describe("Rollout.preview", () => {
    it("says which upstreams are stood in for", async () => {
        const { rollout, done, events } = scripted();
        const result = await rollout.preview((layer) => layer === "storage");
        assert.equal(result.ok, true);
        assert.deepEqual(done, ["preview broker", "preview storage", "preview runtime", "preview observability"]);
        const notes = events
            .filter((event) => event.type === "note" && event.text.startsWith("advisory"))
            .map((event) => (event.type === "note" ? event.layer : ""));
        assert.deepEqual(notes, ["runtime", "observability"]);
    });
});

describe("Rollout.drift", () => {
    it("asks every stack, also after one that cannot be asked, and names those that differ", async () => {
        const { rollout, done, events } = scripted({ fail: "drift broker", drifted: ["runtime"] });
        const result = await rollout.drift(graph.order, 4);
        assert.deepEqual(done.toSorted(), ["drift broker", "drift observability", "drift runtime", "drift storage"]);
        assert.deepEqual(
            [result.ok, result.drifted, result.problem?.message],
            [false, ["runtime"], "drift broker failed"],
        );
        const told = events.flatMap((event) => (event.type === "note" ? [`${event.layer}: ${event.text}`] : []));
        assert.deepEqual(told.toSorted(), [
            "observability: no drift",
            "runtime: 2 of its resources drifted",
            "storage: no drift",
        ]);
    });
});

describe("Rollout.down", () => {
    it("destroys in reverse order what exists", async () => {
        const { rollout, done } = scripted();
        await rollout.down((layer) => layer !== "observability");
        assert.deepEqual(done, ["destroy runtime", "destroy storage", "destroy broker"]);
    });

    it("leaves what others stand on when a destroy fails", async () => {
        const { rollout, done } = scripted({ fail: "destroy runtime" });
        const result = await rollout.down(() => true);
        assert.equal(result.ok, false);
        assert.deepEqual(done, ["destroy observability", "destroy runtime"]);
    });
});

describe("changesText", () => {
    it("counts what was done and says when there was nothing", () => {
        assert.equal(changesText({ create: 2, same: 4, update: 1 }, "did"), "2 created, 1 updated");
        assert.equal(changesText({ same: 4 }, "would"), "no change");
        assert.equal(changesText({ delete: 1 }, "would"), "1 deleted at the next up");
    });
});
