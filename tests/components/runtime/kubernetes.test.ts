import assert from "node:assert/strict";
import { contracts } from "../../../stacks/contracts";
import { making, type Program } from "../mocks";
import { broker, digest, runtimeOf, storage } from "./platform";
import { deploymentType, specOf, metadataOf, policies, podsOf } from "./made";

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
