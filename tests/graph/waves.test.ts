import assert from "node:assert/strict";
import { promotionSchema, type Promotion } from "../../automation/graph/promotion";
import { stepsFrom, wavesOf } from "../../automation/graph/waves";

const way = (rules: Record<string, object>): Promotion => promotionSchema.parse(rules);

describe("the waves of a promotion", () => {
    const shop = way({
        "prod-us": { from: ["canary"] },
        dev: {},
        canary: { from: ["staging"] },
        staging: { from: ["dev"] },
        "prod-eu": { from: ["canary"] },
        lab: {},
    });

    it("are what takes from where it begins, then what takes from that, in the order of the file", () => {
        assert.deepEqual(
            stepsFrom(shop, "dev").map(({ environment, wave }) => `${wave} ${environment}`),
            ["1 staging", "2 canary", "3 prod-us", "3 prod-eu"],
        );
        assert.deepEqual(
            stepsFrom(shop, "staging").map(({ environment, wave, sources }) => ({ environment, wave, sources })),
            [
                { environment: "canary", wave: 1, sources: ["staging"] },
                { environment: "prod-us", wave: 2, sources: ["canary"] },
                { environment: "prod-eu", wave: 2, sources: ["canary"] },
            ],
        );
    });

    it("lead nowhere from the end of a way, nor from what no way knows", () => {
        assert.deepEqual(stepsFrom(shop, "prod-eu"), []);
        assert.deepEqual(stepsFrom(shop, "lab"), []);
        assert.deepEqual(stepsFrom(shop, "elsewhere"), []);
    });

    it("count the shortest of several ways, and the longest where all have to be gone", () => {
        const two = (every: boolean) =>
            way({ dev: {}, canary: { from: ["dev"] }, prod: { from: ["dev", "canary"], every }, hotfix: {} });
        assert.equal(wavesOf(two(false)).get("prod"), 1);
        assert.equal(wavesOf(two(true)).get("prod"), 2);
        const side = way({ dev: {}, hotfix: {}, prod: { from: ["hotfix", "dev"] } });
        assert.deepEqual(stepsFrom(side, "dev"), [{ environment: "prod", wave: 1, sources: ["dev"] }]);
    });

    it("begin at what takes from none, where nothing else is said", () => {
        assert.deepEqual(Object.fromEntries(wavesOf(shop)), {
            ...{ dev: 0, lab: 0, staging: 1, canary: 2, "prod-us": 3, "prod-eu": 3 },
        });
    });
});
