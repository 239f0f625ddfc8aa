import assert from "node:assert/strict";
import { nameLookup, typeLookup, type NamedLookup } from "../../automation/rollout/lookups";
import { settleStack } from "../../automation/rollout/pending";
import { FakePulumi } from "../_helpers/fakePulumi";

const urn = (type: string, name: string): string => `urn:pulumi:dev-net::shop::${type}::${name}`;
const role = "aws:iam/role:Role";
const policy = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
const creating = (type: string, name: string, inputs: object) => ({
    type: "creating",
    resource: { urn: urn(type, name), type, custom: true, inputs },
});
const { signal } = new AbortController();

describe("a stack of which creations were cut off", () => {
    let pulumi: FakePulumi;
    let recorded: object[] = [];
    beforeEach(async () => {
        pulumi = await FakePulumi.make();
        recorded = [];
    });
    afterEach(() => pulumi.remove());

    const pending = (...operations: readonly object[]) =>
        pulumi.state({ version: 3, deployment: { manifest: {}, resources: [], pending_operations: operations } });
    const settle = (lookups: readonly NamedLookup[]) =>
        settleStack("net", pulumi.target, lookups, {
            environment: "dev",
            journal: {
                record: (event) => {
                    recorded.push(event);
                    return Promise.resolve();
                },
            },
            signal,
        });
    const known = async () =>
        (await pulumi.deployment()).resources.map(({ urn: of, id }) => [of.split("::").pop(), id]);

    it("has what its provider knows by its name, and creates what it does not", async () => {
        await pending(creating(role, "there", { name: "r-1" }), creating(role, "absent", { name: "r-2" }));
        await pulumi.cloud({ "r-1": { name: "r-1" } });
        assert.deepEqual(await settle([nameLookup, typeLookup]), [
            "the creation of there was cut off: r-1 is taken over, by its name",
            "the creation of absent was cut off: it is created again, by its name",
        ]);
        assert.deepEqual(await known(), [["there", "r-1"]]);
        assert.deepEqual((await pulumi.deployment()).pending_operations, []);
        assert.equal(recorded.length, 1);
    });

    it("stays as it is where that name is another's", async () => {
        const tags = (value: string) => ({ name: "r-1", tags: { "tidegate:urn": value } });
        await pending(creating(role, "there", tags("urn:mine")));
        await pulumi.cloud({ "r-1": tags("urn:other") });
        await assert.rejects(settle([nameLookup, typeLookup]), { code: "pending-refused" });
        assert.equal((await pulumi.deployment()).pending_operations.length, 1);
        assert.deepEqual(recorded, []);
    });

    it("stays as it is where what was found is another resource of the same stack", async () => {
        const there = { urn: urn(role, "twin"), type: role, custom: true, id: "r-1", inputs: {}, outputs: {} };
        const operations = [creating(role, "a", { name: "r-1" })];
        const deployment = { manifest: {}, resources: [there], pending_operations: operations };
        await pulumi.state({ version: 3, deployment });
        await pulumi.cloud({ "r-1": { name: "r-1" } });
        await assert.rejects(settle([nameLookup]), {
            code: "pending-refused",
            message: /a as r-1: that is 'twin' of the same stack/,
        });
        assert.deepEqual(await known(), [["twin", "r-1"]]);
    });

    it("stays as it is where a command has found what is not there", async () => {
        const command: NamedLookup = { by: "`find`", lookup: () => Promise.resolve({ kind: "import", id: "vpc-9" }) };
        await pending(creating("aws:ec2/vpc:Vpc", "a", {}));
        await pulumi.cloud({});
        await assert.rejects(settle([command]), {
            code: "pending-refused",
            message: /a as vpc-9: its provider knows no/,
        });
        assert.equal((await pulumi.deployment()).pending_operations.length, 1);
    });

    it("creates again what a second creation gives the same of, without asking", async () => {
        await pending(creating(policy, "p", { role: "r-1", policyArn: "arn:aws:iam::aws:policy/AdministratorAccess" }));
        assert.deepEqual(await settle([nameLookup, typeLookup]), [
            "the creation of p was cut off: it is created again, by its type, of which a second creation gives the same one",
        ]);
        assert.equal(await pulumi.refreshed(), undefined);
        assert.deepEqual((await pulumi.deployment()).pending_operations, []);
    });

    it("creates again what is in the state alone, and what the project's own provider takes over itself", async () => {
        await pending(
            creating("random:index/randomPassword:RandomPassword", "r", { length: 16 }),
            creating("tidegate:embedded:Process", "p", { name: "kafka", directory: "/somewhere" }),
        );
        assert.equal((await settle([nameLookup, typeLookup])).length, 2);
        assert.deepEqual(await known(), []);
        assert.deepEqual((await pulumi.deployment()).pending_operations, []);
    });

    it("is nobody's to decide where there may be two of its type, or nothing is known of it", async () => {
        const inputs = { role: "r-1", policyArn: "arn:aws:iam::aws:policy/AdministratorAccess" };
        for (const [type, of] of [
            ["aws:kms/key:Key", { description: "k" }],
            ["aws:ec2/vpc:Vpc", { cidrBlock: "10.0.0.0/16" }],
            ["somebody:index:Thing", { name: "t" }],
            ["aws:iam/somethingNew:SomethingNew", inputs],
        ] as const) {
            await pending(creating(type, "x", of));
            await assert.rejects(settle([nameLookup, typeLookup]), { code: "pending-undecided" }, type);
        }
    });
});
