import assert from "node:assert/strict";
import { LakekeeperCatalog, type LakekeeperCatalogArgs } from "../../../components/catalog/lakekeeper";
import { lakekeeperLabels } from "../../../components/catalog/lakekeeperChart";
import { ClusterPostgres, type ClusterPostgresArgs } from "../../../components/database/cluster";
import { at, type Values } from "../../../components/provider/values";
import { violations } from "../../../automation/rehearsal/tables/kubernetes/podSecurity";
import { standInOf } from "../../../stacks/standIns";
import { making, type Made, type Program } from "../mocks";

const image = `registry.example/library/postgres@sha256:${"0123456789abcdef".repeat(4)}`;
const args: ClusterPostgresArgs = {
    environment: "dev",
    tags: { team: "a" },
    layer: "catalog",
    databaseName: "lakekeeper",
    namespace: "dev-catalog",
    image,
    clients: lakekeeperLabels,
};
const make = (changes: Partial<ClusterPostgresArgs> = {}) =>
    making(
        (options) => {
            const postgres = new ClusterPostgres("lakekeeper", { ...args, ...changes }, options);
            return { contract: { host: postgres.host, database: postgres.database } };
        },
        {
            "tidegate:embedded:Certificate": {
                certificatePem: "certificate",
                privateKeyPem: "key",
                expiresAt: "2029-01-01T00:00:00.000Z",
            },
        },
    );
const kinds = {
    set: "kubernetes:apps/v1:StatefulSet",
    claim: "kubernetes:core/v1:PersistentVolumeClaim",
    policy: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
    secret: "kubernetes:core/v1:Secret",
    password: "random:index/randomPassword:RandomPassword",
} as const;
const podOf = (program: Program): Values => at(program.one(kinds.set).inputs, ["spec", "template", "spec"]) as Values;
const containerOf = (program: Program): Values => at(podOf(program), ["containers", 0]) as Values;
const protection = ({ protect, retainOnDelete }: Made) => [protect, retainOnDelete];

