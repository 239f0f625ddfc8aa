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
    // An uninterrupted run tells some fifty, fewer where a stack is done before its progress is told.
    const moments = [1 + Math.floor(next() * 20), 21 + Math.floor(next() * 20)];

    for (const event of moments) {
        const victim = victimKinds[Math.floor(next() * victimKinds.length)] ?? "driver";
        const [afterMs, which] = [next() * 200, next()];
        it(`is survived: the ${victim}, after event ${event}, with the seed ${seed}`, async () => {
            // A machine that is quick enough has ended the run before the moment: then an earlier one is taken.
            for (let at = event, hit = false; !hit; at = Math.floor(at / 2)) {
                assert.ok(at > 0, "no run had anybody to kill, not even at its first event");
                const graph = new SimulatedGraph(stacks);
                try {
                    const result = await crash(graph, { event: at, afterMs, victim, which });
                    assert.deepEqual(result.faults, []);
                    hit = result.hit;
                } finally {
                    graph.remove();
                }
            }
        });
    }
});
