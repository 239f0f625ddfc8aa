/** Change budgets and protected stacks on the real engine: what is over is refused before anything is touched. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { SimulatedGraph } from "../proofs/crash/simulatedGraph";

describe("an environment with a change budget and a protected stack", function () {
    this.timeout(120_000);
    let graph: SimulatedGraph;
    before(() => {
        graph = new SimulatedGraph(
            {
                net: { dependsOn: [], resources: [["Network", "n"]] },
                store: { dependsOn: ["net"], resources: [["Bucket", "b"]] },
            },
            1,
        );
    });
    after(() => graph.remove());
    const bucket = "store/sim:index:Bucket/dev-store-b";

    it("previews what is not there, which leaves nothing behind", async () => {
        const { code, stdout } = await graph.run(["preview", "dev"]);
        assert.equal(code, 0, stdout);
        assert.match(stdout, /net +\+ create Network dev-net-n/);
        assert.match(stdout, /store +.*not previewable: net is not deployed yet/);
        assert.deepEqual([graph.things(), [...graph.known().ids]], [[], []]);
        assert.ok(!existsSync(join(graph.directory, "Pulumi.dev-net.yaml")));
    });

    it("refuses a replacement before anything is touched, and does it once it is approved by name", async () => {
        const first = await graph.run(["up", "dev"]);
        assert.equal(first.code, 0, first.stdout);
        const before = graph.things();
        graph.environment({ changeBudget: { replace: 0 } });
        const inputs = { files: ["index.js"], variables: ["SIM_ZONE"] };
        graph.stack("store", { protected: ["dev"], stateful: ["sim:index:Bucket"], inputs });
        const refused = await graph.run(["up", "dev"], { SIM_ZONE: "b" });
        assert.equal(refused.code, 6, refused.stdout);
        assert.match(
            refused.stdout,
            /dev: nothing was touched[^]*protected allows 0, there would be 1[^]*changeBudget\.replace allows 0, there would be 1/,
        );
        assert.ok(refused.stdout.includes(`replace ${bucket}, forced by zone`), refused.stdout);
        assert.deepEqual(graph.things(), before);
        const approved = await graph.run(["up", "dev", "--approve", bucket], { SIM_ZONE: "b" });
        assert.equal(approved.code, 0, approved.stdout);
        assert.match(approved.stdout, /store +1 replaced/);
        const { stdout } = await graph.run(["show", "last", "-e", "dev"]);
        assert.match(stdout, /store: changes approved of urn:pulumi:dev-store/);
    });

    it("goes only where it is confirmed, and only with what stands on it", async () => {
        const before = graph.things();
        const needed = await graph.run(["down", "dev", "--only", "net"]);
        assert.equal(needed.code, 2);
        assert.match(needed.stderr, /store stands on net[^]*\[stack-needed\]/);
        const refused = await graph.run(["down", "dev"]);
        assert.equal(refused.code, 6);
        assert.match(refused.stderr, /store of dev is protected: nothing was destroyed\.[^]*--confirm dev/);
        assert.deepEqual(graph.things(), before);
        const { code, stdout } = await graph.run(["down", "dev", "--confirm", "dev"]);
        assert.equal(code, 0, stdout);
        assert.deepEqual(graph.things(), []);
    });
});
