import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SimulatedCalls, useRows } from "../../automation/rehearsal/calls";
import { SimulatedCloud } from "../../automation/rehearsal/cloud";
import { calm } from "../../automation/rehearsal/faults";
import { table } from "../../automation/rehearsal/tables/azure-native";
import { unwrap, type Values } from "../../components/provider/values";

const settings = { subscriptionId: "s", tenantId: "t" };
const group = { resourceGroupName: "g" };
const vault = { ...group, vaultName: "vault", properties: { enablePurgeProtection: true } };

describe("the simulated Azure", () => {
    let directory: string;
    let cloud: SimulatedCloud;
    beforeEach(() => {
        directory = mkdtempSync(join(tmpdir(), "tidegate-test-"));
        cloud = new SimulatedCloud(directory);
        useRows(table.rows);
    });
    afterEach(() => rmSync(directory, { recursive: true, force: true }));

    const calls = (type: string): SimulatedCalls => {
        const row = table.rows.find(({ token }) => token === `azure-native:${type}`);
        assert.ok(row);
        const context = {
            urn: `urn:pulumi:prod-storage::p::azure-native:${type}::a`,
            signal: new AbortController().signal,
            log: () => {},
            tools: () => Promise.reject(new Error("none")),
        };
        const weather = { happening: calm, secondsPerSecond: 0, crash: () => assert.fail("crashed") };
        return new SimulatedCalls(row, cloud, settings, context, weather);
    };
    const create = async (type: string, inputs: Values) => {
        const { id, state } = await calls(type).create(inputs, false);
        return { id, inputs, state };
    };
    const ids = (): string[] => cloud.all().map(({ id }) => id);

    it("names things as Azure Resource Manager does, and refuses to take for its own what is there", async () => {
        await create("resources:ResourceGroup", group);
        const { id } = await create("keyvault:Vault", vault);
        assert.equal(id, "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/vault");
        await assert.rejects(create("keyvault:Vault", vault), /AlreadyExists/);
    });

    it("has a name of a vault once in the world, in whichever group", async () => {
        await create("resources:ResourceGroup", group);
        await create("resources:ResourceGroup", { resourceGroupName: "h" });
        await create("keyvault:Vault", vault);
        await assert.rejects(create("keyvault:Vault", { ...vault, resourceGroupName: "h" }), /AlreadyExists/);
    });

    it("takes along what lies in a thing that is deleted, and its name is free again", async () => {
        await create("resources:ResourceGroup", group);
        const made = await create("keyvault:Vault", vault);
        const key = { ...group, vaultName: "vault", keyName: "k", properties: { kty: "RSA" } };
        await create("keyvault:Key", key);
        await calls("keyvault:Vault").delete(made);
        assert.deepEqual(ids(), ["/subscriptions/s/resourceGroups/g"]);
        await create("keyvault:Vault", vault);
        await create("keyvault:Key", key);
    });

    it("deletes nothing that is locked, nor what a locked thing lies in", async () => {
        const its = await create("resources:ResourceGroup", group);
        const made = await create("keyvault:Vault", vault);
        const lock = await create("authorization:ManagementLockByScope", {
            scope: made.id,
            lockName: "l",
            level: "CanNotDelete",
        });
        await assert.rejects(calls("keyvault:Vault").delete(made), /ScopeLocked/);
        await assert.rejects(calls("resources:ResourceGroup").delete(its), /ScopeLocked/);
        await calls("authorization:ManagementLockByScope").delete(lock);
        await calls("resources:ResourceGroup").delete(its);
        assert.deepEqual(ids(), []);
    });

    it("gives of an object that was given in part what it makes itself, and keeps it through an update", async () => {
        await create("resources:ResourceGroup", group);
        const { state, ...made } = await create("keyvault:Vault", vault);
        const uriOf = (values: Values) => (unwrap(values).values["properties"] as Values)["vaultUri"];
        assert.equal(uriOf(state), "https://vault.vault.azure.net/");
        const tagged = { ...vault, tags: { a: "b" } };
        for (const preview of [true, false])
            assert.equal(
                uriOf(await calls("keyvault:Vault").update({ ...made, state }, tagged, preview)),
                "https://vault.vault.azure.net/",
            );
    });

    it("refuses a role on something that is not there", async () => {
        const assignment = { scope: "/nowhere", principalId: "p", roleDefinitionId: "r" };
        await assert.rejects(create("authorization:RoleAssignment", assignment), /ResourceNotFound/);
    });

    it("refuses fewer partitions than a hub has, and on Standard more too", async () => {
        await create("resources:ResourceGroup", group);
        await create("eventhub:Namespace", { ...group, namespaceName: "namespace", sku: { name: "Standard" } });
        const hub = { ...group, namespaceName: "namespace", eventHubName: "e", partitionCount: 4 };
        const made = await create("eventhub:EventHub", hub);
        const change = (partitionCount: number) =>
            calls("eventhub:EventHub").update(made, { ...hub, partitionCount }, false);
        await assert.rejects(change(3), /4 partitions, which cannot become 3/);
        await assert.rejects(change(5), /4 partitions, which cannot become 5/);
        await change(4);
    });
});
