import assert from "node:assert/strict";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { operators } from "../../../components/foundation/operators";
import { ClusterServices, type ClusterServicesArgs } from "../../../components/foundation/services";
import { charts } from "../../../components/kubernetes/charts";
import { at, type Values } from "../../../components/provider/values";
import { until } from "../support";

interface Made {
    readonly type: string;
    readonly name: string;
    readonly inputs: Values;
}
interface Asked {
    readonly name: string;
    readonly options: pulumi.CustomResourceOptions;
}

const base: ClusterServicesArgs = {
    environment: "prod",
    tags: { team: "lakehouse" },
    operators: { certManager: "install", externalSecrets: "install", prometheus: "install" },
};

/** Everything that a program makes, with the options that it gives. */
async function making(changes: Partial<ClusterServicesArgs>, expected: number) {
    const made: Made[] = [];
    const asked: Asked[] = [];
    await pulumi.runtime.setMocks({
        call: () => ({}),
        newResource: ({ type, name, inputs, id }) => {
            if (type.startsWith("kubernetes:")) made.push({ type, name, inputs: inputs as Values });
            return { id: id ?? name, state: inputs as Values };
        },
    });
    const provider = new kubernetes.Provider("cluster", { kubeconfig: "{}" });
    const services = new ClusterServices(
        "services",
        { ...base, ...changes },
        {
            providers: [provider],
            transformations: [
                ({ name, opts }) => {
                    asked.push({ name, options: opts });
                    return undefined;
                },
            ],
        },
    );
    await until(`${expected} resources`, () => made.length >= expected);
    const of = (kind: string) => made.filter(({ type }) => type.endsWith(`:${kind}`));
    const metadata = ({ inputs }: Made, ...path: string[]) => at(inputs, ["metadata", ...path]);
    return {
        services,
        made,
        of,
        metadata,
        named: (kind: string, name: string, namespace?: string) => {
            const found = of(kind).find(
                (one) =>
                    metadata(one, "name") === name &&
                    (namespace === undefined || metadata(one, "namespace") === namespace),
            );
            return found?.inputs ?? assert.fail(`no ${kind} ${name} in ${namespace}`);
        },
        options: (name: string) => asked.find((one) => one.name === name)?.options ?? assert.fail(`no ${name}`),
    };
}

const rooms = ["prod-flink", "prod-catalog", "prod-dbt", "prod-observability"];
/** 4 namespaces with quota, limits and two policies, 3 accounts; an operator has a namespace and a policy, and its releases. */
const alone = 4 * 5 + 3;
const everything = alone + 3 * 2 + 4;
const none = { certManager: "none", externalSecrets: "none", prometheus: "none" } as const;

