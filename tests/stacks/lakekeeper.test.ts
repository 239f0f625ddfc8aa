/** What an environment file may say of a Lakekeeper of its own. */
import assert from "node:assert/strict";
import { environmentSchema } from "../../stacks/environment";
import { contracts } from "../../stacks/contracts";
import { standInOf } from "../../stacks/standIns";

const catalog = {
    profile: "lakekeeper",
    acceptTermsOfUse: true,
    host: "catalog.example.com",
    ingress: { className: "nginx" },
    auth: { mode: "serviceAccount", operator: "env://LAKEKEEPER_TOKEN" },
    database: { kind: "rds" },
};
const file = {
    name: "prod",
    state: { secretsProvider: "awskms://alias/tidegate" },
    aws: { accountId: "123456789012", region: "eu-west-1" },
    foundation: {
        profile: "eks",
        api: { publicCidrs: ["192.0.2.0/24"] },
        admins: ["arn:aws:iam::123456789012:role/a"],
    },
    storage: { profile: "s3" },
    catalog,
};
const oauth2 = {
    mode: "oauth2",
    providerUri: "https://idp.example",
    audience: "a",
    tokenEndpoint: "https://idp.example/token",
    secretRef: "aws-sm://prod/client",
    operator: "file:///run/secrets/client.json",
};

/** `path: message`, of what is refused. */
function complaints(changes: object, ofCatalog: object = {}): string {
    const parsed = environmentSchema.safeParse({ ...file, catalog: { ...catalog, ...ofCatalog }, ...changes });
    return (parsed.error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`).join("\n");
}

describe("an environment with Lakekeeper", () => {
    it("is taken with what it has to say, and with either way of logging in", () => {
        assert.equal(complaints({}), "");
        assert.equal(complaints({}, { auth: oauth2 }), "");
    });

    it("has read the terms of use, and says how who rolls out logs in", () => {
        assert.match(complaints({}, { acceptTermsOfUse: false }), /catalog\.acceptTermsOfUse/);
        assert.match(complaints({}, { auth: { mode: "serviceAccount" } }), /catalog\.auth\.operator/);
        assert.match(complaints({}, { auth: { mode: "none" } }), /catalog\.auth\.mode/);
    });

    it("lets no token of its own be looked up on the cluster, and no other on this machine", () => {
        assert.match(
            complaints({}, { auth: { mode: "serviceAccount", operator: "aws-sm://prod/token" } }),
            /catalog\.auth\.operator: env:\/\/VARIABLE or file:/,
        );
        assert.match(complaints({}, { auth: { ...oauth2, secretRef: "env://CLIENT" } }), /catalog\.auth\.secretRef/);
        assert.match(
            complaints({}, { auth: { ...oauth2, tokenEndpoint: "http://idp.example/token" } }),
            /tokenEndpoint/,
        );
    });

    it("is refused without its cluster, or on storage of this machine", () => {
        assert.match(complaints({ foundation: undefined }), /catalog: stands on foundation/);
        assert.match(complaints({ storage: { profile: "embedded" } }), /storage\.profile: .*does not reach it/);
    });

    it("has its database in the cloud of its cluster, whose account it is told", () => {
        assert.match(
            complaints({}, { database: { kind: "cloudsql" } }),
            /'cloudsql' needs the key 'gcp'.*\n.*no network that a cluster of eks reaches/,
        );
        const gcp = { gcp: { project: "acme-lake", region: "europe-west1" } };
        assert.match(complaints(gcp, { database: { kind: "cloudsql" } }), /no network that a cluster of eks reaches/);
        const identities = { catalog: { aws: { roleName: "a", roleArn: "arn:aws:iam::123456789012:role/a" } } };
        const adopted = (network?: object) => ({
            foundation: { profile: "kubeconfig", context: "theirs", identities, network },
        });
        assert.match(complaints(adopted()), /'rds' is in no network .*Name foundation\.network/);
        const subnets = { privateSubnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"] };
        const theirs = { cloud: "aws", vpcId: "vpc-0123456789abcdef0", nodeSecurityGroupId: "sg-0123456789abcdef0" };
        assert.equal(complaints(adopted({ ...theirs, ...subnets })), "");
        const azure = {
            subscriptionId: "00000000-0000-4000-8000-000000000001",
            tenantId: "00000000-0000-4000-8000-0000000000ff",
            location: "westeurope",
        };
        const vnet = {
            cloud: "azure",
            resourceGroup: "g",
            virtualNetworkId: "v",
            nodeSubnetId: "n",
            endpointSubnetId: "e",
        };
        assert.match(
            complaints({ azure, ...adopted(vnet) }, { database: { kind: "flexibleServer" } }),
            /names no databaseSubnetId/,
        );
        const external = { kind: "external", host: "db.example", secretRef: "aws-sm://prod/db" };
        assert.equal(complaints({}, { database: external }), "");
        const without = { foundation: { ...file.foundation, operators: { externalSecrets: "none" } } };
        assert.match(complaints(without, { database: external }), /operators\.externalSecrets: is none/);
    });

    it("may have its database beside it on any cluster, without an account or a network", () => {
        const role = { roleName: "a", roleArn: "arn:aws:iam::123456789012:role/a" };
        const adopted = {
            aws: undefined,
            foundation: { profile: "kubeconfig", context: "theirs", identities: { catalog: { aws: role } } },
        };
        const none = { operators: { externalSecrets: "none" } };
        const database = { kind: "cluster" };
        assert.equal(complaints({}, { database }), "");
        assert.equal(complaints({ foundation: { ...file.foundation, ...none } }, { database }), "");
        assert.doesNotMatch(complaints(adopted, { database }), /catalog/);
        assert.match(complaints({}, { database: { ...database, storageGb: 0 } }), /database\.storageGb/);
        assert.match(complaints({}, { database: { ...database, highAvailability: true } }), /highAvailability/);
    });

    it("needs an identity of the catalog where its storage is, and of whoever reads its database's password", () => {
        const adopted = (identities: object) => ({
            foundation: { profile: "kubeconfig", context: "theirs", identities },
        });
        const role = { aws: { roleName: "a", roleArn: "arn:aws:iam::123456789012:role/a" } };
        const external = { kind: "external", host: "db.example", secretRef: "aws-sm://prod/db" };
        assert.match(
            complaints(adopted({}), { database: external }),
            /on the foundation 'kubeconfig' catalog has none.*\n.*the store of aws-sm:\/\/ lets in identities of AWS/,
        );
        assert.equal(complaints(adopted({ catalog: role }), { database: external }), "");
        const vault = { ...external, secretRef: "vault://kv/db" };
        assert.match(
            complaints({}, { database: vault }),
            /catalog\.database\.secretRef: .*without the key 'secrets\.vault'/,
        );
        assert.equal(complaints({}, { database: vault, secretStore: { name: "theirs" } }), "");
    });

    it("refuses an address with a path, one replica, and sizes that its database has not", () => {
        assert.match(complaints({}, { host: "catalog.example.com/x" }), /catalog\.host/);
        assert.match(complaints({}, { replicas: 1 }), /catalog\.replicas/);
        assert.match(complaints({}, { database: { kind: "rds", backupDays: 0 } }), /backupDays/);
        assert.match(complaints({}, { database: { kind: "flexibleServer", storageGb: 50 } }), /storageGb/);
    });

    it("has a stand-in of its contract", () => {
        const standIn = standInOf({ catalog: { profile: "lakekeeper" } } as never, "catalog");
        assert.equal(contracts.catalog.parse(standIn).profile, "lakekeeper");
    });
});