describe("PostgreSQL in a pod of the cluster", () => {
    let program: Program;
    before(async () => (program = await make()));

    it("is one pod of the locked image that passes Pod Security restricted and writes to volumes alone", () => {
        assert.deepEqual(violations(podOf(program)), []);
        const container = containerOf(program);
        assert.equal(container["image"], image);
        assert.equal(at(container, ["securityContext", "readOnlyRootFilesystem"]), true);
        assert.deepEqual(
            [at(podOf(program), ["securityContext", "runAsUser"]), podOf(program)["automountServiceAccountToken"]],
            [70, false],
        );
        const written = (container["volumeMounts"] as Values[]).filter(({ readOnly }) => readOnly !== true);
        assert.deepEqual(
            written.map(({ mountPath }) => mountPath),
            ["/var/lib/postgresql/data", "/var/run/postgresql", "/tmp"],
        );
        assert.deepEqual(at(container, ["resources", "limits"]), { memory: "512Mi" });
        assert.equal(at(program.one(kinds.set).inputs, ["spec", "replicas"]), 1);
    });

    it("lets its owner in over TLS alone, and its superuser by the socket in the pod", () => {
        const files = program.one("kubernetes:core/v1:ConfigMap").inputs["data"] as Values;
        assert.deepEqual(String(files["pg_hba.conf"]).trim().split("\n"), [
            "local all postgres peer",
            "hostssl lakekeeper lakekeeper all scram-sha-256",
        ]);
        const options = containerOf(program)["args"] as string[];
        for (const wanted of ["ssl=on", "hba_file=/etc/postgresql/hba/pg_hba.conf"])
            assert.ok(options.includes(wanted), wanted);
        const script = String(files["owner.sql"]);
        assert.match(script, /CREATE ROLE "lakekeeper" LOGIN PASSWORD/);
        assert.doesNotMatch(script, /SUPERUSER/);
    });

    it("has one password that is secret, in no variable and no file that is not", () => {
        assert.equal(program.one(kinds.password).inputs["length"], 40);
        const owner = program.one(kinds.secret, "lakekeeper-secret");
        assert.ok(owner.secrets.some((path) => path.startsWith("stringData")));
        assert.equal(at(owner.inputs, ["metadata", "namespace"]), "dev-catalog");
        assert.ok(program.one(kinds.secret, "lakekeeper-tls").secrets.some((path) => path.startsWith("stringData")));
        assert.deepEqual(containerOf(program)["env"], [
            { name: "PGDATA", value: "/var/lib/postgresql/data/pgdata" },
            { name: "POSTGRES_PASSWORD_FILE", value: "/run/secrets/postgres/password" },
        ]);
    });

    it("is reached by the pods of its clients at its port, and calls nobody", () => {
        const { spec } = program.one(kinds.policy).inputs as { spec: Values };
        assert.deepEqual(spec, {
            podSelector: { matchLabels: { "app.kubernetes.io/name": "lakekeeper-postgres" } },
            policyTypes: ["Ingress", "Egress"],
            ingress: [
                {
                    from: [{ podSelector: { matchLabels: { "app.kubernetes.io/name": "lakekeeper" } } }],
                    ports: [{ protocol: "TCP", port: 5432 }],
                },
            ],
        });
        assert.deepEqual(program.contract, { host: "lakekeeper-postgres.dev-catalog.svc", database: "lakekeeper" });
    });

    it("is not ready while it makes its database, and is given minutes to read its log again", () => {
        const probes = ["startupProbe", "readinessProbe", "livenessProbe"].map(
            (name) => containerOf(program)[name] as Values,
        );
        for (const probe of probes)
            assert.deepEqual((at(probe, ["exec", "command"]) as string[]).slice(0, 4), [
                ...["pg_isready", "-q", "-h"],
                "127.0.0.1",
            ]);
        const [startup] = probes;
        assert.ok(Number(startup?.["periodSeconds"]) * Number(startup?.["failureThreshold"]) >= 600);
    });

    it("keeps its volume and its password where data is protected, and neither where it is not", async () => {
        const claim = program.one(kinds.claim);
        assert.deepEqual(at(claim.inputs, ["spec"]), {
            accessModes: ["ReadWriteOnce"],
            resources: { requests: { storage: "10Gi" } },
        });
        for (const type of [kinds.claim, kinds.password]) assert.deepEqual(protection(program.one(type)), [true, true]);
        const open = await make({ protectData: false, storageGb: 3, storageClass: "fast" });
        for (const type of [kinds.claim, kinds.password]) assert.deepEqual(protection(open.one(type)), [false, false]);
        assert.deepEqual(at(open.one(kinds.claim).inputs, ["spec", "storageClassName"]), "fast");
    });

    it("is another pod when its certificate or what lets people in has changed", async () => {
        const annotations = at(program.one(kinds.set).inputs, ["spec", "template", "metadata", "annotations"]);
        assert.deepEqual(annotations, { "tidegate.dev/certificate-expires": "2029-01-01T00:00:00.000Z" });
        const names = [program, await make({ databaseName: "other" })].map((of) =>
            at(of.one("kubernetes:core/v1:ConfigMap").inputs, ["metadata", "name"]),
        );
        assert.notEqual(names[0], names[1]);
    });

    it("is what Lakekeeper is told of, reaches and waits for", async () => {
        const namespaces = Object.fromEntries(
            ["flink", "catalog", "dbt", "observability"].map((room) => [room, `dev-${room}`]),
        );
        const { identities } = standInOf({ foundation: { profile: "gke" } } as never, "foundation");
        const catalog = await making((options) => {
            const layer = new LakekeeperCatalog(
                "catalog",
                {
                    environment: "dev",
                    foundation: { namespaces, identities } as unknown as LakekeeperCatalogArgs["foundation"],
                    storage: standInOf({ storage: { profile: "gcs" } } as never, "storage") as never,
                    acceptTermsOfUse: true,
                    image,
                    host: "catalog.example.com",
                    ingress: { className: "nginx" },
                    auth: { mode: "serviceAccount", audience: "lakekeeper", operator: "env://TOKEN" },
                    database: (parent) => new ClusterPostgres("lakekeeper", args, { parent }),
                },
                options,
            );
            return { contract: layer.contract };
        });
        const release = catalog.one("kubernetes:helm.sh/v3:Release");
        assert.equal(
            at(release.inputs, ["values", "externalDatabase", "host_write"]),
            "lakekeeper-postgres.dev-catalog.svc",
        );
        assert.ok(release.dependencies.includes("lakekeeper-server"));
        const { spec } = catalog.one(kinds.policy, "catalog-policy").inputs as { spec: Values };
        assert.deepEqual(at(spec, ["egress", 1]), {
            to: [{ podSelector: { matchLabels: { "app.kubernetes.io/name": "lakekeeper-postgres" } } }],
            ports: [{ protocol: "TCP", port: 5432 }],
        });
        assert.deepEqual(
            (at(spec, ["egress", 0, "ports"]) as Values[]).map(({ port }) => port),
            [443, 6443],
        );
    });
});
