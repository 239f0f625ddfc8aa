/** The programs of the layer: what they make of an environment and of the contracts of others. */
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { placeholderImage, readLock } from "../../../automation/images/lock";
import { contracts, type Layer } from "../../../stacks/contracts";
import { environmentSchema, type Environment } from "../../../stacks/environment";
import { build as external } from "../../../stacks/layers/runtime/external";
import { build as kubernetes } from "../../../stacks/layers/runtime/kubernetes";
import type { LayerContext } from "../../../stacks/layer";
import { runtimeSettings } from "../../../stacks/settings/runtime";
import { standIns } from "../../../stacks/standIns";
import { making } from "../mocks";
import { specOf } from "./made";
import { broker, catalog, foundation, storage } from "./platform";

const plain = environmentSchema.shape;

function contextOf(rehearsal: string | null, changes: Partial<Environment> = {}): LayerContext {
    const upstreams: Readonly<Record<string, unknown>> = {
        foundation: {
            ...standIns.foundation,
            ...foundation,
            kubeconfig: pulumi.secret(standIns.foundation.kubeconfig),
        },
        storage,
        broker: { ...broker(), credentials: pulumi.secret(null) },
        catalog: catalog(),
    };
    const environment = {
        name: "prod",
        file: "stacks/prod.yaml",
        dataDirectory: "/data/prod",
        tags: {},
        protectData: true,
        dataset: "taxi",
        mode: "streaming_bronze",
        secrets: plain.secrets.parse({}),
        dbt: plain.dbt.parse({}),
        rehearsal,
        ...changes,
    } as unknown as Environment;
    return {
        environment,
        has: () => true,
        upstream: (layer: Layer) => Promise.resolve(upstreams[layer] as never),
    };
}

describe("the layer runtime on Kubernetes", () => {
    const settings = runtimeSettings.parse({ profile: "kubernetes", autoscaler: { enabled: true } });
    assert.ok(settings.profile === "kubernetes");
    const build = async (rehearsal: string | null) => ({
        contract: await kubernetes(contextOf(rehearsal, { runtime: settings }), settings),
    });

    it("runs placeholders in a rehearsal, which say what they are", async () => {
        const program = await making(() => build("/rehearsal"));
        contracts.runtime.parse(program.contract);
        const { image, flinkConfiguration } = program.one(
            "kubernetes:flink.apache.org/v1beta1:FlinkDeployment",
            "runtime-bronze",
        ).inputs["spec"] as { image: string; flinkConfiguration: Record<string, string> };
        assert.equal(image, placeholderImage("flink"));
        assert.equal(flinkConfiguration["jobmanager.scheduler"], "adaptive");
        assert.equal(flinkConfiguration["job.autoscaler.enabled"], "true");
    });

    it("runs jobs on the nodes of their class, where the foundation has such", async () => {
        const selectors = async (foundation: unknown) => {
            const program = await making(async () => ({
                contract: await kubernetes(
                    contextOf("/rehearsal", { runtime: settings, foundation } as never),
                    settings,
                ),
            }));
            return ["bronze", "silver"].map((job) => specOf(program, job).podTemplate.spec.nodeSelector);
        };
        const small = { "tidegate.dev/resource-class": "small" };
        assert.deepEqual(await selectors({ profile: "eks" }), [small, small]);
        assert.deepEqual(await selectors({ profile: "aks" }), [small, small]);
        assert.deepEqual(await selectors({ profile: "gke", mode: "standard" }), [small, small]);
        for (const unlabelled of [{ profile: "gke", mode: "autopilot" }, { profile: "kubeconfig" }, undefined])
            assert.deepEqual(await selectors(unlabelled), [undefined, undefined]);
    });

    it("is refused outside of one, as long as no image is locked", async function () {
        // A checkout in which somebody has locked them is no longer refused.
        if (readLock() !== undefined) return this.skip();
        await assert.rejects(
            making(() => build(null)),
            { code: "images-not-locked" },
        );
    });
});

describe("the layer runtime on somebody else's Flink", () => {
    const settings = runtimeSettings.parse({
        profile: "external",
        flinkRest: "https://flink.example",
        sqlGateway: "https://sql.example",
        connector: "plain",
    });
    assert.ok(settings.profile === "external");

    it("fulfils the contract, and keeps one streaming job running there", async () => {
        const program = await making(async () => ({
            contract: Object.fromEntries(
                Object.entries(await external(contextOf(null, { runtime: settings }), settings)),
            ),
        }));
        const contract = contracts.runtime.parse(program.contract);
        assert.ok(contract.profile === "external");
        assert.deepEqual(contract.jobs, ["tidegate-taxi-bronze"]);
        const job = program.one("tidegate:embedded:FlinkSqlJob");
        assert.equal(job.inputs["sqlGateway"], "https://sql.example");
        assert.ok((job.inputs["statements"] as string[]).some((statement) => /EXECUTE STATEMENT SET/.test(statement)));
    });

    it("has no job of its own in mode batch", async () => {
        const program = await making(async () => ({
            contract: await external(contextOf(null, { runtime: settings, mode: "batch" }), settings),
        }));
        assert.deepEqual(program.made, []);
    });
});
