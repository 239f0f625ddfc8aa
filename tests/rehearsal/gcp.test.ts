import assert from "node:assert/strict";
import type { SimulatedCloud } from "../../automation/rehearsal/cloud";
import { table } from "../../automation/rehearsal/tables/gcp";
import { simulatedBootstrapAddress } from "../../automation/rehearsal/tables/gcp/bootstrap";
import type { Values } from "../../components/provider/values";
import { inCloud, makeIn } from "../components/gcp";

/** The inputs of an example, with what it names made first. */
async function exampleOf(cloud: SimulatedCloud, token: string, made = new Map<string, Values>()): Promise<Values> {
    const resolve = async (value: unknown): Promise<unknown> => {
        if (Array.isArray(value)) {
            const all: unknown[] = [];
            // One after the other: two members may name the same thing.
            for (const one of value) all.push(await resolve(one));
            return all;
        }
        if (typeof value !== "object" || value === null) return value;
        const { example, by = "id" } = value as { example?: string; by?: string };
        if (example === undefined) {
            const entries: [string, unknown][] = [];
            for (const [key, one] of Object.entries(value)) entries.push([key, await resolve(one)]);
            return Object.fromEntries(entries);
        }
        if (!made.has(example)) {
            const { id, state } = await makeIn(cloud, example, "example", await exampleOf(cloud, example, made));
            made.set(example, { ...state, id });
        }
        return made.get(example)?.[by];
    };
    return (await resolve(table.examples[token] ?? assert.fail(`no example of ${token}`))) as Values;
}

describe("the simulation of Google Cloud", () => {
    for (const row of table.rows)
        describe(row.token, () => {
            it("takes its example, and refuses or finds a second one", () =>
                inCloud(async (cloud) => {
                    const inputs = await exampleOf(cloud, row.token);
                    const { id } = await makeIn(cloud, row.token, "example", inputs);
                    const again = makeIn(cloud, row.token, "other", inputs);
                    if (row.idempotent === true) assert.equal((await again).id, id);
                    else await assert.rejects(again, /AlreadyExists/);
                }));

            for (const { what, refused, because } of row.refuses ?? [])
                it(`refuses ${what}`, () =>
                    inCloud(async (cloud) => {
                        const inputs = { ...(await exampleOf(cloud, row.token)), ...refused };
                        const plain = JSON.parse(JSON.stringify(inputs)) as Values;
                        assert.notEqual(because(plain, cloud), undefined, "the rule itself does not see it");
                        await assert.rejects(makeIn(cloud, row.token, "refused", plain));
                    }));
        });

    for (const [token, kept] of [
        ["gcp:storage/bucket:Bucket", { deletionPolicy: "PREVENT" }],
        ["gcp:kms/cryptoKey:CryptoKey", { deletionPolicy: "PREVENT" }],
        ["gcp:container/cluster:Cluster", { deletionProtection: undefined }],
        ["gcp:managedkafka/cluster:Cluster", { deletionPolicy: "PREVENT" }],
    ] as const)
        it(`does not delete a ${token} that is to be kept`, () =>
            inCloud(async (cloud) => {
                const inputs = { ...(await exampleOf(cloud, token)), ...kept };
                const { calls, id, state } = await makeIn(cloud, token, "kept", inputs);
                const stored = { id, state, inputs: JSON.parse(JSON.stringify(inputs)) as Values };
                await assert.rejects(calls.delete(stored), /PREVENT|deletion_protection/);
                assert.ok(cloud.get(token, id) !== undefined);
            }));

    it("makes another resource of a change that the provider cannot make to the one that is there", () =>
        inCloud(async (cloud) => {
            const token = "gcp:storage/bucket:Bucket";
            const inputs = await exampleOf(cloud, token);
            const { calls, id, state } = await makeIn(cloud, token, "bucket", inputs);
            const diff = (changes: Values) =>
                calls.diff({ id, state, inputs }, { ...inputs, ...changes }).changes.some(({ replace }) => replace);
            assert.ok(diff({ location: "US-EAST1" }));
            assert.ok(diff({ hierarchicalNamespace: { enabled: true } }));
            assert.ok(!diff({ versioning: { enabled: false } }));
            assert.ok(!diff({ labels: { a: "b" } }));
        }));

    it("tells where a Kafka cluster is reached as the API does, and of none that is not there", () =>
        inCloud(async (cloud) => {
            const token = "gcp:managedkafka/cluster:Cluster";
            const { state } = await makeIn(cloud, token, "kafka", await exampleOf(cloud, token));
            assert.match(
                String(state["bootstrapAddress"]),
                /^bootstrap-[0-9a-f]{12}\.[0-9a-f]{8}\.europe-west1\.managedkafka\.s\.cloud\.goog$/,
            );
            await assert.rejects(
                simulatedBootstrapAddress(cloud.directory)("projects/p/…/none"),
                /has no Kafka cluster/,
            );
        }));

    it("answers who the agent of a project is the same whoever asks", () =>
        inCloud((cloud) => {
            const ask = (token: string) => table.invokes[token]?.({}, { project: "acme" }, cloud) ?? {};
            const { number } = ask("gcp:organizations/getProject:getProject");
            const { emailAddress } = ask("gcp:storage/getProjectServiceAccount:getProjectServiceAccount");
            assert.equal(emailAddress, `service-${String(number)}@gs-project-accounts.iam.gserviceaccount.com`);
            return Promise.resolve();
        }));
});
