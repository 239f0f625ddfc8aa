import assert from "node:assert/strict";
import { runChecks } from "../../automation/gates";
import { outputsCheck, stateCheck } from "../../automation/gates/stack";
import { nothing, type StackSnapshot } from "../../automation/engine/snapshot";

const judged = async (check: ReturnType<typeof stateCheck>) => (await runChecks([check]))[0] ?? assert.fail();

describe("checks of any stack", () => {
    it("state: red while an operation is pending, which is named", async () => {
        const green = await judged(stateCheck("app", "dev", { ...nothing, resources: 1 }));
        assert.deepEqual([green.status, green.summary], ["pass", "1 resource"]);
        const pending = [{ operation: "creating", urn: "urn:pulumi:dev::app::aws:s3:Bucket::logs" }];
        const red = await judged(stateCheck("app", "dev", { ...nothing, pending }));
        assert.match(red.message ?? "", /creating urn:pulumi:dev::app::aws:s3:Bucket::logs/);
    });

    describe("outputs", () => {
        const schema = {
            $schema: "https://json-schema.org/draft/2020-12/schema",
            required: ["url", "topics"],
            properties: { url: { type: "string", format: "uri" }, topics: { type: "array", minItems: 1 } },
            additionalProperties: false,
        };
        const outputs = (given: StackSnapshot["outputs"], contract: string | object = schema) =>
            judged(outputsCheck("broker", contract as string, "/repo/tidegate.yaml", { ...nothing, outputs: given }));

        it("are green where they keep the contract", async () => {
            const { status, evidence } = await outputs({ url: "https://here", topics: ["a"] });
            assert.deepEqual([status, evidence], ["pass", { outputs: ["topics", "url"] }]);
        });

        it("are red with each mistake by place and rule, and never a value", async () => {
            const { status, message } = await outputs({ url: "canary no url", topics: [], password: "canary-9" });
            assert.equal(status, "fail");
            assert.match(message ?? "", /url must match format "uri"/);
            assert.match(message ?? "", /topics must NOT have fewer than 1 items/);
            assert.match(message ?? "", /additional properties \('password'\)/);
            assert.ok(!message?.includes("canary"));
            assert.match((await outputs({})).message ?? "", /the outputs must have required property 'url'/);
        });

        it("are red where the contract cannot be read", async () => {
            assert.match((await outputs({}, "gone.json")).message ?? "", /\/repo\/gone\.json is no JSON Schema/);
            assert.match((await outputs({}, { type: "strnig" })).message ?? "", /no JSON Schema that can be read/);
        });
    });
});
