import assert from "node:assert/strict";
import { SimulatedGraph } from "../proofs/crash/simulatedGraph";

const pack = (level: string, limit: number): string => `
const { PolicyPack } = require("@pulumi/policy");
new PolicyPack("small", {
    policies: [{
        name: "small-networks",
        description: "A network is small.",
        enforcementLevel: "${level}",
        validateResource: ({ type, props }, reportViolation) => {
            if (type === "sim:index:Network" && props.size > ${limit}) reportViolation("size " + props.size + " is over ${limit}");
        },
    }],
});
`;

describe("the driver's own policy pack", function () {
    this.timeout(120_000);
    const planted = "hT5zR9wQ2mLx7VbN4kYp";
    let graph: SimulatedGraph;
    before(() => {
        graph = new SimulatedGraph({ net: { dependsOn: [], resources: [["Network", "n"]] } }, 1);
        graph.write("Pulumi.dev-net.yaml", `config:\n  simulated:zone: a\n  simulated:kafkaPassword: ${planted}\n`);
    });
    after(() => graph.remove());

    it("refuses a stack with a secret in clear, by file, line and key, before anything is made", async () => {
        const { code, stdout, stderr } = await graph.run(["up", "dev"]);
        assert.equal(code, 1, stdout + stderr);
        assert.match(
            stdout,
            /no-plain-secret-configuration at Stack .*: Pulumi\.dev-net\.yaml:3: simulated:kafkaPassword holds a secret in clear[^]*\[policy\]/,
        );
        assert.ok(!(stdout + stderr).includes(planted), stdout + stderr);
        assert.deepEqual(graph.things(), []);
    });

    it("takes it once it is a secret", async () => {
        graph.write("Pulumi.dev-net.yaml", "config:\n  simulated:zone: a\n");
        const { code, stdout } = await graph.run(["up", "dev"]);
        assert.equal(code, 0, stdout);
        assert.equal(graph.things().length, 1);
    });
});

describe("policy packs of an environment", function () {
    this.timeout(120_000);
    let graph: SimulatedGraph;
    before(() => {
        graph = new SimulatedGraph({ net: { dependsOn: [], resources: [["Network", "n"]] } }, 1);
        graph.write("../pack/PulumiPolicy.yaml", "runtime: nodejs\nversion: 0.0.1\n");
        graph.write("../pack/package.json", '{"name": "pack", "version": "0.0.1", "main": "index.js"}');
        graph.write("../pack/index.js", pack("mandatory", 0));
        graph.environment({ policyPacks: ["../pack"] });
    });
    after(() => graph.remove());

    it("stop what violates a mandatory policy before it is made", async () => {
        const { code, stdout } = await graph.run(["up", "dev"]);
        assert.equal(code, 1, stdout);
        assert.match(
            stdout,
            /net: a mandatory policy is violated:\n +small-networks at Network 'dev-net-n': .*size 1 is over 0[^]*\[policy\]/,
        );
        assert.deepEqual(graph.things(), []);
    });

    it("are told where they are advisory, and are part of what a deployment is made of", async () => {
        graph.write("../pack/index.js", pack("advisory", 0));
        const { code, stdout } = await graph.run(["up", "dev"]);
        assert.equal(code, 0, stdout);
        assert.match(stdout, /policy small-networks at Network 'dev-net-n': .*size 1 is over 0/);
        graph.write("../pack/index.js", pack("mandatory", 1));
        const again = await graph.run(["up", "dev"]);
        assert.match(again.stdout, /changed since run .*: policies/);
        assert.match((await graph.run(["up", "dev"])).stdout, /its deployment is skipped/);
    });

    it("have to be there", async () => {
        graph.environment({ policyPacks: ["../pakc"] });
        const { code, stderr } = await graph.run(["up", "dev"]);
        assert.equal(code, 2, stderr);
        assert.match(stderr, /pakc cannot be used: there is no .*PulumiPolicy.yaml[^]*\[policy-pack-missing\]/);
    });
});
