import assert from "node:assert/strict";
import { adoptedKubeconfig } from "../../automation/rehearsal/adopted";
import { table } from "../../automation/rehearsal/tables/kubernetes";
import { clusterOf } from "../../automation/rehearsal/tables/kubernetes/cluster";
import { at, type Values } from "../../components/provider/values";
import { charts } from "../../components/kubernetes/charts";
import { core, kubeconfig, release, seed, simulatedClusters } from "./simulatedClusters";

describe("simulated Kubernetes", () => {
    const { cluster, namespace, install, cloud } = simulatedClusters();
    type Cluster = ReturnType<typeof cluster>;

    /** Inputs of an example, with what they name in the cloud already. */
    const exampleOf = async (of: Cluster, token: string, made = new Map<string, string>()): Promise<Values> => {
        const resolve = async (value: unknown): Promise<unknown> => {
            if (Array.isArray(value)) return Promise.all(value.map(resolve));
            if (typeof value !== "object" || value === null) return value;
            const { example } = value as { example?: string };
            if (typeof example === "string") {
                if (!made.has(example))
                    made.set(example, (await of.create(example, await exampleOf(of, example, made))).id);
                return made.get(example);
            }
            const members = Object.entries(value).map(async ([key, one]) => [key, await resolve(one)] as const);
            return Object.fromEntries(await Promise.all(members));
        };
        const inputs: Values = {};
        // One after the other: two members may name the same thing.
        for (const [key, value] of Object.entries(table.examples[token] ?? assert.fail(`no example of ${token}`)))
            inputs[key] = await resolve(value);
        return inputs;
    };

    for (const row of table.rows)
        describe(row.token, () => {
            it("takes its example, and gives the id that the provider gives", async () => {
                const here = cluster({});
                const { id } = await here.create(row.token, await exampleOf(here, row.token));
                assert.match(id, /^(example\/)?example/);
            });

            for (const { what, refused, because } of row.refuses ?? [])
                it(`refuses ${what}`, async () => {
                    const here = cluster({});
                    const inputs = { ...(await exampleOf(here, row.token)), ...refused };
                    assert.notEqual(because(inputs, here.cloud), undefined, "the rule itself does not see it");
                    await assert.rejects(here.create(row.token, inputs));
                });
        });

    describe("names", () => {
        it("are made up as the provider makes them, and marked", () => {
            const { inputs } = cluster().calls(`${core}ConfigMap`, "settings").check(undefined, {}, seed);
            assert.match(String(at(inputs, ["metadata", "name"])), /^settings-[0-9a-f]{8}$/);
            assert.equal(at(inputs, ["metadata", "annotations", "pulumi.com/autonamed"]), "true");
        });

        it("that are made up stay as they are, and leave the rest of the metadata alone", () => {
            const calls = cluster().calls(`${core}ConfigMap`, "settings");
            const given = { metadata: { namespace: "example", labels: { a: "b" } } };
            const { inputs } = calls.check(undefined, given, seed);
            const again = calls.check(inputs, given, new Uint8Array(32).fill(9));
            assert.deepEqual(again.inputs, inputs);
            assert.deepEqual(at(inputs, ["metadata", "labels"]), { a: "b" });
            assert.deepEqual(
                given,
                { metadata: { namespace: "example", labels: { a: "b" } } },
                "the given is untouched",
            );
        });

        it("that are given are kept, and have no mark", () => {
            const given = { metadata: { name: "mine" } };
            assert.deepEqual(cluster().calls(`${core}ConfigMap`).check(undefined, given, seed).inputs, given);
        });

        it("are there once in a namespace, and once more in another namespace, of another kind, on another cluster", async () => {
            const one = cluster();
            const other = cluster({ kubeconfig: kubeconfig("https://two.invalid") });
            for (const of of [one, other]) for (const name of ["a", "b"]) await namespace(of, name);
            const inputs = (where: string) => ({ metadata: { name: "x", namespace: where } });
            const { id } = await one.create(`${core}ConfigMap`, inputs("a"));
            assert.equal(id, "a/x");
            await assert.rejects(one.create(`${core}ConfigMap`, inputs("a")), /AlreadyExists/);
            await one.create(`${core}ConfigMap`, inputs("b"));
            await one.create(`${core}Secret`, inputs("a"));
            await other.create(`${core}ConfigMap`, inputs("a"));
            assert.equal(cloud().all(`${core}ConfigMap`).length, 3);
            assert.equal(other.cloud.all(`${core}ConfigMap`).length, 1);
        });

        it("are free again when their object is gone, on its own cluster alone", async () => {
            const one = cluster();
            const other = cluster({ kubeconfig: kubeconfig("https://two.invalid") });
            const inputs = { metadata: { name: "x", namespace: "default" } };
            for (const of of [one, other]) await of.create(`${core}ConfigMap`, inputs);
            await one.calls(`${core}ConfigMap`).delete({ id: "default/x", inputs, state: inputs });
            await one.create(`${core}ConfigMap`, inputs);
            await assert.rejects(other.create(`${core}ConfigMap`, inputs), /AlreadyExists/);
        });
    });

    describe("clusters", () => {
        it("are known by the address of their API, whatever the context is called", () => {
            const yaml = "clusters:\n- name: c\n  cluster: {server: 'https://one.invalid'}\n";
            assert.equal(clusterOf({ kubeconfig: kubeconfig("https://one.invalid") }), "https://one.invalid");
            assert.equal(
                clusterOf({ kubeconfig: JSON.parse(kubeconfig("https://one.invalid")) }),
                "https://one.invalid",
            );
            assert.equal(clusterOf({ kubeconfig: yaml }), "https://one.invalid");
            assert.equal(clusterOf({ context: "prod" }), "prod");
            assert.equal(clusterOf({}), "");
        });

        it("are told apart by the context where a kubeconfig has several", () => {
            const both = JSON.stringify({
                "current-context": "a",
                contexts: ["a", "b"].map((name) => ({ name, context: { cluster: name, user: name } })),
                clusters: ["a", "b"].map((name) => ({ name, cluster: { server: `https://${name}.invalid` } })),
            });
            assert.equal(clusterOf({ kubeconfig: both }), "https://a.invalid");
            assert.equal(clusterOf({ kubeconfig: both, context: "b" }), "https://b.invalid");
        });
    });

    describe("custom resources", () => {
        const store = {
            apiVersion: "external-secrets.io/v1",
            kind: "ClusterSecretStore",
            metadata: { name: "x" },
            spec: { provider: { vault: {} } },
        };
        const storeToken = "kubernetes:external-secrets.io/v1:ClusterSecretStore";

        it("need a chart that brings their definition", async () => {
            const here = cluster();
            await assert.rejects(here.create(storeToken, store), /no matches for kind "ClusterSecretStore"/);
            await install(here, charts.externalSecrets.chart);
            await here.create(storeToken, store);
        });

        it("are not known where the chart was told to bring none", async () => {
            const here = cluster();
            const monitor = { metadata: { name: "x", namespace: "default" }, spec: {} };
            const token = "kubernetes:monitoring.coreos.com/v1:PodMonitor";
            await install(here, charts.prometheus.chart, { skipCrds: true });
            await assert.rejects(here.create(token, monitor), /no matches for kind/);
            await install(here, charts.prometheusCrds.chart);
            await here.create(token, monitor);
        });

        it("are known by a definition that was made for itself", async () => {
            const here = cluster();
            await here.create("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition", {
                metadata: { name: "clustersecretstores.external-secrets.io" },
                spec: {
                    group: "external-secrets.io",
                    names: { kind: "ClusterSecretStore", plural: "clustersecretstores" },
                    versions: [{ name: "v1" }],
                },
            });
            await here.create(storeToken, store);
        });

        it("are taken on a cluster that somebody else runs, whose definitions can be read", async () => {
            const here = cluster({ kubeconfig: adoptedKubeconfig("theirs") });
            await here.create(storeToken, store);
            const definition = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition";
            const id = "externalsecrets.external-secrets.io";
            const read = (of: Cluster, which: string) =>
                of.calls(definition).read({ id: which, inputs: {}, state: {} });
            assert.equal(at((await read(here, id))?.state, ["metadata", "name"]), id);
            assert.equal(await read(here, "unheard.of.invalid"), undefined);
            assert.equal(await read(cluster(), id), undefined, "what the rehearsal makes is empty");
        });

        it("of Flink do not go while the operator that finishes them is away", async () => {
            const here = cluster();
            await install(here, charts.flinkOperator.chart);
            const { id, state } = await here.create("kubernetes:flink.apache.org/v1beta1:FlinkStateSnapshot", {
                metadata: { name: "x", namespace: "default" },
                spec: {},
            });
            const stored = { id, inputs: state, state };
            const operator = { id: "default/flink-kubernetes-operator", inputs: {}, state: {} };
            await here.calls(release).delete(operator);
            const calls = here.calls("kubernetes:flink.apache.org/v1beta1:FlinkStateSnapshot");
            await assert.rejects(calls.delete(stored), /finalizer/);
            await install(here, charts.flinkOperator.chart, { name: "flink-again" });
            await calls.delete(stored);
        });
    });

    describe("changes", () => {
        const changed = (token: string, old: Values, now: Values) => {
            const { changes, deleteBeforeReplace } = cluster()
                .calls(token)
                .diff({ id: "x", inputs: old, state: old }, now);
            return { replaces: changes.some(({ replace }) => replace === true), deleteBeforeReplace };
        };
        const metadata = { name: "x", namespace: "default" };

        it("of what cannot be changed replace, the old one first where it has the name", () => {
            const before = (spec: Values) => ({ metadata, spec });
            for (const [token, old, now] of [
                [
                    "kubernetes:apps/v1:Deployment",
                    { selector: { matchLabels: { a: "b" } } },
                    { selector: { matchLabels: { a: "c" } } },
                ],
                ["kubernetes:batch/v1:Job", { template: { spec: { a: 1 } } }, { template: { spec: { a: 2 } } }],
                [`${core}Service`, { clusterIP: "10.0.0.1" }, { clusterIP: "None" }],
                [`${core}PersistentVolumeClaim`, { storageClassName: "a" }, { storageClassName: "b" }],
                ["kubernetes:apps/v1:StatefulSet", { serviceName: "a" }, { serviceName: "b" }],
            ] as const)
                assert.deepEqual(
                    changed(token, before(old), before(now)),
                    { replaces: true, deleteBeforeReplace: true },
                    token,
                );
            assert.ok(changed(`${core}Secret`, { metadata, type: "a" }, { metadata, type: "b" }).replaces);
        });

        it("of the rest are made in place", () => {
            const replicas = (count: number) => ({
                metadata,
                spec: { replicas: count, selector: { matchLabels: {} } },
            });
            assert.equal(changed("kubernetes:apps/v1:Deployment", replicas(1), replicas(2)).replaces, false);
            const size = (storage: string) => ({ metadata, spec: { resources: { requests: { storage } } } });
            assert.equal(changed(`${core}PersistentVolumeClaim`, size("1Gi"), size("2Gi")).replaces, false);
        });

        it("of an object with a made-up name leave the old one until the new one is there", () => {
            const own = { ...metadata, annotations: { "pulumi.com/autonamed": "true" } };
            const answer = changed(
                `${core}ConfigMap`,
                { metadata: own, data: { a: "1" } },
                { metadata: own, data: { a: "2" } },
            );
            assert.deepEqual(answer, { replaces: true, deleteBeforeReplace: false });
        });
    });

    it("needs no service account, config map or secret that a pod names: the API server does not look", async () => {
        const here = cluster();
        await here.create("kubernetes:batch/v1:CronJob", {
            metadata: { name: "a", namespace: "default" },
            spec: {
                schedule: "@daily",
                jobTemplate: {
                    spec: {
                        template: {
                            spec: {
                                serviceAccountName: "nobody",
                                restartPolicy: "Never",
                                containers: [{ name: "a", envFrom: [{ secretRef: { name: "none" } }] }],
                            },
                        },
                    },
                },
            },
        });
    });
});
