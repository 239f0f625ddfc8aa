/** What our components make for a cluster, before a real API server. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { Kind, KubernetesObject } from "../../automation/clients/kubernetes";
import { repositoryRoot } from "../../automation/core/repository";
import { podsOf } from "../../automation/rehearsal/tables/kubernetes/pods";
import { definitionKind, type ApiServer } from "../_helpers/apiServer";
import { environments } from "../rehearsal/run";
import { manifestsOf, type Manifest } from "./manifests";
import { sharedServer } from "./shared";

const environment = z.looseObject({
    name: z.string(),
    foundation: z.looseObject({ profile: z.string() }).optional(),
    runtime: z.looseObject({ profile: z.string() }).optional(),
});

/** Environments that have a cluster. */
const files = [join(repositoryRoot, "stacks"), environments]
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((file) => /\/[a-z][a-z0-9-]*\.yaml$/.test(file))
    .map((file) => ({ file, ...environment.parse(parse(readFileSync(file, "utf8"))) }))
    .filter(({ foundation }) => foundation !== undefined);

const manager = "tidegate-test";
const label = ({ token, object: { metadata } }: Manifest): string =>
    `${token.split(":").slice(1).join(":")} ${metadata.namespace ?? ""}/${metadata.name ?? ""}`;

describe("a real API server", () => {
    let server: ApiServer;
    before(async () => {
        server = await sharedServer();
    });

    /** As a quota's controller does: until then it holds nobody back. */
    const count = async (quota: KubernetesObject & Kind): Promise<void> => {
        const { hard } = quota["spec"] as { hard: Record<string, string> };
        const used = Object.fromEntries(Object.keys(hard).map((key) => [key, "0"]));
        await server.api.ask({
            method: "PATCH",
            path: `${await server.api.pathOf(quota, quota.metadata.namespace, quota.metadata.name)}/status`,
            contentType: "application/merge-patch+json",
            body: { status: { hard, used } },
        });
    };

    /** One after the other, as each is made after what it needs; of all that are refused at once. */
    const refusalsOf = async (manifests: readonly Manifest[]): Promise<string[]> => {
        const refused: string[] = [];
        const attempt = async (manifest: Manifest, what: string, work: () => Promise<unknown>): Promise<void> => {
            await work().catch((error: unknown) => {
                refused.push(`${what}${label(manifest)}: ${error instanceof Error ? error.message : String(error)}`);
            });
        };
        for (const manifest of manifests) {
            const { object } = manifest;
            // Those of the operators are there with their projects' own schema, which ours must not take the place of.
            const dryRun = object.kind === definitionKind.kind;
            await attempt(manifest, "", () => server.api.apply(object, manager, { dryRun }));
            if (object.kind === "ResourceQuota") await attempt(manifest, "status of ", () => count(object));
            if (object.kind === "LimitRange" || object.kind === "ResourceQuota") continue;
        }
        for (const manifest of manifests)
            for (const { metadata, spec } of podsOf(manifest.object.kind, manifest.object)) {
                const { namespace = "default", name = "" } = manifest.object.metadata;
                const pod = {
                    apiVersion: "v1",
                    kind: "Pod",
                    metadata: { ...metadata, namespace, generateName: `${name}-` },
                    spec,
                };
                await attempt(manifest, "a pod of ", () => server.api.create(pod, { dryRun: true }));
            }
        return refused;
    };

    for (const { name, file, runtime } of files)
        it(`takes every object that ${name} makes, and the pods of its workloads`, async () => {
            const manifests = await manifestsOf(name, file);
            const kinds = new Set(manifests.map(({ object }) => object.kind));
            for (const kind of ["Namespace", "ResourceQuota", "LimitRange", "NetworkPolicy", "ServiceAccount"])
                assert.ok(kinds.has(kind), `${name} makes no ${kind}`);
            if (runtime?.profile === "kubernetes")
                for (const kind of ["FlinkDeployment", "ConfigMap"])
                    assert.ok(kinds.has(kind), `${name} makes no ${kind}`);
            assert.deepEqual(await refusalsOf(manifests), []);
            // Each has a cluster of its own, and this one name in it.
            for (const { object } of manifests)
                if (object.kind === "StorageClass")
                    await server.api.delete(object, undefined, object.metadata.name ?? "");
        });
});
