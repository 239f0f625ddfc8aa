import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { LakekeeperCatalog, type LakekeeperCatalogArgs } from "../../../components/catalog/lakekeeper";
import { ExternalPostgres } from "../../../components/database/external";
import { at } from "../../../components/provider/values";
import { contracts } from "../../../stacks/contracts";
import { standInOf } from "../../../stacks/standIns";
import { making, type Program } from "../mocks";

const digest = "0123456789abcdef".repeat(4);
const foundation = {
    namespaces: { flink: "prod-flink", catalog: "prod-catalog", dbt: "prod-dbt", observability: "prod-observability" },
    identities: Object.fromEntries(
        ["flink", "catalog", "dbt"].map((workload) => [
            workload,
            {
                namespace: `prod-${workload}`,
                serviceAccount: workload === "catalog" ? "lakekeeper" : workload,
                aws: { roleName: `tidegate-prod-${workload}`, roleArn: `arn:aws:iam::123456789012:role/${workload}` },
                gcp: { email: `${workload}@p.iam.gserviceaccount.com`, member: `serviceAccount:${workload}@p` },
                azure: { clientId: "client", principalId: "principal" },
            },
        ]),
    ) as LakekeeperCatalogArgs["foundation"]["identities"],
};
const storageOf = (profile: "s3" | "gcs" | "adls") =>
    standInOf({ storage: { profile } } as never, "storage") as LakekeeperCatalogArgs["storage"];
const serviceAccount = { mode: "serviceAccount", audience: "lakekeeper", operator: "env://TOKEN" } as const;
const oauth2 = {
    mode: "oauth2",
    providerUri: "https://idp.example/realm",
    audience: "lakekeeper",
    tokenEndpoint: "https://idp.example/token",
    secretRef: "aws-sm://prod/catalog-client",
    operator: "file:///run/secrets/operator.json",
} as const;
const external: LakekeeperCatalogArgs["database"] = (parent, namespace) =>
    new ExternalPostgres(
        "lakekeeper",
        {
            ...{ environment: "prod", layer: "catalog", databaseName: "lakekeeper", namespace },
            ...{ host: "db.example", port: 6432, secretRef: "aws-sm://prod/catalog-db" },
            ...{ access: { store: { kind: "ClusterSecretStore", name: "tidegate" } }, serviceAccount: "lakekeeper" },
        },
        { parent },
    );
const given = (): LakekeeperCatalogArgs => ({
    environment: "prod",
    tags: { team: "a" },
    foundation,
    storage: storageOf("s3"),
    acceptTermsOfUse: true,
    image: `registry.example/lakekeeper/catalog@sha256:${digest}`,
    host: "catalog.example.com",
    ingress: { className: "nginx" },
    auth: serviceAccount,
    database: external,
});
const make = (changes: Partial<LakekeeperCatalogArgs> = {}): Promise<Program> =>
    making((options) => new LakekeeperCatalog("catalog", { ...given(), ...changes }, options));
const releaseType = "kubernetes:helm.sh/v3:Release";
const warehouseType = "tidegate:lakekeeper:Warehouse";

