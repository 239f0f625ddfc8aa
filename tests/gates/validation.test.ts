import assert from "node:assert/strict";
import { isGreen, runChecks, validationFor } from "../../automation/gates";
import { fakePlatform } from "../_helpers/fakePlatform";
import { streamingPlatform, streaming } from "../_helpers/validation";

describe("the whole validation", () => {
    it("is green on a platform where everything is right, in batch and in streaming", async () => {
        for (const [platform, changes] of [
            [fakePlatform(), {}],
            [streamingPlatform(), streaming],
        ] as const) {
            const results = await runChecks(validationFor("all", platform.context(changes)), { clock: platform.clock });
            assert.deepEqual(
                results.filter((result) => result.status !== "pass").map((result) => `${result.id}: ${result.message}`),
                [],
            );
            assert.ok(isGreen(results));
        }
    });

    it("gives the same evidence for the same platform, and nothing of its own probes in it", async () => {
        const platform = fakePlatform();
        const once = async (): Promise<unknown> =>
            (await runChecks(validationFor("all", platform.context()), { clock: platform.clock })).map(
                ({ seconds: _, ...result }) => result,
            );
        assert.deepEqual(await once(), await once());
    });

    it("is the sum of the layers' parts", () => {
        const platform = fakePlatform();
        const ids = (layer: Parameters<typeof validationFor>[0]): string[] =>
            validationFor(layer, platform.context()).map((check) => check.id);
        assert.deepEqual(
            (["storage", "broker", "catalog", "runtime", "observability"] as const).flatMap(ids),
            ids("all"),
        );
    });

    it("is an error, not green, where a client is missing", () => {
        const context = fakePlatform().context();
        assert.throws(() => validationFor("runtime", { ...context, clients: {} }), /needs the client 'flink'/);
    });

    it("puts the first cause on top: with the broker gone, stage 1 is red and later stages are not run", async () => {
        const platform = fakePlatform();
        platform.broker.down = true;
        const results = await runChecks(validationFor("all", platform.context()), { clock: platform.clock });
        const red = results.filter((result) => result.status === "fail");
        assert.deepEqual(
            red.map((result) => result.id),
            ["infra.broker-topics", "infra.broker-probe"],
        );
        assert.ok(results.filter((result) => result.stage !== 1).every((result) => result.status === "not-run"));
    });
});