describe("ClusterServices", () => {
    it("has a namespace for each workload, and one for each operator, in all of which `restricted` is enforced", async () => {
        const { of, metadata, made } = await making({}, everything);
        assert.equal(made.length, everything);
        const namespaces = of("Namespace");
        assert.deepEqual(
            namespaces.map((one) => metadata(one, "name")).sort(),
            [...rooms, "cert-manager", "external-secrets", "monitoring"].sort(),
        );
        for (const one of namespaces) {
            const labels = metadata(one, "labels") as Values;
            for (const mode of ["enforce", "warn", "audit"])
                assert.equal(labels[`pod-security.kubernetes.io/${mode}`], "restricted", mode);
            assert.match(String(labels["pod-security.kubernetes.io/enforce-version"]), /^v1\.\d+$/);
            assert.equal(labels["pod-security.kubernetes.io/warn-version"], "latest");
            assert.equal(labels["pod-security.kubernetes.io/audit-version"], "latest");
        }
    });

    it("marks everything that takes labels as the environment's own", async () => {
        const { made, metadata } = await making({}, everything);
        for (const one of made.filter(({ type }) => !type.endsWith(":Release")))
            for (const [key, value] of Object.entries({
                team: "lakehouse",
                environment: "prod",
                "managed-by": "tidegate",
            }))
                assert.equal(metadata(one, "labels", key), value, `${one.name}: ${key}`);
    });

    it("lets nothing in or out of a namespace of the platform but names to be resolved", async () => {
        const { named, of, metadata } = await making({ operators: none }, alone);
        for (const room of rooms) {
            const denied = named("NetworkPolicy", "tidegate-default-deny", room)["spec"];
            assert.deepEqual(denied, { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
            const dns = named("NetworkPolicy", "tidegate-dns", room)["spec"] as { egress: { ports: Values[] }[] };
            assert.deepEqual(
                dns.egress.flatMap(({ ports }) => ports.map(({ port }) => port)),
                [53, 53],
            );
        }
        assert.equal(of("NetworkPolicy").length, 8);
        assert.ok(of("NetworkPolicy").every((one) => metadata(one, "name") !== "tidegate-identity"));
    });

    it("has a ceiling and defaults in each namespace of the platform, and no way in from outside", async () => {
        const { of, named } = await making(
            { operators: none, quotas: { flink: { cpu: "8", memory: "32Gi", pods: 20 } } },
            alone,
        );
        assert.equal(of("ResourceQuota").length, 4);
        assert.equal(of("LimitRange").length, 4);
        assert.deepEqual(at(named("ResourceQuota", "tidegate", "prod-flink"), ["spec", "hard"]), {
            "requests.cpu": "8",
            "requests.memory": "32Gi",
            "limits.memory": "32Gi",
            pods: "20",
            "services.loadbalancers": "0",
            "services.nodeports": "0",
        });
        // A quota refuses pods that say nothing of what it limits.
        const limits = at(named("LimitRange", "tidegate", "prod-flink"), ["spec", "limits", "0"]) as Values;
        assert.ok(at(limits, ["default", "memory"]) && at(limits, ["defaultRequest", "cpu"]));
    });

    describe("accounts", () => {
        it("are one for each workload, and mount no token", async () => {
            const { of, named } = await making({ operators: none }, alone);
            assert.equal(of("ServiceAccount").length, 3);
            for (const [account, room] of [
                ["flink", "prod-flink"],
                ["lakekeeper", "prod-catalog"],
                ["dbt", "prod-dbt"],
            ] as const)
                assert.equal(named("ServiceAccount", account, room)["automountServiceAccountToken"], false);
        });

        const cases = {
            aws: [
                "eks.amazonaws.com/role-arn",
                "arn:aws:iam::123456789012:role/flink",
                ["169.254.170.23/32", "0.0.0.0/0"],
            ],
            gcp: [
                "iam.gke.io/gcp-service-account",
                "flink@p.iam.gserviceaccount.com",
                ["169.254.169.252/32", "169.254.169.254/32"],
            ],
            azure: ["azure.workload.identity/client-id", "00000000-0000-0000-0000-000000000001", ["0.0.0.0/0"]],
        } as const;
        for (const [cloud, [key, value, reached]] of Object.entries(cases))
            it(`of ${cloud} fetch the tokens of that cloud, from where they are told and from nowhere else`, async () => {
                const accountAnnotations = { flink: pulumi.output({ [key]: value }) };
                const { named, of, metadata } = await making({ operators: none, accountAnnotations }, alone + 1);
                assert.deepEqual(at(named("ServiceAccount", "flink"), ["metadata", "annotations"]), { [key]: value });
                assert.deepEqual(at(named("ServiceAccount", "dbt"), ["metadata", "annotations"]), {});
                const egress = at(named("NetworkPolicy", "tidegate-identity", "prod-flink"), ["spec", "egress"]);
                const blocks = (egress as { to: { ipBlock: { cidr: string; except?: string[] } }[] }[]).map(
                    ({ to }) => to[0]?.ipBlock,
                );
                assert.deepEqual(
                    blocks.map((block) => block?.cidr),
                    reached,
                );
                // The address at which a node says who it is.
                for (const block of blocks)
                    if (block?.cidr === "0.0.0.0/0") assert.deepEqual(block.except, ["169.254.0.0/16"]);
                assert.equal(
                    of("NetworkPolicy").filter((one) => metadata(one, "name") === "tidegate-identity").length,
                    1,
                );
            });

        it("of a cloud that has no annotations fetch its tokens where the cloud is named", async () => {
            const { of, metadata } = await making({ operators: none, cloud: "aws" }, alone + 3);
            const found = of("NetworkPolicy").filter((one) => metadata(one, "name") === "tidegate-identity");
            assert.deepEqual(found.map((one) => metadata(one, "namespace")).sort(), [
                "prod-catalog",
                "prod-dbt",
                "prod-flink",
            ]);
        });
    });

    describe("operators", () => {
        it("are installed in the version that is pinned, whole or not at all, into a namespace that is there", async () => {
            const { of } = await making({}, everything);
            const releases = of("Release").map(({ inputs }) => inputs);
            assert.deepEqual(
                releases.map(({ chart, version }) => `${String(chart)} ${String(version)}`).sort(),
                [charts.certManager, charts.externalSecrets, charts.prometheus, charts.prometheusCrds]
                    .map(({ chart, version }) => `${chart} ${version}`)
                    .sort(),
            );
            for (const release of releases) {
                assert.equal(release["atomic"], true);
                assert.equal(release["createNamespace"], false);
                assert.match(String(at(release, ["repositoryOpts", "repo"])), /^https:/);
            }
        });

        it("leave the definitions of their objects behind, and have them upgraded: none is in a chart's crds folder", async () => {
            const { of } = await making({}, everything);
            const values = (chart: string) => of("Release").find(({ inputs }) => inputs["chart"] === chart)?.inputs;
            assert.deepEqual(at(values("cert-manager"), ["values", "crds"]), { enabled: true, keep: true });
            for (const chart of ["external-secrets", "prometheus-operator-crds"])
                assert.deepEqual(
                    at(values(chart), ["values", "crds", "annotations"]),
                    { "helm.sh/resource-policy": "keep" },
                    chart,
                );
            assert.equal(values("kube-prometheus-stack")?.["skipCrds"], true);
            assert.equal(at(values("kube-prometheus-stack"), ["values", "crds", "enabled"]), false);
        });

        it("have nothing that `restricted` refuses, and no password that everybody knows", async () => {
            const { of } = await making({}, everything);
            const stack = of("Release").find(({ inputs }) => inputs["chart"] === "kube-prometheus-stack")?.inputs;
            for (const part of ["nodeExporter", "grafana"])
                assert.equal(at(stack, ["values", part, "enabled"]), false, part);
        });

        it("let in what calls their webhooks, and what reads their metrics", async () => {
            const { named } = await making({}, everything);
            for (const { namespace } of Object.values(operators)) {
                const spec = named("NetworkPolicy", "tidegate-ingress", namespace)["spec"];
                assert.deepEqual(at(spec, ["policyTypes"]), ["Ingress"]);
                assert.deepEqual(at(spec, ["ingress", "0"]), { ports: [{ protocol: "TCP", port: 10250 }] });
            }
        });

        it("that are adopted are looked for: where they are not, nothing goes on", async () => {
            const { of, services } = await making(
                { operators: { ...none, externalSecrets: "adopt" } },
                alone + operators.externalSecrets.crds.length,
            );
            assert.equal(of("CustomResourceDefinition").length, operators.externalSecrets.crds.length);
            const ids = await Promise.all(
                services.operators.externalSecrets.map(
                    (one) => new Promise((told) => (one as pulumi.CustomResource).id.apply(told)),
                ),
            );
            assert.deepEqual(ids, [...operators.externalSecrets.crds]);
            assert.equal(of("Release").length, 0);
        });

        it("that are neither are not there", async () => {
            const { made, services } = await making({ operators: none }, alone);
            assert.equal(made.length, alone);
            assert.deepEqual(services.operators, { certManager: [], externalSecrets: [], prometheus: [] });
        });
    });

    it("keeps namespaces, for what is in them goes with them, until data is no longer protected", async () => {
        for (const protectData of [undefined, true, false]) {
            const { options } = await making({ operators: none, protectData }, alone);
            for (const room of ["flink", "catalog", "dbt", "observability"]) {
                const { protect, retainOnDelete } = options(`services-${room}`);
                assert.deepEqual([protect, retainOnDelete], Array(2).fill(protectData ?? true), room);
            }
        }
    });

    it("is on a cluster that it is told, never on the one that a shell names", () => {
        assert.throws(() => new ClusterServices("services", base), { code: "cluster-provider-missing" });
    });
});
