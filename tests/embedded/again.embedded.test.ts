import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { consumeBounded } from "../../automation/clients/kafka";
import { sharedPlatform, validate } from "../_helpers/platform";
import { Lake } from "./lake";

/** Changes what the platform holds, so it comes after the tests that count on the first `up`. */
describe("events that are produced again", () => {
    const { local, broker, ...platform } = sharedPlatform();
    const lake = new Lake(platform);

    const run = async (args: readonly string[]): Promise<void> => {
        const { code, stdout, stderr } = await local.run(args);
        assert.equal(code, 0, `tidegate ${args.join(" ")}:\n${stdout}${stderr}`);
    };
    const rows = async (layer: "bronze" | "silver", name: string): Promise<number> =>
        Number((await lake.table(layer, name)).currentSnapshot?.summary["total-records"]);

    it("double bronze and the dead letters, and leave silver as it is", async () => {
        const [bronze, silver] = [await rows("bronze", "raw_trips"), await rows("silver", "trips")];
        await run(["produce"]);
        await run(["run", "flink"]);
        await run(["run", "dbt"]);
        assert.equal(await rows("bronze", "raw_trips"), 2 * bronze);
        assert.equal(await rows("silver", "trips"), silver);
        const once = await validate(local, { DLQ_MAX: "20" });
        assert.equal(once.code, 1);
        assert.deepEqual(once.red, ["data.dead-letters"], once.text);
        assert.match(once.text, /40 dead letters, allowed are 20/);
        assert.deepEqual(once.stage(4), ["not-run"]);
        // The generator's own, twice, are what its manifest foretells.
        const twice = await validate(local);
        assert.equal(twice.code, 0, twice.text);
    });

    it("are red with one dead letter too many, until a person allows it", async () => {
        const [event] = await consumeBounded(broker, broker.topics.events);
        const good = JSON.parse(event?.value?.toString("utf8") ?? "") as Record<string, unknown>;
        const file = join(dirname(local.directory), "two.ndjson");
        // Without the time of its pickup an event cannot be placed on any day.
        const broken = { ...good, tpep_pickup_datetime: null };
        writeFileSync(file, `${JSON.stringify(good)}\n${JSON.stringify(broken)}\n`);
        await run(["produce", "--data", file]);
        await run(["run", "flink"]);
        const tooMany = await validate(local, { DLQ_MAX: "40" });
        assert.equal(tooMany.code, 1);
        assert.deepEqual(tooMany.red, ["data.dead-letters"], tooMany.text);
        assert.match(tooMany.text, /41 dead letters, allowed are 40/);
        const allowed = await validate(local, { DLQ_MAX: "41" });
        assert.deepEqual(allowed.stage(3), ["pass"], allowed.text);
    });
});
