import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { CloudSqlPostgres, type CloudSqlArgs } from "../../../components/database/cloudsql";
import { FlexibleServerPostgres, type FlexibleServerArgs } from "../../../components/database/flexibleServer";
import { RdsPostgres, type RdsArgs } from "../../../components/database/rds";
import { at } from "../../../components/provider/values";
import { standInOf } from "../../../stacks/standIns";
import { making, type Made, type Program } from "../mocks";

const common = {
    environment: "prod",
    tags: { team: "a" },
    layer: "catalog",
    databaseName: "lakekeeper",
    namespace: "prod-catalog",
};
const foundationOf = (profile: string) => standInOf({ foundation: { profile } } as never, "foundation");
const none = { foundation: { network: null } };

const rds = (changes: Partial<RdsArgs> = {}) =>
    making((options) => {
        new RdsPostgres("db", { ...common, foundation: foundationOf("eks"), ...changes }, options);
        return {};
    });
const cloudsql = (changes: Partial<CloudSqlArgs> = {}) =>
    making((options) => {
        const account = { project: "acme-lake", region: "europe-west1" };
        new CloudSqlPostgres("db", { ...common, account, foundation: foundationOf("gke"), ...changes }, options);
        return {};
    });
const azure = { subscriptionId: "s", tenantId: "t", location: "westeurope" };
const { network } = foundationOf("aks");
const delegated = {
    network: { ...network, databaseSubnetId: "/subnets/databases" },
} as FlexibleServerArgs["foundation"];
const flexible = (changes: Partial<FlexibleServerArgs> = {}) =>
    making((options) => {
        new FlexibleServerPostgres(
            "db",
            { ...common, account: azure, foundation: delegated, extensions: ["pg_trgm", "uuid-ossp"], ...changes },
            options,
        );
        return {};
    });

/** The password is 40 signs of the program's own, secret wherever it goes. */
function passwordIsSecret(program: Program, database: Made, member: string): void {
    assert.equal(program.one("random:index/randomPassword:RandomPassword").inputs["length"], 40);
    assert.ok(database.secrets.includes(member), `${member} of ${database.name} is not secret`);
    const secret = program.one("kubernetes:core/v1:Secret");
    assert.ok(secret.secrets.some((path) => path.startsWith("stringData")));
    assert.deepEqual(at(secret.inputs, ["metadata", "namespace"]), "prod-catalog");
}

const protection = ({ protect, retainOnDelete }: Made) => [protect, retainOnDelete];

describe("PostgreSQL on RDS", () => {
    let program: Program;
    before(async () => (program = await rds()));
    const instance = (of = program) => of.one("aws:rds/instance:Instance");

    it("is encrypted with a key of its own, private, in two zones, backed up, and cannot be deleted", () => {
        const { inputs } = instance();
        assert.deepEqual(
            ["storageEncrypted", "publiclyAccessible", "multiAz", "deletionProtection", "skipFinalSnapshot"].map(
                (key) => inputs[key],
            ),
            [true, false, true, true, false],
        );
        assert.equal(inputs["backupRetentionPeriod"], 14);
        assert.equal(inputs["finalSnapshotIdentifier"], "tidegate-prod-catalog-final");
        assert.deepEqual(protection(instance()), [true, true]);
        assert.equal(program.one("aws:kms/key:Key").inputs["enableKeyRotation"], true);
    });

    it("refuses who does not encrypt, and lets in the nodes of the cluster alone", () => {
        assert.deepEqual(program.one("aws:rds/parameterGroup:ParameterGroup").inputs["parameters"], [
            { name: "rds.force_ssl", value: "1" },
        ]);
        const rule = program.one("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").inputs;
        assert.deepEqual(
            [rule["referencedSecurityGroupId"], rule["fromPort"], rule["cidrIpv4"]],
            ["sg-stand-in", 5432, undefined],
        );
        assert.equal((program.one("aws:rds/subnetGroup:SubnetGroup").inputs["subnetIds"] as unknown[]).length, 3);
    });

    it("keeps its password secret, and lets no cloud rotate it away from who has read it", () => {
        passwordIsSecret(program, instance(), "password");
        assert.equal(instance().inputs["manageMasterUserPassword"], undefined);
    });

    it("can be deleted where the environment says so", async () => {
        const open = await rds({ protectData: false });
        const { inputs } = instance(open);
        assert.deepEqual([inputs["deletionProtection"], inputs["skipFinalSnapshot"]], [false, true]);
        assert.deepEqual(protection(instance(open)), [false, false]);
    });
});

