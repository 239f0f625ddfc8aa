import assert from "node:assert/strict";
import { useRows } from "../../automation/rehearsal/calls";
import type { SimulatedCloud } from "../../automation/rehearsal/cloud";
import { table } from "../../automation/rehearsal/tables/aws";
import { at, unwrap, type Values } from "../../components/provider/values";
import { inCloud, makeIn } from "../components/aws";

/** `aws:ec2/subnet:Subnet#other` is one more of its type. */
const typeOf = (key: string): string => key.split("#")[0] ?? key;
type Made = Awaited<ReturnType<typeof makeIn>>;

/** Makes what an example names, once each, and gives its inputs. */
async function exampleOf(cloud: SimulatedCloud, key: string, made: Map<string, Made>): Promise<Values> {
    const resolve = async (value: unknown): Promise<unknown> => {
        if (Array.isArray(value)) {
            const all: unknown[] = [];
            for (const one of value) all.push(await resolve(one));
            return all;
        }
        if (typeof value !== "object" || value === null) return value;
        const { example, by } = value as { example?: string; by?: string };
        if (typeof example !== "string") return members(value as Values);
        const found = made.get(example) ?? (await exampled(cloud, example, made));
        return by === undefined ? found.id : at(found.state, by.split("."));
    };
    const members = async (values: Values): Promise<Values> => {
        const all: Values = {};
        for (const [name, value] of Object.entries(values)) all[name] = await resolve(value);
        return all;
    };
    return members(table.examples[key] ?? assert.fail(`no example of ${key}`));
}

async function exampled(cloud: SimulatedCloud, key: string, made: Map<string, Made>): Promise<Made> {
    const thing = await makeIn(cloud, typeOf(key), "example", await exampleOf(cloud, key, made));
    made.set(key, thing);
    return thing;
}

describe("simulated AWS", () => {
    before(() => useRows(table.rows));

    for (const row of table.rows)
        describe(row.token, () => {
            it("takes its example, says where it is from, and is gone when it is deleted", () =>
                inCloud(async (cloud) => {
                    assert.match(row.source, /^https:|^the provider|^terraform/);
                    assert.match(row.latency.source, /./);
                    assert.ok(row.permissions.length > 0);
                    const { calls, id, inputs, state } = await exampled(cloud, row.token, new Map());
                    for (const name of Object.keys(row.computed))
                        assert.notEqual(at(state, name.split(".")), undefined, name);
                    assert.ok(cloud.get(row.token, id));
                    await calls.delete({ id, inputs, state });
                    assert.equal(cloud.get(row.token, id), undefined);
                }));

            for (const { what, refused, because } of row.refuses ?? [])
                it(`refuses ${what}`, () =>
                    inCloud(async (cloud) => {
                        const inputs = { ...(await exampleOf(cloud, row.token, new Map())), ...refused };
                        assert.notEqual(because(inputs, cloud), undefined, "the rule itself does not see it");
                        await assert.rejects(makeIn(cloud, row.token, "refused", inputs));
                    }));
        });

    it("keeps what others stand on", () =>
        inCloud(async (cloud) => {
            const made = new Map<string, Made>();
            await exampled(cloud, "aws:msk/topic:Topic", made);
            await exampled(cloud, "aws:ec2/natGateway:NatGateway", made);
            const remove = async (key: string) => {
                const { calls, id, inputs, state } = made.get(key) ?? assert.fail(key);
                await calls.delete({ id, inputs, state });
            };
            for (const [key, reason] of [
                ["aws:ec2/vpc:Vpc", /used by aws:ec2/],
                ["aws:ec2/subnet:Subnet", /used by aws:ec2\/natGateway|used by aws:msk\/cluster/],
                ["aws:ec2/eip:Eip", /used by aws:ec2\/natGateway/],
                ["aws:ec2/internetGateway:InternetGateway", /some mapped public addresses/],
                ["aws:ec2/securityGroup:SecurityGroup", /used by aws:msk\/cluster/],
                ["aws:msk/configuration:Configuration", /used by aws:msk\/cluster/],
            ] as const)
                await assert.rejects(remove(key), reason, key);
            await remove("aws:msk/cluster:Cluster");
            await remove("aws:msk/configuration:Configuration");
        }));

    it("does not delete a cluster of EKS that is protected", () =>
        inCloud(async (cloud) => {
            const inputs = await exampleOf(cloud, "aws:eks/cluster:Cluster", new Map());
            const given = { ...inputs, deletionProtection: true };
            const { calls, id, state } = await makeIn(cloud, "aws:eks/cluster:Cluster", "example", given);
            await assert.rejects(calls.delete({ id, inputs: given, state }), /deletion protection is enabled/);
        }));

    it("keeps what is computed inside an input, in a preview of a change too", () =>
        inCloud(async (cloud) => {
            const made = await exampled(cloud, "aws:eks/cluster:Cluster", new Map());
            const group = at(made.state, ["vpcConfig", "clusterSecurityGroupId"]);
            assert.match(String(group), /^sg-/);
            const stored = { id: made.id, inputs: made.inputs, state: made.state };
            for (const preview of [true, false]) {
                const state = await made.calls.update(stored, { ...made.inputs, tags: { a: "b" } }, preview);
                assert.equal(at(unwrap(state).values, ["vpcConfig", "clusterSecurityGroupId"]), group);
            }
            assert.deepEqual(made.calls.diff(stored, made.inputs).changes, []);
        }));

    it("gives a launch template another version for what it says, and none for its tags", () =>
        inCloud(async (cloud) => {
            const { calls, id, inputs, state } = await exampled(
                cloud,
                "aws:ec2/launchTemplate:LaunchTemplate",
                new Map(),
            );
            const stored = { id, inputs, state };
            const tags = await calls.update(stored, { ...inputs, tags: { a: "b" } }, false);
            assert.equal(tags["latestVersion"], 1);
            const size = await calls.update(stored, { ...inputs, instanceType: "m7i.xlarge" }, false);
            assert.equal(size["latestVersion"], 2);
        }));
});
