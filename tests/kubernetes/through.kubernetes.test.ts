/** A rehearsal whose objects go through to an API server. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { readApiAccess } from "../../automation/clients/kubeconfig";
import { KubernetesApi, type Kind } from "../../automation/clients/kubernetes";
import { SimulatedCalls } from "../../automation/rehearsal/calls";
import { goodPod } from "../../automation/rehearsal/tables/kubernetes/podSecurity";
import { ApiServerBeyond } from "../../automation/rehearsal/through";
import type { Values } from "../../components/provider/values";
import { ApiServer } from "../_helpers/apiServer";
import { rowsByToken } from "../rehearsal/examples";
import { allPhases, green, Place, resultOf, said } from "../rehearsal/run";
import { removeFolders, temporaryCloud, urnOf, weather } from "../rehearsal/support";
import { sharedServer } from "./shared";

const namespaceToken = "kubernetes:core/v1:Namespace";
const configToken = "kubernetes:core/v1:ConfigMap";
const config: Kind = { apiVersion: "v1", kind: "ConfigMap" };
const restricted = { "pod-security.kubernetes.io/enforce": "restricted" };

describe("a rehearsal with an API server", () => {
    let server: ApiServer;
    before(async () => {
        server = await sharedServer();
    });
    after(removeFolders);

    let number = 0;
    /** A simulated cluster with a namespace that Pod Security guards, of which the server has the same. */
    const cluster = async (api: KubernetesApi = server.api, labels: Values = restricted) => {
        const cloud = temporaryCloud();
        const namespace = `through-${++number}`;
        const calls = (token: string, name = "it"): SimulatedCalls => {
            const { row } = rowsByToken.get(token) ?? assert.fail(token);
            const context = { urn: urnOf(token, name), signal: new AbortController().signal, log: () => {} };
            return new SimulatedCalls(row, cloud, {}, context, weather(), new ApiServerBeyond(api));
        };
        const create = (token: string, inputs: Values) => calls(token).create(inputs, false);
        await create(namespaceToken, { metadata: { name: namespace, labels } });
        return { cloud, namespace, calls, create };
    };

    it("makes there what is made, changes what is changed, and takes away what is deleted", async () => {
        const { namespace, calls, create } = await cluster();
        const inputs = (data: Values) => ({ metadata: { name: "c", namespace }, data });
        const { id, state } = await create(configToken, inputs({ a: "1", b: "2" }));
        const there = async () => (await server.api.get(config, namespace, "c"))?.["data"];
        assert.deepEqual(await there(), { a: "1", b: "2" });
        await calls(configToken).update({ id, inputs: inputs({ a: "1", b: "2" }), state }, inputs({ a: "3" }), false);
        assert.deepEqual(await there(), { a: "3" });
        await calls(configToken).delete({ id, inputs: inputs({ a: "3" }), state });
        assert.equal(await there(), undefined);
    });

    it("does nothing there in a preview", async () => {
        const { namespace, calls } = await cluster();
        await calls(configToken).create({ metadata: { name: "c", namespace } }, true);
        assert.equal(await server.api.get(config, namespace, "c"), undefined);
    });

    it("waits until a namespace is gone with all that is in it", async () => {
        const { cloud, namespace, calls, create } = await cluster();
        const inputs = { metadata: { name: namespace, labels: restricted } };
        await create(configToken, { metadata: { name: "c", namespace } });
        await calls(namespaceToken).delete({ id: namespace, inputs, state: inputs });
        assert.equal(await server.api.get({ apiVersion: "v1", kind: "Namespace" }, undefined, namespace), undefined);
        assert.deepEqual(cloud.all(namespaceToken), []);
    });

    it("fails with the server's words, and then has nothing of it in the simulated cloud either", async () => {
        const { cloud, namespace, create } = await cluster();
        // Nothing that the simulation knows is wrong with either.
        await assert.rejects(
            create(configToken, { metadata: { name: "c", namespace }, dta: {} }),
            /unknown field|not declared in schema/,
        );
        const service = { metadata: { name: "s", namespace }, spec: { ports: [{ port: 70_000 }] } };
        await assert.rejects(create("kubernetes:core/v1:Service", service), /port.*70000/i);
        assert.deepEqual(cloud.all([configToken, "kubernetes:core/v1:Service"]), []);
        assert.equal(await server.api.get(config, namespace, "c"), undefined);
    });

    it("changes nothing in the simulated cloud where the server refuses a change", async () => {
        const { cloud, namespace, calls, create } = await cluster();
        const inputs = { metadata: { name: "q", namespace }, spec: { hard: { pods: "1" } } };
        const token = "kubernetes:core/v1:ResourceQuota";
        const { id, state } = await create(token, inputs);
        const wrong = { ...inputs, spec: { hard: { "no such thing!": "1" } } };
        await assert.rejects(calls(token).update({ id, inputs, state }, wrong, false), /refused PATCH/);
        assert.deepEqual(cloud.get(token, id)?.inputs["spec"], inputs.spec);
    });

    it("asks for the pods of a workload, which the server refuses though it takes the workload", async () => {
        // To the simulation anything may run there; the server knows better.
        const { namespace, create } = await cluster(server.api, {});
        await server.api.apply(
            { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels: restricted } },
            "somebody-else",
        );
        const deployment = (spec: Values) => ({
            metadata: { name: "d", namespace },
            spec: { selector: { matchLabels: { app: "d" } }, template: { metadata: { labels: { app: "d" } }, spec } },
        });
        const [container] = goodPod["containers"] as Values[];
        const whole = { ...goodPod, containers: [{ ...container, image: "example.invalid/image" }] };
        const token = "kubernetes:apps/v1:Deployment";
        await assert.rejects(
            create(token, deployment({ ...whole, securityContext: { runAsUser: 0 } })),
            /violates PodSecurity "restricted.*runAsUser=0/,
        );
        await create(token, deployment(whole));
    });

    it("leaves definitions as they are that somebody else has installed", async () => {
        const { calls } = await cluster();
        const token = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition";
        const name = "flinksessionjobs.flink.apache.org";
        const definition: Kind = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" };
        const before = await server.api.get(definition, undefined, name);
        const open = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
        const inputs = {
            metadata: { name },
            spec: {
                group: "flink.apache.org",
                scope: "Namespaced",
                names: {
                    kind: "FlinkSessionJob",
                    plural: "flinksessionjobs",
                    singular: "flinksessionjob",
                    shortNames: ["sessionjob"],
                },
                versions: [{ name: "v1beta1", served: true, storage: true, schema: { openAPIV3Schema: open } }],
            },
        };
        const { id, state } = await calls(token).create(inputs, false);
        await calls(token).delete({ id, inputs, state });
        assert.deepEqual((await server.api.get(definition, undefined, name))?.["spec"], before?.["spec"]);
    });

    describe("by the command", () => {
        // One of its own: what a rehearsal takes away in the end is there for nobody else.
        let own: ApiServer;
        before(async () => (own = await ApiServer.start()));
        after(() => own?.stop());
        const places: Place[] = [];
        const place = (): Place => {
            const file = join(__dirname, "..", "rehearsal", "environments", "kubeconfig.yaml");
            const made = new Place(file);
            places.push(made);
            return made;
        };
        after(() => places.forEach((one) => one.remove()));
        const namespaces = async () =>
            (await own.api.list({ apiVersion: "v1", kind: "Namespace" })).map(({ metadata }) => metadata.name ?? "");

        it("plays the whole life of an environment on the server too, and leaves nothing there", async () => {
            const before = await namespaces();
            const where = place();
            const { phases } = green(await where.rehearse(["--json", "--api-server", own.kubeconfig]));
            assert.deepEqual(
                phases.map(({ phase }) => phase),
                allPhases,
            );
            assert.deepEqual(
                (await namespaces()).filter((name) => name.startsWith(where.name)),
                [],
            );
            assert.deepEqual((await namespaces()).sort(), before.sort());
            assert.deepEqual(where.filesWith(readApiAccess(own.kubeconfig).token ?? assert.fail()), []);
        });

        it("is red where the server refuses", async () => {
            const where = place();
            const outcome = await where.rehearse(["--json", "--api-server", own.strangersKubeconfig]);
            const { ok, phases } = resultOf(outcome);
            assert.deepEqual([outcome.code, ok, phases.length], [1, false, 1], said(outcome));
            assert.match(JSON.stringify(phases), /namespaces .*forbidden: User \\*"stranger/);
        });

        it("takes no server of another machine, and no kubeconfig without credentials", async () => {
            const folder = mkdtempSync(join(tmpdir(), "tidegate-kubeconfig-"));
            try {
                const write = (
                    change: (kubeconfig: { clusters: { cluster: { server: string } }[]; users: object[] }) => void,
                ) => {
                    const kubeconfig = parse(readFileSync(own.kubeconfig, "utf8")) as Parameters<typeof change>[0];
                    change(kubeconfig);
                    const file = join(folder, "kubeconfig");
                    writeFileSync(file, JSON.stringify(kubeconfig));
                    return file;
                };
                const far = write(({ clusters: [first] }) => {
                    if (first !== undefined) first.cluster.server = "https://cluster.example:6443";
                });
                const refused = await place().rehearse(["--api-server", far]);
                assert.deepEqual([refused.code, /api-server-far/.test(refused.stderr)], [2, true], said(refused));
                const helper = write(({ users }) => {
                    users.splice(0, 1, { name: "test", user: { exec: { command: "aws" } } });
                });
                const without = await place().rehearse(["--api-server", helper]);
                assert.deepEqual(
                    [without.code, /api-server-kubeconfig/.test(without.stderr)],
                    [2, true],
                    said(without),
                );
            } finally {
                rmSync(folder, { recursive: true });
            }
        });
    });
});
