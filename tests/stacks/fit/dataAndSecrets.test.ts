import assert from "node:assert/strict";
import { adopted, aws, loadEdited, theirs, refuses, type Refusal } from "./refusals";

const refusals: readonly Refusal[] = [
    [
        "a secret among the catalog's properties",
        "prod",
        { "catalog.properties": { "s3.secret-access-key": "x" } },
        "catalog.properties",
        /would hold a secret in SQL/,
    ],
    [
        "a secretRef that nobody looks up",
        "prod",
        {
            "foundation.operators": { externalSecrets: "none" },
            broker: { ...theirs, secretRef: "aws-sm://prod/kafka" },
        },
        "foundation.operators.externalSecrets",
        /a secretRef is looked up by External Secrets/,
    ],
    [
        "a secretRef of the machine that rolls out",
        "prod",
        { broker: { ...theirs, secretRef: "env://KAFKA" } },
        "broker.secretRef",
        /nothing on the cluster could look it up/,
    ],
    [
        "a hierarchical namespace with versions",
        "prodgcp",
        { "storage.recovery": "versions" },
        "storage.hierarchicalNamespace",
        /have no versions/,
    ],
    [
        "soft delete for longer than Azure has it",
        "prodazure",
        { "storage.oldVersionDays": 400 },
        "storage.oldVersionDays",
        /1 to 365 days/,
    ],
    [
        "a database that could only shrink",
        "prod",
        {
            catalog: {
                profile: "lakekeeper",
                acceptTermsOfUse: true,
                host: "catalog.example.com",
                ingress: { className: "nginx" },
                auth: { mode: "serviceAccount", operator: "env://TOKEN" },
                database: { kind: "rds", storageGb: 200, maxStorageGb: 100 },
            },
        },
        "catalog.database.maxStorageGb",
        /cannot grow from 200 to 100 GiB/,
    ],
    [
        "an identity provider that is no address",
        "prod",
        { "catalog.auth.tokenEndpoint": "javascript:alert(1)" },
        "catalog.auth.tokenEndpoint",
        /https/,
    ],
    [
        "a password in the address of a catalog",
        "prod",
        { "catalog.uri": ["https://me", "word@catalog.example.com/catalog"].join(":") },
        "catalog.uri",
        /user and password/,
    ],
    [
        "versions of a hierarchical namespace, with the reason",
        "prodazure",
        { "storage.versioning": true },
        "storage.versioning",
        /hierarchical namespace has no versions: soft delete takes its place/,
    ],
    [
        "a store of secrets that nobody makes",
        "prod",
        { broker: { ...theirs, secretRef: "vault://kv/kafka" } },
        "broker.secretRef",
        /without the key .secrets\.vault.*runtime\.secretStore/,
    ],
    [
        "a store of secrets of another cloud",
        "prodgcp",
        { broker: { ...theirs, secretRef: "aws-sm://prod/kafka" }, aws },
        "broker.secretRef",
        /lets in identities of AWS, and on the cluster flink has none/,
    ],
];

describe("a storage, a catalog or a secret that cannot be", () => {
    refuses(refusals);

    it("takes a catalog that lends dbt what it reads storage with, though dbt has no identity", async () => {
        const email = "flink@example-lakehouse-prod.iam.gserviceaccount.com";
        const network = {
            cloud: "gcp",
            network: "projects/p/global/networks/n",
            subnetwork: "projects/p/regions/r/subnetworks/s",
        };
        const { error } = await loadEdited("prodgcp", {
            foundation: { ...adopted, network, identities: { flink: { gcp: { email } } } },
            "catalog.auth": { mode: "serviceAccount", audience: "lakekeeper" },
        });
        assert.equal(error, undefined);
    });
});