describe("LakekeeperCatalog", () => {
    let program: Program;
    before(async () => (program = await make()));
    const value = (path: string, of = program): unknown => at(of.one(releaseType).inputs["values"], path.split("."));
    const refuses = (changes: Partial<LakekeeperCatalogArgs>, code: string) =>
        assert.throws(() => new LakekeeperCatalog("catalog", { ...given(), ...changes }), { code });

    it("fulfils the contract of the layer, by the one address that everybody has, over TLS", () => {
        assert.deepEqual(contracts.catalog.parse(program.contract), {
            profile: "lakekeeper",
            type: "rest",
            uri: "https://catalog.example.com/catalog",
            warehouse: "lake",
            auth: { mode: "serviceAccount", audience: "lakekeeper" },
            properties: { "header.X-Iceberg-Access-Delegation": "client-managed" },
            attach: true,
        });
        assert.deepEqual(value("catalog.ingress"), {
            ...{ enabled: true, host: "catalog.example.com", path: "/", ingressClassName: "nginx", annotations: {} },
            tls: { enabled: true, secretName: "" },
        });
        assert.equal(value("catalog.config.LAKEKEEPER__BASE_URI"), "https://catalog.example.com");
    });

    it("waits for the migration as a job of its own, and never goes back to an older Lakekeeper", () => {
        const { inputs, dependencies } = program.one(releaseType);
        assert.equal(value("helmWait"), true);
        assert.deepEqual([inputs["atomic"], inputs["cleanupOnFail"], inputs["createNamespace"]], [false, false, false]);
        for (const name of ["lakekeeper-secret", "catalog-policy", "catalog-token-review"])
            assert.ok(dependencies.includes(name), `${name} of ${dependencies.join(", ")}`);
    });

    it("encrypts stored credentials with one key that is made once, kept, and secret", () => {
        const made = program.one("random:index/randomPassword:RandomPassword");
        const secret = program.one("kubernetes:core/v1:Secret", "catalog-encryption");
        for (const one of [made, secret]) assert.deepEqual([one.protect, one.retainOnDelete], [true, true]);
        assert.equal(made.inputs["length"], 64);
        assert.ok(secret.secrets.some((path) => path.startsWith("stringData")));
        assert.deepEqual(value("secretBackend"), {
            type: "Postgres",
            postgres: { encryptionKeySecret: "lakekeeper-encryption", encryptionKeySecretKey: "encryptionKey" },
        });
    });

    it("has a database of its own over TLS alone, and no password in its values", () => {
        assert.equal(value("postgresql.enabled"), false);
        assert.equal(value("catalog.config.LAKEKEEPER__PG_SSL_MODE"), "require");
        const database = value("externalDatabase") as Record<string, unknown>;
        assert.deepEqual(
            [database["host_write"], database["passwordSecret"], database["passwordSecretKey"], database["password"]],
            ["db.example", "lakekeeper-owner", "password", undefined],
        );
        const fetched = program.one("kubernetes:external-secrets.io/v1:ExternalSecret", "lakekeeper-secret");
        assert.match(JSON.stringify(fetched.inputs), /prod\/catalog-db/);
    });

    it("runs the image of the lock by its digest", () => {
        const { repository, tag } = value("catalog.image") as { repository: string; tag: string };
        assert.equal(`${repository}:${tag}`, `registry.example/lakekeeper/catalog@sha256:${digest}`);
    });

    it("passes Pod Security restricted, as an account without a token of its own, spread and with a budget", () => {
        assert.deepEqual(value("catalog.podSecurityContext"), {
            ...{ runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65534, fsGroup: 65534 },
            seccompProfile: { type: "RuntimeDefault" },
        });
        assert.equal(value("catalog.containerSecurityContext.readOnlyRootFilesystem"), true);
        assert.deepEqual(value("catalog.containerSecurityContext.capabilities"), { drop: ["ALL"] });
        assert.deepEqual(value("serviceAccount"), { create: false, name: "lakekeeper" });
        assert.deepEqual(value("catalog.podDisruptionBudget"), { enabled: true, maxUnavailable: 1 });
        assert.equal(value("catalog.replicas"), 2);
        for (const part of [
            "catalog.resources",
            "catalog.dbMigrations.resources",
            "catalog.initContainers.checkDb.resources",
        ])
            assert.ok(at(value(part), ["limits", "memory"]), part);
        assert.equal(value("catalog.podLabels")?.["azure.workload.identity/use" as never], "true");
    });

    it("does not restart pods because the database is away for a moment", () => {
        const probe = value("catalog.livenessProbe") as { periodSeconds: number; failureThreshold: number };
        assert.ok(probe.periodSeconds * probe.failureThreshold >= 600);
    });

    it("lets nobody in but its clients, its ingress and Prometheus, each at its port", async () => {
        const { spec } = program.one("kubernetes:networking.k8s.io/v1:NetworkPolicy").inputs as { spec: object };
        const text = JSON.stringify(at(spec as never, ["ingress"]));
        assert.match(
            text,
            /"values":\["prod-flink","prod-dbt","ingress-nginx"\].*"port":8181.*"values":\["prod-observability","monitoring"\].*"port":9000/,
        );
        assert.deepEqual(
            (at(spec as never, ["egress", 0, "ports"]) as { port: number }[]).map(({ port }) => port),
            [443, 6432, 6443],
        );
        const other = await make({ auth: oauth2, ingress: { className: "gce", controllerCidrs: ["10.0.0.0/20"] } });
        const policy = JSON.stringify(other.one("kubernetes:networking.k8s.io/v1:NetworkPolicy").inputs);
        assert.match(policy, /"ipBlock":\{"cidr":"10\.0\.0\.0\/20"\}/);
        assert.doesNotMatch(policy, /6443/);
    });

    it("asks the API server whose a token is, with a token that ends, where accounts of the cluster log in", async () => {
        assert.deepEqual(value("auth"), {
            k8s: { enabled: true, audience: "lakekeeper", legacyEnabled: false, createClusterRoleBinding: false },
        });
        const binding = program.one("kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding").inputs;
        assert.equal(at(binding, ["roleRef", "name"]), "system:auth-delegator");
        assert.match(
            JSON.stringify(value("catalog.extraVolumes")),
            /"serviceAccountToken":\{"expirationSeconds":3600,"path":"token"\}/,
        );
        const other = await make({ auth: oauth2 });
        assert.deepEqual(value("auth", other), {
            oauth2: { providerUri: "https://idp.example/realm", audience: "lakekeeper" },
            k8s: { enabled: false },
        });
        assert.equal(value("catalog.config.LAKEKEEPER__OPENID_SUBJECT_CLAIM", other), "sub");
        assert.equal(other.all("kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding").length, 0);
        assert.doesNotMatch(JSON.stringify(value("catalog.extraVolumes", other)), /serviceAccountToken/);
    });

    it("makes who rolls out its administrator, and a warehouse that nobody deletes", async () => {
        const bootstrap = program.one("tidegate:lakekeeper:Bootstrap");
        const connection = {
            url: "https://catalog.example.com",
            auth: { mode: "serviceAccount", tokenRef: "env://TOKEN" },
        };
        assert.deepEqual(bootstrap.inputs["connection"], connection);
        assert.deepEqual(bootstrap.dependencies, ["catalog-release"]);
        const { inputs, protect, retainOnDelete, dependencies } = program.one(warehouseType);
        assert.deepEqual([protect, retainOnDelete, inputs["protected"]], [true, true, true]);
        assert.deepEqual(inputs["deleteProfile"], { type: "soft", expirationSeconds: 604_800 });
        assert.ok(dependencies.includes("catalog-bootstrap"));
        const open = await make({ protectData: false, softDeleteDays: 0, auth: oauth2 });
        const warehouse = open.one(warehouseType);
        assert.deepEqual([warehouse.protect, warehouse.inputs["protected"]], [false, false]);
        assert.deepEqual(warehouse.inputs["deleteProfile"], { type: "hard" });
        assert.deepEqual(at(warehouse.inputs, ["connection", "auth"]), {
            ...{ mode: "oauth2", tokenEndpoint: "https://idp.example/token", scope: null },
            secretRef: "file:///run/secrets/operator.json",
        });
    });

    it("gets into S3 by a role of the warehouse that only it takes on, and only under its external id", () => {
        const { inputs } = program.one(warehouseType);
        assert.equal(at(inputs, ["credential", "type"]), "aws-system-identity");
        const externalId = at(inputs, ["credential", "externalId"]);
        assert.equal(at(inputs, ["storage", "keyPrefix"]), "warehouse");
        const policy = (type: string, name: string, member: string) =>
            JSON.parse(String(program.one(type, name).inputs[member])) as { Statement: Record<string, unknown>[] };
        const trust = policy("aws:iam/role:Role", "catalog-warehouse-role", "assumeRolePolicy").Statement;
        assert.deepEqual(
            trust.map(({ Principal }) => Principal),
            [{ AWS: "arn:aws:iam::123456789012:role/catalog" }, { AWS: "arn:aws:iam::123456789012:role/catalog" }],
        );
        assert.deepEqual(trust[0]?.["Condition"], { StringEquals: { "sts:ExternalId": externalId } });
        const access = policy("aws:iam/rolePolicy:RolePolicy", "catalog-warehouse-access", "policy").Statement;
        assert.deepEqual(
            access.map(({ Resource }) => Resource),
            ["arn:aws:s3:::stand-in", "arn:aws:s3:::stand-in/warehouse/*", "stand-in"],
        );
    });

    it("gets into the warehouses of Google and Azure as itself, without any key", async () => {
        const google = (await make({ storage: storageOf("gcs") })).one(warehouseType).inputs;
        assert.deepEqual(google["credential"], { type: "gcp-system-identity" });
        assert.deepEqual(google["storage"], { type: "gcs", bucket: "stand-in", keyPrefix: "warehouse" });
        const azure = await make({ storage: storageOf("adls") });
        const { inputs } = azure.one(warehouseType);
        assert.deepEqual(inputs["credential"], { type: "azure-system-identity" });
        assert.deepEqual(inputs["storage"], {
            ...{ type: "adls", accountName: "stand-in", filesystem: "stand-in", keyPrefix: "warehouse" },
        });
        assert.equal(value("catalog.config.LAKEKEEPER__ENABLE_AZURE_SYSTEM_CREDENTIALS", azure), "true");
    });

    it("refuses an address that is none, an identity provider in clear, one replica, and an identity without its cloud", () => {
        pulumi.runtime.setMocks({ call: () => ({}), newResource: ({ name, inputs }) => ({ id: name, state: inputs }) });
        for (const host of ["https://catalog.example.com", "catalog", "catalog.example.com/x"])
            refuses({ host }, "catalog-settings-invalid");
        refuses({ auth: { ...oauth2, tokenEndpoint: "http://idp.example/token" } }, "catalog-settings-invalid");
        refuses({ auth: { ...oauth2, providerUri: "http://idp.example" } }, "catalog-settings-invalid");
        refuses({ replicas: 1 }, "catalog-settings-invalid");
        const nobody = { ...foundation.identities.catalog, aws: null, gcp: null, azure: null };
        const unknown = { ...foundation, identities: { ...foundation.identities, catalog: nobody } };
        for (const profile of ["s3", "gcs", "adls"] as const)
            refuses({ storage: storageOf(profile), foundation: unknown }, "identity-missing");
    });
});
