import assert from "node:assert/strict";
import { inAll } from "../../automation/cli/actions/rehearseText";
import { Graph } from "../../automation/graph/graph";
import { forecast, forecastStack, type Made } from "../../automation/rehearsal/forecast";
import type { Row } from "../../automation/rehearsal/row";
import { rowOf } from "./support";

const rows: ReadonlyMap<string, Row> = new Map(
    [
        rowOf({ token: "aws:x:Minute", latency: { create: 60, source: "" }, permissions: ["x:Make", "x:Tag"] }),
        rowOf({
            token: "aws:x:Hour",
            latency: { create: 3600, published: true, source: "" },
            permissions: ["x:Make", "x:Wait"],
        }),
        rowOf({ token: "gcp:y:Second", latency: { create: 1, source: "" }, permissions: ["roles/y"] }),
    ].map((row) => [row.token, row]),
);

const urn = (name: string): string => `urn:pulumi:dev-s::tidegate::t::${name}`;
const made = (name: string, type: string, more: Partial<Omit<Made, "urn" | "type">> = {}): Made => ({
    urn: urn(name),
    type,
    dependencies: [],
    ...more,
});

describe("the forecast of a stack", () => {
    it("is nothing for nothing", () => {
        assert.deepEqual(forecastStack("s", [], rows), { stack: "s", resources: 0, seconds: 0, counted: 0, path: [] });
    });

    it("is the longest chain, not the longest resource and not the sum", () => {
        const { resources, seconds, path } = forecastStack(
            "s",
            [
                made("a", "aws:x:Minute"),
                made("b", "aws:x:Minute", { dependencies: [urn("a")] }),
                made("c", "gcp:y:Second", { dependencies: [urn("b"), urn("a")] }),
                made("d", "aws:x:Minute"),
                made("alone", "gcp:y:Second"),
            ],
            rows,
        );
        assert.equal(resources, 5);
        assert.equal(seconds, 60 + 60 + 1);
        assert.deepEqual(
            path.map(({ name, seconds: own }) => [name, own]),
            [
                ["a", 60],
                ["b", 60],
                ["c", 1],
            ],
        );
    });

    it("waits for a parent, and for what a provider is made of", () => {
        const { seconds, counted, path } = forecastStack(
            "s",
            [
                made("cluster", "aws:x:Hour"),
                made("k8s", "pulumi:providers:kubernetes", { dependencies: [urn("cluster")] }),
                made("component", "tidegate:x:Y"),
                made("namespace", "gcp:y:Second", { provider: `${urn("k8s")}::3f2a-77`, parent: urn("component") }),
                made("child", "gcp:y:Second", { parent: urn("namespace") }),
            ],
            rows,
        );
        assert.equal(seconds, 3602);
        assert.equal(counted, 2);
        assert.deepEqual(
            path.map(({ name }) => name),
            ["cluster", "namespace", "child"],
        );
    });

    it("does not hang on a broken state", () => {
        const loop = [
            made("a", "aws:x:Minute", { dependencies: [urn("b")] }),
            made("b", "aws:x:Minute", { dependencies: [urn("a"), urn("gone")] }),
        ];
        assert.ok(forecastStack("s", loop, rows).seconds >= 60);
    });
});

describe("the forecast of a platform", () => {
    const node = (name: string, ...dependsOn: string[]) => ({ name, dependsOn, exercises: [] });
    const graph = new Graph([
        node("foundation"),
        node("storage", "foundation"),
        node("broker", "foundation"),
        node("catalog", "storage"),
        node("runtime", "broker", "catalog"),
    ]);

    it("follows the stacks that wait for each other longest, and adds nothing up that runs side by side", () => {
        const { seconds, counted, criticalPath, stacks, permissions } = forecast(
            graph,
            new Map([
                ["foundation", [made("f", "aws:x:Minute")]],
                ["storage", [made("s", "gcp:y:Second")]],
                ["broker", [made("b", "aws:x:Hour")]],
                ["catalog", [made("c", "aws:x:Minute")]],
                ["runtime", [made("r", "gcp:y:Second")]],
            ]),
            rows,
        );
        assert.equal(seconds, 60 + 3600 + 1);
        assert.equal(counted, 60 + 1, "the hour is published; what is beside the path does not count");
        assert.deepEqual(criticalPath, ["foundation", "broker", "runtime"]);
        assert.deepEqual(
            stacks.map(({ stack, seconds: own }) => [stack, own]),
            [
                ["foundation", 60],
                ["broker", 3600],
                ["storage", 1],
                ["catalog", 60],
                ["runtime", 1],
            ],
        );
        assert.deepEqual(permissions, { aws: ["x:Make", "x:Tag", "x:Wait"], gcp: ["roles/y"] });
    });

    it("waits through stacks of which there is no state", () => {
        const some = new Map([
            ["foundation", [made("f", "aws:x:Hour")]],
            ["catalog", [made("c", "aws:x:Minute")]],
        ]);
        const { seconds, criticalPath } = forecast(graph, some, rows);
        assert.equal(seconds, 3660);
        assert.deepEqual(criticalPath, ["foundation", "catalog"]);
    });

    it("is nothing for no state", () => {
        assert.deepEqual(forecast(graph, new Map(), rows), {
            stacks: [],
            seconds: 0,
            counted: 0,
            criticalPath: [],
            permissions: {},
        });
    });
});

describe("what a rehearsal says of the time in all", () => {
    it("is how long it takes, along which stacks, and how much of it is counted", () => {
        const criticalPath = ["foundation", "broker"];
        assert.equal(
            inAll({ seconds: 3660, counted: 60, criticalPath }),
            "61 min 0 s in all, along foundation → broker; 60 s of it are counted, for want of a published figure",
        );
        assert.equal(
            inAll({ seconds: 3600, counted: 0, criticalPath }),
            "60 min 0 s in all, along foundation → broker",
        );
    });
});
