import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { contracts } from "../../../stacks/contracts";
import { flinkVersionOf } from "../../../components/runtime/flinkDeployment";
import { jaas } from "../../../components/runtime/jaas";
import { making, type Made, type Program } from "../mocks";
import { broker, catalog, digest, foundation, password, runtimeOf, storage } from "./platform";

const deploymentType = "kubernetes:flink.apache.org/v1beta1:FlinkDeployment";
const externalType = "kubernetes:external-secrets.io/v1:ExternalSecret";
const storeType = "kubernetes:external-secrets.io/v1:SecretStore";
const policyType = "kubernetes:networking.k8s.io/v1:NetworkPolicy";

interface Container {
    name: string;
    image?: string;
    args?: string[];
    env?: { name: string; value?: string; valueFrom?: unknown }[];
    securityContext: Record<string, unknown>;
    volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[];
}
interface PodSpec {
    automountServiceAccountToken: boolean;
    securityContext: Record<string, unknown>;
    containers: Container[];
    volumes?: Record<string, unknown>[];
}
interface Deployment {
    image: string;
    flinkVersion: string;
    mode: string;
    serviceAccount: string;
    flinkConfiguration: Record<string, string>;
    podTemplate: { metadata: { labels: Record<string, string>; annotations: Record<string, string> }; spec: PodSpec };
    jobManager: Record<string, unknown>;
    taskManager: Record<string, unknown>;
    job: Record<string, unknown>;
}

const specOf = (program: Program, job: string): Deployment =>
    program.one(deploymentType, `runtime-${job}`).inputs["spec"] as Deployment;
const metadataOf = (one: Made) =>
    one.inputs["metadata"] as { name: string; namespace: string; annotations?: Record<string, string> };
const policies = (program: Program) =>
    new Map(
        program
            .all(policyType)
            .map((one) => [
                metadataOf(one).name,
                one.inputs["spec"] as { ingress: Rule[]; egress: Rule[]; podSelector: { matchLabels: object } },
            ]),
    );
interface Rule {
    from?: unknown;
    to?: { ipBlock?: { cidr: string; except: string[] } }[];
    ports: { port: number }[];
}

/** The pod spec of each pod that the layer makes, but those of the operator's chart. */
function podsOf(program: Program): Map<string, PodSpec> {
    const cronJobs = program.all("kubernetes:batch/v1:CronJob").map((one): [string, PodSpec] => {
        const spec = one.inputs["spec"] as { jobTemplate: { spec: { template: { spec: PodSpec } } } };
        return [one.name, spec.jobTemplate.spec.template.spec];
    });
    return new Map([
        ["bronze", specOf(program, "bronze").podTemplate.spec],
        ["silver", specOf(program, "silver").podTemplate.spec],
        ...cronJobs,
    ]);
}

