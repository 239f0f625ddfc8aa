import assert from "node:assert/strict";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { SimulatedGraph } from "../proofs/crash/simulatedGraph";

describe("drift that is accepted", function () {
    this.timeout(120_000);
    const graph = new SimulatedGraph({ net: { dependsOn: [], resources: [["Network", "n"]] } }, 1);
    after(() => graph.remove());

    it("is in the state from then on, and the next up makes what is missing", async () => {
        assert.equal((await graph.run(["up", "dev"])).code, 0);
        graph.stack("net", { hooks: { beforeRefresh: [{ run: "touch ../asked" }] } });
        for (const file of graph.files()) rmSync(file);
        const { code, stdout } = await graph.run(["drift", "dev", "--accept"]);
        assert.equal(code, 0, stdout);
        assert.match(stdout, /net +missing Network dev-net-n[^]*the state of net is what is there/);
        assert.deepEqual([...graph.known().ids.keys()], []);
        assert.ok(existsSync(join(graph.directory, "..", "asked")), "its hooks run");
        assert.equal((await graph.run(["up", "dev"])).code, 0);
        assert.deepEqual(graph.faults(), []);
    });

    it("is either healed or accepted", async () => {
        const { code, stderr } = await graph.run(["drift", "dev", "--accept", "--heal"]);
        assert.equal(code, 2);
        assert.match(stderr, /Give one of them/);
    });
});
