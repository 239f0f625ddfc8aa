import assert from "node:assert/strict";
import { Rollout, sharedPlatform } from "../_helpers/platform";

/** The first `up` of the suite's platform: 20,000 events, of which the generator broke 20. */
describe("`tidegate up` on nothing", () => {
    const first = () => new Rollout(sharedPlatform().up);
    const evidence = (id: string) => first().checks.find((check) => check.id === id)?.evidence ?? {};

    it("deploys all layers and runs events, Flink and dbt between them", () => {
        const rollout = first();
        const ended = rollout.of("layer").filter(({ state }) => state === "succeeded");
        assert.deepEqual(ended.map(({ layer }) => layer).sort(), [
            "broker",
            "catalog",
            "observability",
            "runtime",
            "storage",
        ]);
        assert.deepEqual(
            rollout.of("exercise").map(({ exercise }) => exercise),
            ["produce", "flink", "dbt"],
        );
        assert.equal(rollout.of("run-finished").at(-1)?.ok, true);
    });

    it("is green in every stage, with something to show for it", () => {
        const { checks } = first();
        assert.deepEqual(
            checks.filter(({ status }) => status !== "pass").map(({ id }) => id),
            [],
        );
        assert.deepEqual([...new Set(checks.map(({ stage }) => stage))].sort(), [1, 2, 3, 4, "preflight"]);
    });

    it("finds exactly the rows that the generator foretold", () => {
        assert.deepEqual(evidence("data.produced"), { written: 20_000, present: 20_000, manifest: 20_000 });
        const { bronze, expected } = evidence("data.bronze-complete");
        assert.deepEqual([bronze, expected], [19_980, 19_980]);
        const silver = evidence("data.silver-not-more-than-bronze");
        assert.equal(silver["silver"], silver["expected"]);
        assert.ok(Number(silver["silver"]) > 19_000 && Number(silver["silver"]) < 19_980, String(silver["silver"]));
        assert.deepEqual(evidence("data.dead-letters"), { deadLetters: 20, max: 20, expected: 20 });
    });
});
