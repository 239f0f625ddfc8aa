import assert from "node:assert/strict";
import { wayToProof } from "../../automation/cli/actions/wayToProof";
import { promotionSchema } from "../../automation/graph/promotion";
import { proofOf } from "../release/examples";

const release = "a".repeat(64);
const promotion = promotionSchema.parse({
    dev: {},
    staging: { from: ["dev"] },
    canary: { from: ["staging"] },
    eu: { from: ["dev", "canary"] },
});

/** What is proved, in which environments. */
const proofs = (...environments: readonly string[]) => {
    const there = <T>(one: T, holds: boolean): Promise<T[]> => Promise.resolve(holds ? [one] : []);
    return {
        green: (environment: string) => there(release, environments.includes(environment)),
        counting: (environment: string, id: string) =>
            there(proofOf(environment, id, 1, "1"), id === release && environments.includes(environment)),
    };
};
const way = (environment: string, ...proved: readonly string[]) =>
    wayToProof(promotion, proofs(...proved), environment, release);

describe("what proves a release", () => {
    it("is an `up` where releases begin, and where the graph says nothing of promotions", async () => {
        const up = "`npx tidegate up dev --release aaaaaaaaaaaa` proves it there.";
        assert.equal(await way("dev"), up);
        assert.equal(await wayToProof(undefined, proofs(), "dev", release), up);
    });

    it("is a promotion where releases come from elsewhere: an `up` would be refused", async () => {
        assert.equal(
            await way("staging", "dev"),
            "`npx tidegate promote dev staging --release aaaaaaaaaaaa` proves it there.",
        );
        assert.match(await way("eu", "canary"), /`npx tidegate promote canary eu --release a+` proves it there/);
    });

    it("is the first step of its way that is not refused, where that is a longer one", async () => {
        assert.equal(
            await way("canary", "dev"),
            "`npx tidegate promote dev staging --release aaaaaaaaaaaa` proves it in staging, from where its way to canary goes on.",
        );
        assert.match(await way("canary"), /`npx tidegate up dev --release a+` proves it in dev, from where/);
    });

    it("is of any release that is there, where none was asked for", async () => {
        assert.equal(
            await wayToProof(promotion, proofs("dev"), "staging"),
            "`npx tidegate promote dev staging` proves it there.",
        );
        assert.match(
            await wayToProof(promotion, proofs(), "staging"),
            /`npx tidegate up dev --release RELEASE` proves/,
        );
    });
});