describe("PostgreSQL on Cloud SQL", () => {
    let program: Program;
    before(async () => (program = await cloudsql()));
    const instance = (of = program) => of.one("gcp:sql/databaseInstance:DatabaseInstance");

    it("has a private address alone, TLS alone, a key of its own, a second zone, backups and protection", () => {
        const { inputs, dependencies } = instance();
        assert.deepEqual(at(inputs, ["settings", "ipConfiguration"]), {
            ...{ ipv4Enabled: false, sslMode: "ENCRYPTED_ONLY" },
            privateNetwork: "projects/stand-in/global/networks/stand-in",
        });
        assert.deepEqual(dependencies, ["db-key-use", "db-peering"]);
        assert.equal(at(inputs, ["settings", "availabilityType"]), "REGIONAL");
        assert.deepEqual(at(inputs, ["settings", "backupConfiguration", "pointInTimeRecoveryEnabled"]), true);
        assert.deepEqual(
            [inputs["deletionProtection"], at(inputs, ["settings", "deletionProtectionEnabled"])],
            [true, true],
        );
        assert.equal(inputs["encryptionKeyName"], "db-key-id");
        assert.deepEqual(protection(instance()), [true, true]);
    });

    it("keeps its password secret", () => {
        passwordIsSecret(program, program.one("gcp:sql/user:User"), "password");
    });

    it("can be deleted where the environment says so", async () => {
        const open = await cloudsql({ protectData: false });
        assert.equal(instance(open).inputs["deletionProtection"], false);
        assert.deepEqual(protection(instance(open)), [false, false]);
    });
});

describe("PostgreSQL on a flexible server", () => {
    let program: Program;
    before(async () => (program = await flexible()));
    const server = (of = program) => of.one("azure-native:dbforpostgresql:Server");
    const settings = () =>
        Object.fromEntries(
            program
                .all("azure-native:dbforpostgresql:Configuration")
                .map(({ inputs }) => [inputs["configurationName"], inputs["value"]]),
        );

    it("is in its subnet, not public, encrypted with a key of its own, in two zones, backed up, locked", () => {
        const { inputs } = server();
        assert.deepEqual(at(inputs, ["network", "publicNetworkAccess"]), "Disabled");
        assert.deepEqual(at(inputs, ["network", "delegatedSubnetResourceId"]), "/subnets/databases");
        assert.equal(at(inputs, ["dataEncryption", "type"]), "AzureKeyVault");
        assert.equal(at(inputs, ["highAvailability", "mode"]), "ZoneRedundant");
        assert.equal(at(inputs, ["backup", "backupRetentionDays"]), 14);
        assert.deepEqual(protection(server()), [true, true]);
        const locks = program.all("azure-native:authorization:ManagementLockByScope").map(({ name }) => name);
        assert.deepEqual(locks.sort(), ["db-database-lock", "db-keys-lock"]);
    });

    it("refuses who does not encrypt, and knows the extensions before the database is there", () => {
        assert.deepEqual(settings(), { require_secure_transport: "ON", "azure.extensions": "PG_TRGM,UUID-OSSP" });
        const { dependencies } = program.one("azure-native:dbforpostgresql:Database");
        assert.deepEqual(dependencies, ["db-require-secure-transport", "db-azure-extensions"]);
    });

    it("keeps its password secret", () => {
        passwordIsSecret(program, server(), "administratorLoginPassword");
    });

    it("can be deleted where the environment says so", async () => {
        const open = await flexible({ protectData: false });
        assert.deepEqual(protection(server(open)), [false, false]);
        assert.deepEqual(open.all("azure-native:authorization:ManagementLockByScope"), []);
    });
});

describe("a database of a cloud", () => {
    before(() =>
        pulumi.runtime.setMocks({ call: () => ({}), newResource: ({ name, inputs }) => ({ id: name, state: inputs }) }),
    );
    it("is refused without a network of that cloud in which the cluster reaches it", () => {
        const account = { project: "acme-lake", region: "europe-west1" };
        for (const foundation of [none.foundation, { network: foundationOf("gke").network }])
            assert.throws(() => new RdsPostgres("db", { ...common, foundation }), { code: "network-missing" });
        assert.throws(() => new CloudSqlPostgres("db", { ...common, account, ...none }), { code: "network-missing" });
        const { databaseSubnetId: _, ...bare } = network as { databaseSubnetId?: string };
        const undelegated = { network: bare } as FlexibleServerArgs["foundation"];
        for (const foundation of [none.foundation, undelegated])
            assert.throws(() => new FlexibleServerPostgres("db", { ...common, account: azure, foundation }), {
                code: "network-missing",
            });
    });
});
