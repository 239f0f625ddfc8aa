import assert from "node:assert/strict";
import { Graph } from "../../automation/graph/graph";
import { Scheduler } from "../../automation/graph/scheduler";

const node = (name: string, ...dependsOn: string[]) => ({ name, dependsOn, exercises: [] });
//   a   b
//   |   |
//   c   |
//    \ /
//     d
const graph = new Graph([node("a"), node("b"), node("c", "a"), node("d", "b", "c")]);

describe("Scheduler", () => {
    it("starts what is ready, as many as may run, and never twice", () => {
        const scheduler = new Scheduler(graph, graph.order, { parallel: 1 });
        assert.deepEqual(scheduler.start(), ["a"]);
        assert.deepEqual(scheduler.start(), []);
        scheduler.report("a", "succeeded");
        assert.deepEqual(scheduler.start(), ["b"]);
        scheduler.report("b", "succeeded");
        assert.deepEqual(scheduler.start(), ["c"]);
    });

    it("blocks all that stands on a failure and says why", () => {
        const scheduler = new Scheduler(graph, graph.order, { parallel: 2, failFast: false });
        assert.deepEqual(scheduler.start(), ["a", "b"]);
        scheduler.report("a", "failed");
        scheduler.report("b", "succeeded");
        assert.deepEqual(scheduler.start(), []);
        assert.equal(scheduler.state("d"), "blocked");
        assert.match(scheduler.reason("c") ?? "", /stands on a, which failed/);
        assert.match(scheduler.reason("d") ?? "", /stands on c, which is blocked/);
        assert.equal(scheduler.finished, true);
    });

    it("with failFast starts nothing after a failure, even what does not stand on it", () => {
        const wide = new Graph([node("a"), node("b"), node("c")]);
        const scheduler = new Scheduler(wide, wide.order, { parallel: 1 });
        scheduler.start();
        scheduler.report("a", "failed");
        assert.deepEqual(scheduler.start(), []);
        assert.equal(scheduler.state("c"), "blocked");
    });

    it("lets what runs end after a stop", () => {
        const scheduler = new Scheduler(graph, graph.order, { parallel: 2 });
        scheduler.start();
        scheduler.stop("interrupted");
        assert.equal(scheduler.finished, false);
        scheduler.report("a", "succeeded");
        scheduler.report("b", "interrupted");
        assert.equal(scheduler.finished, true);
        assert.deepEqual(scheduler.start(), []);
    });

    it("refuses a report on a stack that does not run", () => {
        const scheduler = new Scheduler(graph);
        assert.throws(() => scheduler.report("d", "succeeded"), /'d' is pending/);
        scheduler.start();
        scheduler.report("a", "succeeded");
        assert.throws(() => scheduler.report("a", "failed"), /'a' is succeeded/);
    });

    it("waits only for the upstreams that are selected", () => {
        const scheduler = new Scheduler(graph, ["d"]);
        assert.deepEqual(scheduler.start(), ["d"]);
    });
});
