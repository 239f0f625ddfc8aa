import assert from "node:assert/strict";
import fc from "fast-check";
import { changesAnything, changesOf, countsOf, tellable } from "../../automation/rollout/changes";
import { stepOf, urnOf } from "./scripted";

const of = (...ops: readonly string[]) =>
    changesOf(
        "storage",
        ops.map((op) => stepOf(op, "storage", "lake")),
    );

describe("what a preview would change", () => {
    it("is one change for each resource, whatever steps it takes and in whatever order they come", () => {
        const permutations = fc.shuffledSubarray(["delete-replaced", "replace", "create-replacement"], {
            minLength: 1,
        });
        fc.assert(
            fc.property(permutations, (steps) => {
                assert.deepEqual(
                    of("refresh", ...steps).resources.map(({ op, urn }) => [op, urn]),
                    [["replace", urnOf("storage", "lake")]],
                );
            }),
        );
    });

    const cases: [readonly string[], string | undefined][] = [
        [["same"], undefined],
        [["refresh"], undefined],
        [["read"], undefined],
        [["read-replacement", "discard-replaced"], undefined],
        [["refresh", "create"], "create"],
        [["refresh", "update"], "update"],
        [["delete"], "delete"],
        [["import"], "import"],
        [["delete", "create"], "replace"],
        [["discard-replaced", "create-replacement"], "replace"],
    ];
    for (const [steps, op] of cases)
        it(`is ${op ?? "nothing"} of ${steps.join(" and ")}`, () => {
            assert.deepEqual(
                of(...steps).resources.map((one) => one.op),
                op === undefined ? [] : [op],
            );
        });

    it("leaves out what is the engine's own, and what was done instead of would be", () => {
        const stack = stepOf("create", "storage", "x", { type: "pulumi:pulumi:Stack" });
        const done = { ...stepOf("create", "storage", "y"), phase: "done" } as const;
        const { resources, outputs } = changesOf("storage", [stack, done]);
        assert.deepEqual([resources, outputs], [[], []]);
    });

    it("counts outputs that differ as a change, for others read them", () => {
        const changes = changesOf("storage", [{ kind: "outputs", names: ["url"] }]);
        assert.ok(changesAnything(changes));
        assert.deepEqual(countsOf(changes), {});
        assert.ok(!changesAnything(of("same")));
    });

    it("keeps why a resource is replaced, whichever step says so", () => {
        const properties = (forces: boolean) => [{ path: "name", kind: "update", forces } as const];
        const steps = [true, false].map((forces) => stepOf("replace", "a", "b", { properties: properties(forces) }));
        assert.equal(changesOf("a", steps).resources[0]?.properties[0]?.forces, true);
    });

    it("is cut to what can be read only after secrets were taken out", () => {
        const secret = "k".repeat(150);
        const properties = [{ path: "a", kind: "update", forces: false, before: `"${secret}"`, after: "1" } as const];
        const changes = changesOf("a", [stepOf("update", "a", "b", { properties })]);
        const redact = <T>(value: T): T => JSON.parse(JSON.stringify(value).replaceAll(secret, "[secret]")) as T;
        assert.equal(tellable(changes, redact).resources[0]?.properties[0]?.before, '"[secret]"');
        assert.equal(tellable(changes, (value) => value).resources[0]?.properties[0]?.before?.length, 100);
    });
});
