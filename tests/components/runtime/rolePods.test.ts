/** What the operator makes of pod templates. The lists are the examples of its documentation. */
import assert from "node:assert/strict";
import { mainContainer, mergesByName, rolePods } from "../../../components/runtime/rolePods";
import { unknownValue } from "../../../components/provider/values";

const base = [
    { name: "a", p1: "v1" },
    { name: "b", p1: "v1" },
];
const over = [
    { name: "a", p2: "v2" },
    { name: "c", p2: "v2" },
];

function merged(both: unknown, own: unknown, byName?: unknown): unknown {
    const [jobManager, taskManager] = rolePods({
        spec: {
            flinkConfiguration: byName === undefined ? {} : { [mergesByName]: byName },
            podTemplate: { spec: { containers: [{ name: mainContainer }], of: both } },
            taskManager: { podTemplate: { spec: { of: own } } },
        },
    });
    assert.deepEqual(jobManager?.spec, { containers: [{ name: mainContainer }], of: both });
    assert.ok(typeof taskManager?.spec === "object");
    return taskManager.spec["of"];
}

describe("the pods of a FlinkDeployment's roles", () => {
    it("have lists merged by position, or by name where that is set", () => {
        const byPosition = [
            { name: "a", p1: "v1", p2: "v2" },
            { name: "c", p1: "v1", p2: "v2" },
        ];
        assert.deepEqual(merged(base, over), byPosition);
        assert.deepEqual(merged(base, over, "false"), byPosition);
        const byName = [
            { name: "a", p1: "v1", p2: "v2" },
            { name: "b", p1: "v1" },
            { name: "c", p2: "v2" },
        ];
        assert.deepEqual(merged(base, over, "true"), byName);
        assert.deepEqual(merged(base, over, true), byName);
        assert.equal(merged(base, over, unknownValue), unknownValue);
    });

    it("have lists without names merged by position either way: a text stays, more are added", () => {
        for (const byName of ["true", "false", unknownValue])
            assert.deepEqual(merged(["ALL"], ["NET_RAW", "CHOWN"], byName), ["ALL", "CHOWN"]);
    });

    it("have objects merged at any depth; null leaves what was there", () => {
        assert.deepEqual(merged({ a: { b: 1, c: 2 }, d: 3 }, { a: { b: 4 }, d: null, e: 5 }), {
            a: { b: 4, c: 2 },
            d: 3,
            e: 5,
        });
    });

    it("have Flink's container also where no template has it, beside others", () => {
        const containers = (spec: object) => rolePods({ spec }).map((pod) => pod.spec);
        const empty = { containers: [{ name: mainContainer }] };
        assert.deepEqual(containers({}), [empty, empty]);
        const beside = { containers: [{ name: "log" }, { name: mainContainer }] };
        assert.deepEqual(containers({ podTemplate: { spec: { containers: [{ name: "log" }] } } }), [beside, beside]);
    });

    it("have metadata merged like the rest", () => {
        const [, taskManager] = rolePods({
            spec: {
                podTemplate: { metadata: { labels: { a: "1" } } },
                taskManager: { podTemplate: { metadata: { labels: { b: "2" } } } },
            },
        });
        assert.deepEqual(taskManager?.metadata, { labels: { a: "1", b: "2" } });
    });
});
