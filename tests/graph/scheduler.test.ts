import assert from "node:assert/strict";
import fc from "fast-check";
import { Graph, type GraphNode } from "../../automation/graph/graph";
import { Scheduler, type EndState, type SchedulerOptions } from "../../automation/graph/scheduler";
import { select, type Filter } from "../../automation/graph/selection";

const node = (name: string, ...dependsOn: string[]): GraphNode => ({ name, dependsOn, exercises: [] });
//   a   b
//   |   |
//   c   |
//    \ /
//     d
const graph = new Graph([node("a"), node("b"), node("c", "a"), node("d", "b", "c")]);
const schedule = (options: SchedulerOptions = {}, filter: Filter = {}, of = graph): Scheduler =>
    new Scheduler(of, select(of, filter), options);

describe("Scheduler", () => {
    it("starts what is ready, as many as may run, and never twice", () => {
        const scheduler = schedule({ parallel: 1 });
        assert.deepEqual(
            [scheduler.state("a"), scheduler.state("b"), scheduler.state("c")],
            ["ready", "ready", "pending"],
        );
        assert.deepEqual(scheduler.start(), ["a"]);
        assert.deepEqual(scheduler.start(), []);
        scheduler.report("a", "succeeded");
        assert.equal(scheduler.state("c"), "ready");
        assert.deepEqual(scheduler.start(), ["b"]);
        scheduler.report("b", "succeeded");
        assert.deepEqual(scheduler.start(), ["c"]);
    });

    it("blocks all that stands on a failure, says why, and goes on with the rest", () => {
        const scheduler = schedule({ parallel: 1 });
        assert.deepEqual(scheduler.start(), ["a"]);
        scheduler.report("a", "failed");
        assert.equal(scheduler.reason("c"), "stands on a, which failed");
        assert.equal(scheduler.reason("d"), "stands on c, which is blocked");
        assert.deepEqual(scheduler.start(), ["b"]);
        scheduler.report("b", "succeeded");
        assert.deepEqual([scheduler.start(), scheduler.finished], [[], true]);
    });

    it("with failFast starts nothing after a failure, even what does not stand on it", () => {
        const wide = new Graph([node("a"), node("b"), node("c"), node("d", "a")]);
        const scheduler = schedule({ parallel: 2, failFast: true }, {}, wide);
        assert.deepEqual(scheduler.start(), ["a", "b"]);
        scheduler.report("a", "failed");
        assert.deepEqual(scheduler.start(), []);
        assert.equal(scheduler.reason("c"), "a failed (--fail-fast)");
        assert.equal(scheduler.reason("d"), "stands on a, which failed");
        assert.equal(scheduler.finished, false, "what runs may end");
        scheduler.report("b", "succeeded");
        assert.equal(scheduler.finished, true);
    });

    it("lets what runs end after a stop", () => {
        const scheduler = schedule();
        scheduler.start();
        scheduler.stop("interrupted");
        assert.equal(scheduler.finished, false);
        scheduler.report("a", "succeeded");
        scheduler.report("b", "interrupted");
        assert.equal(scheduler.finished, true);
        assert.deepEqual(scheduler.start(), []);
        // Also what would have waited for something that was stopped.
        assert.deepEqual([scheduler.reason("c"), scheduler.reason("d")], ["interrupted", "interrupted"]);
    });

    it("refuses a report on a stack that does not run", () => {
        const scheduler = schedule();
        assert.throws(() => scheduler.report("d", "succeeded"), /'d' is pending/);
        scheduler.start();
        scheduler.report("a", "succeeded");
        assert.throws(() => scheduler.report("a", "failed"), /'a' is succeeded/);
        assert.throws(() => scheduler.state("e"), /no stack 'e'/);
    });

    it("waits only for what is selected, and says why the rest is left out", () => {
        const scheduler = schedule({}, { only: ["d"] });
        assert.deepEqual(scheduler.start(), ["d"]);
        assert.deepEqual([scheduler.state("a"), scheduler.reason("a")], ["skipped", "not named by --only d"]);
        scheduler.report("d", "succeeded");
        assert.equal(scheduler.finished, true);
    });

    describe("on any graph, with any outcome", () => {
        /** Node i may depend on nodes before it, under names that hide that order. */
        const graphs = fc.array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength: 14 }).map((edges) => {
            const name = (index: number): string => `n${(index * 37) % 101}`;
            return new Graph(
                edges.map((ups, index) =>
                    node(name(index), ...new Set(index === 0 ? [] : ups.map((up) => name(up % index)))),
                ),
            );
        });
        const runs = fc.record({
            graph: graphs,
            parallel: fc.integer({ min: 1, max: 4 }),
            failFast: fc.boolean(),
            /** Which of the running ends next, and how. */
            steps: fc.array(
                fc.tuple(
                    fc.nat(),
                    fc.oneof(
                        { weight: 8, arbitrary: fc.constant<EndState>("succeeded") },
                        { weight: 2, arbitrary: fc.constant<EndState>("failed") },
                        { weight: 1, arbitrary: fc.constant<EndState>("interrupted") },
                    ),
                ),
                { minLength: 14, maxLength: 14 },
            ),
            exclude: fc.array(fc.nat(), { maxLength: 3 }),
        });

        it("starts each selected stack once at most, after its upstreams, and ends with a reason for each other", () => {
            fc.assert(
                fc.property(runs, ({ graph: any, parallel, failFast, steps, exclude }) => {
                    const excluded = exclude.map((index) => any.order[index % any.order.length] ?? "");
                    if (new Set(excluded).size === any.order.length) return;
                    const scheduler = schedule({ parallel, failFast }, { exclude: excluded }, any);
                    const running: string[] = [];
                    const begun = new Set<string>();
                    const failed = new Set<string>();
                    let stopped = false;
                    for (const [which, end] of [...steps, ...steps]) {
                        for (const name of scheduler.start()) {
                            assert.ok(!begun.has(name), `${name} started twice`);
                            assert.ok(!excluded.includes(name), `${name} was excluded`);
                            assert.ok(!stopped, `${name} started after a stop`);
                            for (const up of any.node(name).dependsOn)
                                if (!excluded.includes(up)) assert.equal(scheduler.state(up), "succeeded");
                            begun.add(name);
                            running.push(name);
                        }
                        assert.ok(running.length <= parallel);
                        const [name] = running.splice(which % Math.max(1, running.length), 1);
                        if (name === undefined) break;
                        scheduler.report(name, end);
                        if (end === "failed") failed.add(name);
                        if (end === "interrupted" || (end === "failed" && failFast)) stopped = true;
                    }
                    assert.ok(scheduler.finished, "it ends");
                    for (const name of any.order) {
                        const state = scheduler.state(name);
                        if (begun.has(name)) assert.ok(["succeeded", "failed", "interrupted"].includes(state));
                        else assert.match(scheduler.reason(name) ?? "", /\S/, `${name} is ${state} without a reason`);
                        // Nothing is held up by what it does not stand on.
                        if (state === "blocked" && !stopped)
                            assert.ok(any.upTo(name).some((up) => up !== name && failed.has(up)));
                    }
                }),
                { numRuns: 500 },
            );
        });

        it("goes the other way round to destroy: each stack after all that stand on it, and stops at a failure", () => {
            fc.assert(
                fc.property(runs, ({ graph: any, parallel, steps, exclude }) => {
                    const excluded = exclude.map((index) => any.order[index % any.order.length] ?? "");
                    if (new Set(excluded).size === any.order.length) return;
                    const options = { parallel, failFast: true, reverse: true };
                    const scheduler = schedule(options, { exclude: excluded }, any);
                    const running: string[] = [];
                    const gone = new Set<string>();
                    const begun = new Set<string>();
                    let stopped = false;
                    for (const [which, end] of [...steps, ...steps]) {
                        for (const name of scheduler.start()) {
                            assert.ok(!begun.has(name) && !excluded.includes(name) && !stopped, name);
                            for (const other of any.dependents(name))
                                if (!excluded.includes(other)) assert.ok(gone.has(other), `${other} stands on ${name}`);
                            begun.add(name);
                            running.push(name);
                        }
                        assert.ok(running.length <= parallel);
                        const [name] = running.splice(which % Math.max(1, running.length), 1);
                        if (name === undefined) break;
                        scheduler.report(name, end);
                        if (end === "succeeded") gone.add(name);
                        else stopped = true;
                    }
                    assert.ok(scheduler.finished, "it ends");
                    const left = any.order.filter((name) => !excluded.includes(name) && !begun.has(name));
                    if (left.length > 0) assert.ok(stopped, "all go where nothing fails");
                    for (const name of left) assert.match(scheduler.reason(name) ?? "", /\S/);
                }),
                { numRuns: 500 },
            );
        });
    });

    it("in reverse says which stack above holds one up", () => {
        const scheduler = schedule({ parallel: 1, failFast: true, reverse: true });
        assert.deepEqual(scheduler.start(), ["d"]);
        scheduler.report("d", "failed");
        assert.deepEqual([scheduler.start(), scheduler.finished], [[], true]);
        assert.equal(scheduler.reason("c"), "d, which stands on it, failed");
        assert.equal(scheduler.reason("a"), "c, which stands on it, is blocked");
    });
});
