import assert from "node:assert/strict";
import { roles } from "../../../components/cloud/azureAccess";
import { guidOf } from "../../../components/cloud/azure";
import { AdlsStorage, type AdlsStorageArgs } from "../../../components/storage/adls";
import { contracts } from "../../../stacks/contracts";
import { adls } from "../../../stacks/settings/storage/adls";
import { account, foundation, grantsOf, making, ofType, only, type Made } from "../azure";

const args = { environment: "prod", account, tags: { team: "data" } };
const make = (changes: Partial<AdlsStorageArgs> = {}) =>
    making(() => new AdlsStorage("storage", { ...args, ...changes }));

describe("AdlsStorage", () => {
    let made: Made[];
    let contract: Record<string, unknown>;
    before(async () => ({ made, contract } = await make({ foundation })));

    it("fulfils the contract of the layer, with what Iceberg and Flink need", () => {
        const parsed = contracts.storage.parse(contract);
        assert.equal(parsed.profile, "adls");
        const lake = String(contract["account"]);
        assert.equal(parsed.warehouse, `abfss://warehouse@${lake}.dfs.core.windows.net/warehouse`);
        assert.equal(parsed.checkpoints, `abfss://checkpoints@${lake}.dfs.core.windows.net/checkpoints`);
        assert.equal(parsed.fileIo["io-impl"], "org.apache.iceberg.azure.adlsv2.ADLSFileIO");
        assert.deepEqual([contract["bucket"], contract["checkpointBucket"]], ["warehouse", "checkpoints"]);
        assert.equal(contract["encryptionKey"], "https://vault.example/keys/data");
    });

    it("lets nobody in but over TLS 1.2 with an identity of the directory", () => {
        const inputs = only(made, "storage:StorageAccount");
        const expected = {
            isHnsEnabled: true,
            minimumTlsVersion: "TLS1_2",
            enableHttpsTrafficOnly: true,
            allowBlobPublicAccess: false,
            allowSharedKeyAccess: false,
            allowCrossTenantReplication: false,
            isLocalUserEnabled: false,
            publicNetworkAccess: "Disabled",
        };
        assert.deepEqual({ ...inputs, ...expected }, inputs);
        assert.equal((inputs["networkRuleSet"] as { defaultAction: string }).defaultAction, "Deny");
        for (const { inputs } of ofType(made, "storage:BlobContainer")) assert.equal(inputs["publicAccess"], "None");
    });

    it("encrypts with a key of its own, which follows its rotation and cannot be purged", () => {
        const { encryption } = only(made, "storage:StorageAccount") as { encryption: Record<string, unknown> };
        assert.deepEqual(encryption, {
            keySource: "Microsoft.Keyvault",
            requireInfrastructureEncryption: true,
            keyVaultProperties: { keyName: "data", keyVaultUri: "https://vault.example/" },
            encryptionIdentity: { encryptionUserAssignedIdentity: "/storage-key-user" },
        });
        const { properties } = only(made, "keyvault:Vault") as { properties: Record<string, unknown> };
        assert.deepEqual([properties["enablePurgeProtection"], properties["enableRbacAuthorization"]], [true, true]);
        assert.deepEqual(properties["networkAcls"], { bypass: "AzureServices", defaultAction: "Deny" });
        const key = only(made, "keyvault:Key") as { properties: { rotationPolicy: { lifetimeActions: unknown } } };
        assert.deepEqual(key.properties.rotationPolicy.lifetimeActions, [
            { action: { type: "rotate" }, trigger: { timeAfterCreate: "P365D" } },
        ]);
    });

    it("gives each workload what it needs, and nothing else", () => {
        assert.deepEqual(grantsOf(made, roles), [
            "principal of catalog: Storage Blob Data Contributor on /storage-warehouse",
            "principal of catalog: Storage Blob Delegator on /storage-account",
            "principal of dbt: Storage Blob Data Reader on /storage-warehouse",
            "principal of flink: Storage Blob Data Contributor on /storage-checkpoints",
            "principal of flink: Storage Blob Data Contributor on /storage-warehouse",
            "principal of storage-key-user: Key Vault Crypto Service Encryption User on /storage-key",
        ]);
        for (const { inputs } of ofType(made, "authorization:RoleAssignment"))
            assert.equal(inputs["principalType"], "ServicePrincipal");
    });

    it("names a role assignment after what it says, so that made twice it is one", async () => {
        const named = ({ inputs }: Made) => inputs["roleAssignmentName"];
        const [first] = ofType(made, "authorization:RoleAssignment").filter(({ name }) => name.includes("dbt"));
        assert.equal(
            first?.inputs["roleAssignmentName"],
            guidOf(`/storage-warehouse ${roles["Storage Blob Data Reader"]} principal of dbt`),
        );
        const again = ofType((await make({ foundation })).made, "authorization:RoleAssignment").map(named);
        assert.deepEqual(again.sort(), ofType(made, "authorization:RoleAssignment").map(named).sort());
        assert.equal(new Set(again).size, again.length);
        for (const name of again)
            assert.match(String(name), /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    });

    it("has a private endpoint for each of its two names, in the cluster's network", () => {
        const subnets = ofType(made, "network:PrivateEndpoint").map(({ inputs }) => inputs["subnet"] as { id: string });
        assert.deepEqual(
            subnets.map(({ id }) => id),
            ["/network/subnets/endpoints", "/network/subnets/endpoints"],
        );
        assert.deepEqual(
            ofType(made, "privatedns:PrivateZone").map(({ inputs }) => inputs["privateZoneName"]),
            ["privatelink.blob.core.windows.net", "privatelink.dfs.core.windows.net"],
        );
        for (const { inputs } of ofType(made, "privatedns:VirtualNetworkLink"))
            assert.deepEqual(inputs["virtualNetwork"], { id: "/network" });
    });

    it("keeps what was deleted, deletes nothing live by age, and knows who read and wrote", () => {
        const services = only(made, "storage:BlobServiceProperties");
        assert.deepEqual(services["deleteRetentionPolicy"], { enabled: true, days: 14 });
        assert.deepEqual(services["containerDeleteRetentionPolicy"], { enabled: true, days: 14 });
        assert.equal(services["isVersioningEnabled"], undefined);
        assert.doesNotMatch(JSON.stringify(only(made, "storage:ManagementPolicy")), /baseBlob|version/);
        const { logs, resourceUri } = only(made, "monitor:DiagnosticSetting");
        assert.equal(resourceUri, "/storage-account/blobServices/default");
        assert.deepEqual(
            (logs as { category: string }[]).map(({ category }) => category),
            ["StorageRead", "StorageWrite", "StorageDelete"],
        );
    });

    it("locks what holds data while the environment protects it, and only then", async () => {
        const scopes = (of: readonly Made[]) =>
            ofType(of, "authorization:ManagementLockByScope").map(({ inputs }) => inputs["scope"]);
        assert.deepEqual(scopes(made), ["/storage-keys", "/storage-account"]);
        assert.deepEqual(scopes((await make({ protectData: false })).made), []);
    });

    it("gives Flink's checkpoints the workload's identity, by a class of its own: the plugin has none", async () => {
        assert.deepEqual(contract["flinkFileSystem"], {
            "fs.azure.account.auth.type": "Custom",
            "fs.azure.account.oauth.provider.type": "tidegate.azure.WorkloadIdentityTokenProvider",
        });
        assert.deepEqual((await make()).contract["flinkFileSystem"], {});
    });

    it("tags whatever takes tags", () => {
        const tags = { team: "data", environment: "prod", layer: "storage", "managed-by": "tidegate" };
        for (const type of ["resources:ResourceGroup", "storage:StorageAccount", "keyvault:Vault"])
            assert.deepEqual(only(made, type)["tags"], tags, type);
    });

    it("has a name of at most 24 lower-case letters and digits, another in each subscription", async () => {
        const nameOf = async (changes: Partial<AdlsStorageArgs>) => String((await make(changes)).contract["account"]);
        const long = await nameOf({ environment: "a2345678901234567890" });
        assert.match(long, /^[a-z0-9]{24}$/);
        const elsewhere = { ...account, subscriptionId: "11111111-0d4b-4c1e-9a77-1f5f0f0b7c11" };
        assert.notEqual(await nameOf({ account: elsewhere }), await nameOf({}));
        assert.notEqual(await nameOf({ environment: "a2345678901234567891" }), long);
    });

    it("without a cluster is reached from the addresses that are named, and has no grants", async () => {
        const alone = await make({ allowedAddresses: ["203.0.113.0/28", "198.51.100.7/32"] });
        const { publicNetworkAccess, networkRuleSet } = only(alone.made, "storage:StorageAccount");
        assert.equal(publicNetworkAccess, "Enabled");
        assert.deepEqual(networkRuleSet, {
            defaultAction: "Deny",
            bypass: "AzureServices",
            ipRules: ["203.0.113.0/28", "198.51.100.7"].map((range) => ({ action: "Allow", iPAddressOrRange: range })),
        });
        assert.deepEqual(ofType(alone.made, "network:PrivateEndpoint"), []);
        assert.equal(ofType(alone.made, "authorization:RoleAssignment").length, 1);
    });

    for (const [what, changes, message] of [
        ["versions", { versioning: true }, /hierarchical namespace has no versions/],
        ["point-in-time restore", { pointInTimeRestore: true }, /has no point-in-time restore/],
        ["soft delete of more than a year", { oldVersionDays: 366 }, /1 to 365 days, not 366/],
        ["logs of a week", { accessLogDays: 7 }, /30 to 730 days, not 7/],
        ["private addresses", { allowedAddresses: ["10.0.0.0/8"] }, /'10\.0\.0\.0\/8' is no block of public/],
        ["the whole internet", { allowedAddresses: ["0.0.0.0/0"] }, /'0\.0\.0\.0\/0' is no block/],
        ["a block of two addresses", { allowedAddresses: ["203.0.113.0/31"] }, /no block of public IPv4 addresses/],
        ["addresses beside a cluster", { foundation, allowedAddresses: ["203.0.113.0/28"] }, /no public address/],
    ] as const)
        it(`refuses ${what}`, () => {
            assert.throws(() => new AdlsStorage("storage", { ...args, ...changes }), {
                code: "environment-invalid",
                message,
            });
        });

    it("is refused versions by the schema of the environment file too, with the reason", () => {
        const { error } = adls.safeParse({ profile: "adls", versioning: true });
        assert.match(error?.message ?? "", /hierarchical namespace has no versions/);
        assert.equal(adls.parse({ profile: "adls" }).redundancy, "ZRS");
    });
});
