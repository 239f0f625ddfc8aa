import assert from "node:assert/strict";
import { resourceChanges, changesSummary, FactsCollector, isUnchanged } from "../../automation/reports/facts";
import { troublesOf } from "../../automation/reports/troubles";
import { scripted } from "../rollout/scripted";
import { check, lakehouse, redCheck, redLakehouse, ToldRun } from "./runs";

const one = [{ name: "storage", dependsOn: [], exercises: [] }];

describe("the facts of a run", () => {
    it("have the graph with its edges, the run, and why each stack was not begun", async () => {
        const { rollout, deps, events } = scripted({ redAfter: "storage" });
        await rollout.up();
        const collector = new FactsCollector(() => 0);
        for (const event of events) collector.sink(event);
        const { layers, environment, verdict } = collector.facts();
        assert.deepEqual([environment, verdict], ["local", "red"]);
        assert.deepEqual(
            layers.map(({ name }) => name),
            deps.graph.order,
        );
        const runtime = layers.find(({ name }) => name === "runtime");
        assert.deepEqual(
            [runtime?.dependsOn, runtime?.state, runtime?.reason],
            [["broker", "storage"], "blocked", "stands on storage, which failed"],
        );
        assert.equal(layers.find(({ name }) => name === "storage")?.problem?.code, "gate-red");
        assert.equal(redLakehouse().run, "20261125T082117Z-f7bb6d");
    });

    it("have what a run leaves out as skipped", () => {
        const facts = new ToldRun("up", lakehouse, ["runtime"])
            .state("broker", "skipped", 0, "not named by --only")
            .end(true);
        assert.deepEqual(facts.layers.map(({ name, state, reason }) => [name, state, reason]).slice(0, 2), [
            ["foundation", "skipped", "not a part of this run"],
            ["broker", "skipped", "not named by --only"],
        ]);
    });

    it("tell an unchanged stack from a deployed one", () => {
        const facts = new ToldRun("up", lakehouse).unchanged("foundation").green("broker").end(true);
        assert.deepEqual(
            facts.layers.slice(0, 2).map((layer) => isUnchanged(layer, "up")),
            [true, false],
        );
    });

    it("forget what was looked at before a deployment that came after all", () => {
        const run = new ToldRun("up", one).state("storage", "validating").check("storage", redCheck("a.b"));
        const facts = run
            .state("storage", "deploying")
            .check("storage", check("a.b"))
            .state("storage", "succeeded")
            .end(true);
        assert.deepEqual(
            facts.layers[0]?.checks.map(({ status }) => status),
            ["pass"],
        );
    });

    it("tell a replacement once, with what it is for, before what is made", () => {
        const facts = redLakehouse();
        const broker = facts.layers.find(({ name }) => name === "broker");
        assert.ok(broker);
        const changes = resourceChanges(broker, "up");
        assert.deepEqual(
            changes.map(({ word, name, diffs }) => [word, name, diffs]),
            [
                ["replaced", "broker-raw", ["partitions"]],
                ["deleted", "broker-old", []],
            ],
        );
        assert.equal(changesSummary(changes, "up"), "1 replaced, 1 deleted");
        assert.equal(changesSummary(resourceChanges(broker, "preview"), "preview"), "1 to replace, 1 to delete");
    });

    it("are of a drifted, an interrupted or a red run, each by its name", () => {
        const verdict = (operation: "up" | "drift", end: (run: ToldRun) => ToldRun, ok: boolean): string =>
            end(new ToldRun(operation, one)).end(ok).verdict;
        assert.equal(
            verdict("drift", (run) => run.resource("storage", "drifted", "x"), true),
            "drifted",
        );
        assert.equal(
            verdict("drift", (run) => run, true),
            "green",
        );
        assert.equal(
            verdict("up", (run) => run.resource("storage", "create", "x"), true),
            "green",
        );
        assert.equal(
            verdict("up", (run) => run.problem("interrupted", "storage: interrupted.", "storage"), false),
            "interrupted",
        );
        assert.equal(
            verdict("up", (run) => run.problem("disk-full", "The disk is full."), false),
            "red",
        );
    });
});

describe("what is red", () => {
    it("is told once: by the check or the hook, else by the problem", () => {
        const run = new ToldRun("up", lakehouse);
        run.check("foundation", redCheck("a.b")).problem("gate-red", "foundation: 1 of 1 checks are red", "foundation");
        run.check("storage", redCheck("tolerated.b", { blocking: false })).problem(
            "resource-failed",
            "it broke",
            "storage",
        );
        const hook = {
            point: "beforeUp",
            name: "backup",
            ok: false,
            text: "exit code 1",
            look: "here",
            hint: "mend it",
        } as const;
        run.tell({ type: "hook", layer: "broker", blocking: true, ...hook });
        run.problem("hook-failed", "broker: the hook backup failed", "broker");
        run.problem("disk-full", "The disk is full.");
        assert.deepEqual(
            troublesOf(run.end(false)).map(({ where, id, blocking }) => [where, id, blocking]),
            [
                ["foundation", "a.b", true],
                ["broker", "hook-failed", true],
                ["storage", "resource-failed", true],
                ["storage", "tolerated.b", false],
            ],
        );
    });
});
