/** A sample of `npm run proof:crash`: other moments each day, the same ones by TIDEGATE_TEST_SEED. */
import assert from "node:assert/strict";
import { random } from "../_helpers/random";
import { crash } from "../proofs/crash/crash";
import { SimulatedGraph, type SimulatedStack } from "../proofs/crash/simulatedGraph";
import { victimKinds } from "../proofs/crash/victims";

const dayMs = 24 * 60 * 60 * 1000;
const seed = Number(process.env["TIDEGATE_TEST_SEED"] ?? Math.floor(Date.now() / dayMs));

describe("a crash at a moment of chance", function () {
    this.timeout(400_000);
    const resources: SimulatedStack["resources"] = [
        ["Bucket", "one"],
        ["Network", "two"],
        ["Key", "three"],
    ];
    const stacks: Record<string, SimulatedStack> = {
        net: { dependsOn: [], resources },
        store: { dependsOn: ["net"], resources },
        app: { dependsOn: ["net"], resources },
    };
    const next = random(seed);
    // Of some fifty that an uninterrupted run tells.
    const moments = [1 + Math.floor(next() * 20), 21 + Math.floor(next() * 20)];

    for (const event of moments) {
        const victim = victimKinds[Math.floor(next() * victimKinds.length)] ?? "driver";
        const [afterMs, which] = [next() * 200, next()];
        it(`is survived: the ${victim}, after event ${event}, with the seed ${seed}`, async () => {
            const graph = new SimulatedGraph(stacks);
            try {
                const { faults, hit } = await crash(graph, { event, afterMs, victim, which });
                assert.deepEqual(faults, []);
                assert.ok(hit, "the run was at its end before there was anybody to kill");
            } finally {
                graph.remove();
            }
        });
    }
});