describe("the runtime on Kubernetes", () => {
    let program: Program;
    before(async () => {
        program = await making(runtimeOf());
    });

    it("fulfils the contract of its layer", () => {
        const contract = contracts.runtime.parse(program.contract);
        assert.deepEqual(contract, {
            profile: "kubernetes",
            namespace: "prod-flink",
            serviceAccount: "flink",
            parallelism: 2,
            savepoints: storage.savepoints,
            jobs: [
                { name: "tidegate-taxi-bronze", deployment: "bronze", kind: "streaming" },
                { name: "tidegate-taxi-silver", deployment: "silver", kind: "batch" },
            ],
            checkpointTimeoutMs: 600_000,
            dbt: {
                runtime: "kubernetes",
                namespace: "prod-dbt",
                schedule: "15 * * * *",
                timeZone: "Etc/UTC",
                object: "dbt-build",
            },
        });
    });

    it("makes only pods that pass Pod Security restricted, and write to volumes alone", () => {
        const pods = podsOf(program);
        assert.equal(pods.size, 4);
        const allowed = ["configMap", "secret", "emptyDir", "projected", "persistentVolumeClaim"];
        for (const [name, pod] of pods) {
            const { seccompProfile, runAsNonRoot, runAsUser } = pod.securityContext;
            assert.deepEqual(seccompProfile, { type: "RuntimeDefault" }, name);
            assert.equal(runAsNonRoot, true);
            assert.equal(runAsUser, name === "bronze" || name === "silver" ? 9999 : 10001);
            for (const { securityContext } of pod.containers)
                assert.deepEqual(securityContext, {
                    allowPrivilegeEscalation: false,
                    capabilities: { drop: ["ALL"] },
                    readOnlyRootFilesystem: true,
                    runAsNonRoot: true,
                });
            for (const { name: _, ...volume } of pod.volumes ?? [])
                assert.ok(
                    Object.keys(volume).every((kind) => allowed.includes(kind)),
                    JSON.stringify(volume),
                );
            for (const key of ["hostNetwork", "hostPID", "hostIPC"]) assert.ok(!(key in pod));
        }
    });

    it("runs images by digest alone", () => {
        const images = [...podsOf(program).values()].flatMap(({ containers }) => containers.map(({ image }) => image));
        assert.deepEqual(
            images.filter((image) => image !== undefined),
            [digest("b"), digest("b")],
        );
        assert.equal(specOf(program, "bronze").image, digest("a"));
    });

    it("runs each script with SqlDriver, standalone and without a jar", () => {
        for (const job of ["bronze", "silver"]) {
            const spec = specOf(program, job);
            assert.equal(spec.mode, "standalone");
            assert.equal(spec.flinkVersion, "v2_0");
            assert.equal(spec.serviceAccount, "flink");
            assert.equal(spec.job["entryClass"], "org.apache.flink.table.runtime.application.SqlDriver");
            assert.deepEqual(spec.job["args"], ["--scriptUri", "file:///opt/flink/sql/job.sql"]);
            assert.ok(!("jarURI" in spec.job));
            // Standalone mode takes as many TaskManagers as parallelism and slots make; a number would fix them.
            assert.ok(!("replicas" in spec.taskManager));
            // `resources` comes with the operator 1.16.
            assert.ok(!("resources" in spec.taskManager) && "resource" in spec.taskManager);
        }
    });

    it("keeps SQL in an object whose name holds its hash, and tells the pods of a change", async () => {
        const configMaps = program.all("kubernetes:core/v1:ConfigMap").filter(({ name }) => name.endsWith("-sql"));
        assert.equal(configMaps.length, 2);
        for (const one of configMaps) {
            const { name } = metadataOf(one);
            const spec = specOf(program, name.split("-")[0] ?? "");
            const annotation = spec.podTemplate.metadata.annotations["tidegate/sql"] ?? "";
            assert.ok(name.endsWith(`-sql-${annotation.slice(0, 10)}`));
            assert.equal(one.inputs["immutable"], true);
            const volume = spec.podTemplate.spec.volumes?.find((candidate) => candidate["name"] === "sql");
            assert.deepEqual(volume, { name: "sql", configMap: { name } });
        }
        const sql = (configMaps[0]?.inputs["data"] as Record<string, string>)["job.sql"] ?? "";
        assert.match(sql, /CREATE CATALOG lake[^]*;\n[^]*EXECUTE STATEMENT SET BEGIN[^]*END;\n$/);
        const other = await making(runtimeOf({ broker: broker({ bootstrapServers: "other.example:9098" }) }));
        assert.notEqual(
            specOf(other, "bronze").podTemplate.metadata.annotations["tidegate/sql"],
            specOf(program, "bronze").podTemplate.metadata.annotations["tidegate/sql"],
        );
    });

    it("loses no state of a streaming job", () => {
        const bronze = program.one(deploymentType, "runtime-bronze");
        const { flinkConfiguration, job } = specOf(program, "bronze");
        const wanted = {
            "execution.checkpointing.dir": storage.checkpoints,
            "execution.checkpointing.savepoint-dir": storage.savepoints,
            "high-availability.type": "kubernetes",
            "high-availability.storageDir": `${storage.checkpoints}/ha`,
            "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
            "kubernetes.operator.job.savepoint-on-deletion": "true",
            "kubernetes.operator.deployment.rollback.enabled": "true",
            "restart-strategy.type": "exponential-delay",
        };
        for (const [key, value] of Object.entries(wanted)) assert.equal(flinkConfiguration[key], value, key);
        assert.equal(job["upgradeMode"], "savepoint");
        assert.equal(job["allowNonRestoredState"], false);
        assert.equal(bronze.protect, true);
        assert.equal(
            metadataOf(bronze).annotations?.["pulumi.com/waitFor"],
            "jsonpath={.status.lifecycleState}=STABLE",
        );
    });

    it("starts a batch job from scratch, waits for its end, and runs it again on a schedule", () => {
        const silver = program.one(deploymentType, "runtime-silver");
        assert.equal(specOf(program, "silver").job["upgradeMode"], "stateless");
        assert.equal(silver.protect, false);
        assert.equal(
            metadataOf(silver).annotations?.["pulumi.com/waitFor"],
            "jsonpath={.status.jobStatus.state}=FINISHED",
        );
        assert.ok(!("high-availability.type" in specOf(program, "silver").flinkConfiguration));
        assert.ok(silver.dependencies.includes("runtime-bronze"), "silver reads what bronze makes");
        const cronJob = program.one("kubernetes:batch/v1:CronJob", "runtime-silver-refresh").inputs["spec"] as {
            schedule: string;
            concurrencyPolicy: string;
        };
        assert.equal(cronJob.schedule, "*/30 * * * *");
        assert.equal(cronJob.concurrencyPolicy, "Forbid");
        const role = program.one("kubernetes:rbac.authorization.k8s.io/v1:Role", "runtime-silver-refresh-role");
        assert.deepEqual(role.inputs["rules"], [
            {
                apiGroups: ["flink.apache.org"],
                resources: ["flinkdeployments"],
                resourceNames: ["silver"],
                verbs: ["get", "patch"],
            },
        ]);
    });

    it("gives the jobs' account ConfigMaps and nothing else of Kubernetes, and makes no such account", () => {
        const role = program.one("kubernetes:rbac.authorization.k8s.io/v1:Role", "runtime-role");
        assert.deepEqual(
            (role.inputs["rules"] as { resources: string[] }[]).map(({ resources }) => resources),
            [["configmaps"]],
        );
        const accounts = program.all("kubernetes:core/v1:ServiceAccount").map((one) => metadataOf(one).name);
        assert.deepEqual(accounts, ["silver-refresh"]);
        const withToken = [...podsOf(program)].filter(([, pod]) => pod.automountServiceAccountToken);
        assert.deepEqual(withToken.map(([name]) => name).sort(), ["bronze", "runtime-silver-refresh"]);
    });

    it("lets pods reach what they need and no more", () => {
        const found = policies(program);
        assert.deepEqual([...found.keys()].sort(), [
            "dbt",
            "flink-bronze",
            "flink-operator",
            "flink-silver",
            "silver-refresh",
        ]);
        const egress = (name: string) =>
            found
                .get(name)
                ?.egress.flatMap(({ to, ports }) =>
                    to?.some(({ ipBlock }) => ipBlock !== undefined) ? ports.map(({ port }) => port) : [],
                );
        assert.deepEqual(egress("flink-bronze"), [443, 8181, 9098, 443, 6443]);
        // A batch job has no leader to elect: Kubernetes' API is of no use to it.
        assert.deepEqual(egress("flink-silver"), [443, 8181, 9098]);
        assert.deepEqual(egress("dbt"), [443, 8181]);
        for (const { egress: rules } of found.values())
            for (const { to } of rules)
                for (const { ipBlock } of to ?? [])
                    if (ipBlock !== undefined) assert.deepEqual(ipBlock.except, ["169.254.0.0/16"]);
        const { flinkConfiguration } = specOf(program, "bronze");
        const into = found.get("flink-bronze")?.ingress[0]?.ports.map(({ port }) => port);
        assert.ok(into?.includes(Number(flinkConfiguration["taskmanager.data.port"])), "the data port is fixed");
        assert.deepEqual(found.get("dbt")?.ingress, []);
    });

    it("installs the operator for one namespace, its definitions apart, from the archive, with no password of its own", () => {
        const release = program.one("kubernetes:helm.sh/v3:Release").inputs as {
            chart: string;
            version: string;
            skipCrds: boolean;
            repositoryOpts: { repo: string };
            values: Record<string, unknown>;
        };
        assert.match(release.repositoryOpts.repo, /^https:\/\/archive\.apache\.org\//);
        assert.equal(release.skipCrds, true);
        assert.deepEqual(release.values["watchNamespaces"], ["prod-flink"]);
        assert.deepEqual(release.values["image"], { tag: release.version });
        assert.deepEqual(release.values["webhook"], { create: false });
        assert.deepEqual(release.values["jobServiceAccount"], { create: false });
        assert.match(JSON.stringify(release.values["defaultConfiguration"]), /leader-election\.enabled: true/);
        const context = release.values["operatorSecurityContext"] as Record<string, unknown>;
        assert.deepEqual([context["allowPrivilegeEscalation"], context["capabilities"]], [false, { drop: ["ALL"] }]);
        const crds = program.all("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition");
        assert.deepEqual(
            crds.map((one) => metadataOf(one).name).sort(),
            ["flinkbluegreendeployments", "flinkdeployments", "flinksessionjobs", "flinkstatesnapshots"].map(
                (plural) => `${plural}.flink.apache.org`,
            ),
        );
        assert.ok(crds.every(({ retainOnDelete }) => retainOnDelete));
        const bronze = program.one(deploymentType, "runtime-bronze");
        assert.ok(bronze.dependencies.includes("runtime-operator-release"), "jobs go first");
    });

    it("adopts an operator that is there", async () => {
        const adopting = await making(runtimeOf({ operator: "adopt" }));
        assert.equal(adopting.all("kubernetes:helm.sh/v3:Release").length, 0);
        assert.equal(adopting.all("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition").length, 0);
        const second = await making(runtimeOf({ operatorCrds: "adopt" }));
        assert.equal(second.all("kubernetes:helm.sh/v3:Release").length, 1);
        assert.equal(second.all("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition").length, 0);
    });

    it("runs dbt one at a time, for a bounded time, over a volume that stays", () => {
        const { spec } = program.one("kubernetes:batch/v1:CronJob", "runtime-dbt-build").inputs as {
            spec: Record<string, unknown> & { jobTemplate: { spec: Record<string, unknown> } };
        };
        assert.equal(spec["concurrencyPolicy"], "Forbid");
        assert.equal(spec["schedule"], "15 * * * *");
        assert.equal(spec["failedJobsHistoryLimit"], 5);
        assert.equal(spec.jobTemplate.spec["activeDeadlineSeconds"], 3600);
        const volume = program.one("kubernetes:core/v1:PersistentVolumeClaim");
        assert.deepEqual([volume.protect, volume.retainOnDelete], [true, true]);
    });

    it("can be taken down once data is no longer protected", async () => {
        const unprotected = await making(runtimeOf({ protectData: false }));
        const kept = unprotected.made.filter(({ protect, retainOnDelete }) => protect || retainOnDelete);
        assert.deepEqual(
            kept.map(({ name }) => name),
            [],
        );
    });

    it("carries the labels of its platform on everything that takes labels", async () => {
        const { made } = await making(runtimeOf({ tags: { team: "lake" } }));
        const unlabelled = made.filter(({ type, inputs }) => {
            const { labels = {} } = (inputs["metadata"] ?? {}) as { labels?: Record<string, string> };
            return (
                type !== "kubernetes:helm.sh/v3:Release" &&
                (labels["environment"] !== "prod" || labels["team"] !== "lake")
            );
        });
        assert.deepEqual(
            unlabelled.map(({ name }) => name),
            [],
        );
    });
});

describe("logging in from the cluster", () => {
    const jaasOf = (program: Program) =>
        (program.one("kubernetes:core/v1:Secret").inputs["stringData"] as Record<string, string>)["jaas.conf"];

    it("names un-shaded classes, for those of Amazon fit no other, in the file that the JVM is told of", async () => {
        const program = await making(runtimeOf());
        assert.equal(jaasOf(program), "KafkaClient {\n  software.amazon.msk.auth.iam.IAMLoginModule required;\n};\n");
        for (const job of ["bronze", "silver"])
            for (const role of ["jobmanager", "taskmanager"])
                assert.equal(
                    specOf(program, job).flinkConfiguration[`env.java.opts.${role}`],
                    "-Djava.security.auth.login.config=/opt/flink/kafka/jaas.conf",
                );
        assert.ok(!("env.java.opts.all" in specOf(program, "bronze").flinkConfiguration), "that is the operator's");
    });

    it("keeps user and password in a Secret alone", async () => {
        const own = broker({
            saslMechanism: "SCRAM-SHA-512",
            credentials: { username: "flink", password },
            caPem: "-----BEGIN CERTIFICATE-----",
        });
        const program = await making(runtimeOf({ broker: own }));
        assert.equal(
            jaasOf(program),
            'KafkaClient {\n  org.apache.kafka.common.security.scram.ScramLoginModule required username="flink" password="p\\"ss\\\\word-of-a-test";\n};\n',
        );
        const holders = program.made.filter(({ inputs }) => JSON.stringify(inputs).includes("word-of-a-test"));
        assert.deepEqual(
            holders.map(({ name }) => name),
            ["runtime-kafka"],
        );
        assert.ok(holders[0]?.secrets.some((path) => path.startsWith("stringData")));
        const sql = program.all("kubernetes:core/v1:ConfigMap").map(({ inputs }) => JSON.stringify(inputs["data"]));
        assert.ok(
            sql.some((text) => text.includes("'properties.ssl.truststore.location' = '/opt/flink/kafka/ca.pem'")),
        );
        assert.ok(!sql.some((text) => text.includes("org.apache.flink.kafka.shaded")));
    });

    it("has External Secrets bring what a secretRef names", async () => {
        const own = broker({ saslMechanism: "PLAIN", secretRef: "aws-sm://prod/kafka" });
        const store = { kind: "ClusterSecretStore", name: "theirs" } as const;
        const program = await making(runtimeOf({ broker: own, secretAccess: { store } }));
        assert.equal(program.all(storeType).length, 0, "somebody has set one up");
        assert.equal(program.all("kubernetes:core/v1:Secret").length, 0);
        const spec = program.one(externalType).inputs["spec"] as {
            secretStoreRef: unknown;
            data: { remoteRef: unknown }[];
            target: { name: string; template: { data: Record<string, string> } };
        };
        assert.deepEqual(spec.secretStoreRef, store);
        assert.deepEqual(spec.data[1]?.remoteRef, { key: "prod/kafka", property: "password" });
        assert.match(
            spec.target.template.data["jaas.conf"] ?? "",
            /^KafkaClient \{\n {2}org\.apache\.kafka\.common\.security\.plain\.PlainLoginModule required username=\{\{ \.username \| quote \}\}/,
        );
        const mount = specOf(program, "bronze").podTemplate.spec.volumes?.find(({ name }) => name === "kafka");
        assert.deepEqual(mount, { name: "kafka", secret: { secretName: "flink-kafka" } });
    });

    it("makes a store for each workload's own identity, where nobody has set one up", async () => {
        const own = broker({ saslMechanism: "PLAIN", secretRef: "aws-sm://prod/kafka" });
        const auth = { mode: "oauth2", tokenEndpoint: "https://idp.example/token", scope: null } as const;
        const program = await making(
            runtimeOf({
                broker: own,
                catalog: catalog({ ...auth, secretRef: "vault://kv/catalog" }),
                secretAccess: {
                    aws: { region: "eu-west-1" },
                    vault: { server: "https://vault.example.com", role: "lakehouse" },
                },
            }),
        );
        const made = program.all(storeType).map((one) => {
            const { namespace, name } = metadataOf(one);
            return [namespace, name, /"serviceAccountRef":\{"name":"([a-z]+)"\}/.exec(JSON.stringify(one.inputs))?.[1]];
        });
        assert.deepEqual(made.sort(), [
            ["prod-dbt", "dbt-catalog-vault-kv", "dbt"],
            ["prod-flink", "flink-catalog-vault-kv", "flink"],
            ["prod-flink", "flink-kafka-aws-sm", "flink"],
        ]);
        const refs = program
            .all(externalType)
            .map(({ inputs }) => (inputs["spec"] as { secretStoreRef: { name: string } }).secretStoreRef.name);
        assert.deepEqual(refs.sort(), ["dbt-catalog-vault-kv", "flink-catalog-vault-kv", "flink-kafka-aws-sm"]);
    });

    it("allows the address that Kafka's own OAuth client asks", async () => {
        const endpoint = "https://idp.example/token";
        const own = broker({
            saslMechanism: "OAUTHBEARER",
            secretRef: "azure-kv://lake-prod/kafka",
            clientProperties: { "sasl.oauthbearer.token.endpoint.url": endpoint },
        });
        const azure = { tenantId: "00000000-0000-4000-8000-000000000000" };
        const program = await making(runtimeOf({ broker: own, secretAccess: { azure } }));
        assert.match(
            specOf(program, "bronze").flinkConfiguration["env.java.opts.taskmanager"] ?? "",
            /-Dorg\.apache\.kafka\.sasl\.oauthbearer\.allowed\.urls=https:\/\/idp\.example\/token$/,
        );
        const template = JSON.stringify(program.one(externalType).inputs["spec"]);
        assert.match(template, /clientId=\{\{ \.username/);
    });

    it("presents the token of its service account to the catalog, renewed, and in no SQL", async () => {
        const auth = { mode: "serviceAccount", audience: "lakekeeper" } as const;
        const program = await making(runtimeOf({ catalog: catalog(auth) }));
        const { volumes } = specOf(program, "bronze").podTemplate.spec;
        assert.deepEqual(
            volumes?.find(({ name }) => name === "catalog"),
            {
                name: "catalog",
                projected: {
                    sources: [
                        { serviceAccountToken: { audience: "lakekeeper", expirationSeconds: 3600, path: "token" } },
                    ],
                },
            },
        );
        const sql = JSON.stringify(program.one("kubernetes:core/v1:ConfigMap", "runtime-bronze-sql").inputs["data"]);
        assert.ok(sql.includes("'rest.auth.type' = 'tidegate.TokenFileAuth'"));
        assert.ok(sql.includes("'token-file' = '/opt/flink/catalog/token'"));
        assert.equal(sql.split("rest.auth.type").length, 2, "once");
    });

    it("presents an OAuth client's credential to the catalog from a file", async () => {
        const auth = {
            mode: "oauth2",
            tokenEndpoint: "https://idp.example/token",
            scope: "lakekeeper",
            secretRef: "aws-sm://prod/catalog",
        } as const;
        const secretAccess = { aws: { region: "eu-west-1" } };
        const program = await making(runtimeOf({ catalog: catalog(auth), secretAccess }));
        const made = program.all(externalType).map((one) => [metadataOf(one).namespace, metadataOf(one).name]);
        assert.deepEqual(made.sort(), [
            ["prod-dbt", "dbt-catalog"],
            ["prod-flink", "flink-catalog"],
        ]);
        // Each is read as its own workload, and by no other namespace.
        const readers = program
            .all("kubernetes:external-secrets.io/v1:SecretStore")
            .map(({ inputs }) => JSON.stringify(inputs["spec"]));
        assert.deepEqual(readers.map((text) => /serviceAccountRef":\{"name":"(\w+)/.exec(text)?.[1]).sort(), [
            "dbt",
            "flink",
        ]);
        const sql = JSON.stringify(program.one("kubernetes:core/v1:ConfigMap", "runtime-bronze-sql").inputs["data"]);
        assert.ok(sql.includes("'rest.auth.type' = 'tidegate.CredentialFileAuth'"));
        assert.ok(!/'(credential|token)' =/.test(sql));
        const env = podsOf(program).get("runtime-dbt-build")?.containers[0]?.env ?? [];
        assert.ok(
            env.filter(({ name }) => name.startsWith("DBT_ENV_SECRET_")).every(({ value }) => value === undefined),
        );
    });

    it("marks pods for Azure's workload identity, and those of no other cloud", async () => {
        const azure = { clientId: "c", principalId: "p" };
        const { identities } = foundation;
        const program = await making(
            runtimeOf({
                broker: broker({ saslMechanism: null, securityProtocol: "PLAINTEXT" }),
                foundation: {
                    ...foundation,
                    identities: { ...identities, flink: { ...identities.flink, aws: null, azure } },
                },
            }),
        );
        const labels = (of: Program) => specOf(of, "bronze").podTemplate.metadata.labels;
        assert.equal(labels(program)["azure.workload.identity/use"], "true");
        assert.ok(!("azure.workload.identity/use" in labels(await making(runtimeOf()))));
        assert.equal(program.all("kubernetes:core/v1:Secret").length, 0, "nobody logs in");
    });
});

describe("what the runtime on Kubernetes refuses", () => {
    const refuses = async (changes: Parameters<typeof runtimeOf>[0], code: string | RegExp) => {
        const expected = typeof code === "string" ? { code } : code;
        await assert.rejects(making(runtimeOf(changes)), expected);
    };

    it("checkpoints on Azure without a way that Flink's plugin knows", () =>
        refuses({ storage: { ...storage, profile: "adls", flinkFileSystem: {} } }, "checkpoints-unreachable"));

    it("Amazon MSK without a role", () => {
        const { identities } = foundation;
        return refuses(
            { foundation: { ...foundation, identities: { ...identities, flink: { ...identities.flink, aws: null } } } },
            "identity-missing",
        );
    });

    it("a secretRef that names nothing", () =>
        refuses({ broker: broker({ saslMechanism: "PLAIN", secretRef: "kafka password" }) }, "secret-ref-invalid"));

    it("a broker that wants a password which nobody has", () => {
        assert.throws(() => jaas("PLAIN", null), /neither credentials nor a secretRef/);
        assert.match(
            jaas("OAUTHBEARER", null),
            /^KafkaClient \{\n {2}org\.apache\.kafka.*OAuthBearerLoginModule required;/,
        );
    });

    it("a catalog that DuckDB cannot attach", () =>
        refuses({ catalog: { ...catalog(), attach: false } }, "dbt-target-unfit"));

    it("a Flink for which there is no driver of SQL, or no Iceberg", () => {
        assert.equal(flinkVersionOf("2.1.3"), "v2_1");
        for (const version of ["1.20.1", "2.2.0", "2.3.0", "latest"])
            assert.throws(() => flinkVersionOf(version), { code: "flink-version-unfit" });
    });

    it("a job whose name Kubernetes would not take", () =>
        refuses(
            { jobs: [{ job: "Bronze_1", name: "x", kind: "streaming", statements: pulumi.output(["SELECT 1"]) }] },
            "flink-job-name-invalid",
        ));
});
