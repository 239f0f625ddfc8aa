import assert from "node:assert/strict";
import { goodPod, podRules, violations } from "../../automation/rehearsal/tables/kubernetes/podSecurity";
import { charts } from "../../components/kubernetes/charts";
import { at, type Values } from "../../components/provider/values";
import { simulatedClusters } from "./simulatedClusters";

const flink = "kubernetes:flink.apache.org/v1beta1:FlinkDeployment";

describe("simulated Pod Security", () => {
    const { cluster, namespace, install } = simulatedClusters();

    it("admits a pod that keeps every rule", () => assert.deepEqual(violations(goodPod), []));

    for (const { what, broken, violation } of podRules)
        it(`sees ${what}, and nothing else wrong with that pod`, () => {
            const pod = { ...goodPod, ...broken };
            assert.deepEqual(violations(pod), [violation(pod)]);
        });

    it("looks at init containers and at ephemeral ones", () => {
        for (const key of ["initContainers", "ephemeralContainers"]) {
            const found = violations({ ...goodPod, [key]: [{ name: "extra" }] });
            assert.ok(
                found.some((one) => one.includes('"extra"')),
                key,
            );
        }
    });

    it("lets a container say for itself what its pod does not", () => {
        const context = {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] },
            runAsNonRoot: true,
            seccompProfile: { type: "Localhost" },
        };
        assert.deepEqual(violations({ containers: [{ name: "a", securityContext: context }] }), []);
    });

    it("lets no container take back what its pod says", () => {
        const [container] = goodPod["containers"] as Values[];
        const context = { ...(container?.["securityContext"] as Values), runAsNonRoot: false };
        const found = violations({ ...goodPod, containers: [{ ...container, securityContext: context }] });
        assert.equal(found.length, 1);
        assert.match(found[0] ?? "", /runAsNonRoot/);
    });

    it("is asked for by the namespace: elsewhere anything runs", async () => {
        const here = cluster();
        await namespace(here, "open");
        await namespace(here, "closed", { "pod-security.kubernetes.io/enforce": "restricted" });
        const template = { metadata: { labels: { app: "a" } }, spec: { containers: [{ name: "a" }] } };
        const deployment = (where: string) => ({
            metadata: { name: "a", namespace: where },
            spec: { selector: { matchLabels: { app: "a" } }, template },
        });
        await here.create("kubernetes:apps/v1:Deployment", deployment("open"));
        await assert.rejects(
            here.create("kubernetes:apps/v1:Deployment", deployment("closed")),
            /violates PodSecurity "restricted": .*allowPrivilegeEscalation.*runAsNonRoot/,
        );
    });

    it("sees what the Flink operator makes of pod templates: the main container has what the template gives it", async () => {
        const here = cluster();
        await install(here, charts.flinkOperator.chart);
        await namespace(here, "flink", { "pod-security.kubernetes.io/enforce": "restricted" });
        const deployment = (spec: Values) => ({
            apiVersion: "flink.apache.org/v1beta1",
            kind: "FlinkDeployment",
            metadata: { name: "a", namespace: "flink" },
            spec: { flinkVersion: "v2_1", ...spec },
        });
        await assert.rejects(here.create(flink, deployment({})), /"flink-main-container"/);
        const [main] = goodPod["containers"] as Values[];
        const podTemplate = { spec: { ...goodPod, containers: [{ ...main, name: "flink-main-container" }] } };
        const privileged = {
            podTemplate: {
                spec: { containers: [{ name: "flink-main-container", securityContext: { privileged: true } }] },
            },
        };
        await assert.rejects(here.create(flink, deployment({ podTemplate, taskManager: privileged })), /privileged/);
        const { state } = await here.create(flink, deployment({ podTemplate }));
        assert.equal(at(state, ["status", "lifecycleState"]), "STABLE");
    });
});
