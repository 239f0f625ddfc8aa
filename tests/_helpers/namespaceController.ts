/**
 * Empties namespaces that are deleted, and lets them go, as the namespace controller of a cluster does.
 * Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/, pkg/controller/namespace/deletion
 */
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { isRefusal, type KubernetesApi } from "../../automation/clients/kubernetes";

const kind = { apiVersion: "v1", kind: "Namespace" } as const;
const groups = z.looseObject({
    groups: z.array(z.looseObject({ preferredVersion: z.looseObject({ groupVersion: z.string() }) })),
});
const resources = z.looseObject({
    resources: z.array(
        z.looseObject({ name: z.string(), kind: z.string(), namespaced: z.boolean(), verbs: z.array(z.string()) }),
    ),
});
const itemsSchema = z.looseObject({ items: z.array(z.unknown()) });
/** Between two looks at what has finalizers, in milliseconds. */
const againMilliseconds = 200;

export class NamespaceController {
    private readonly stopped = new AbortController();
    private readonly finishing = new Set<string>();
    private readonly work: Promise<void>[] = [];

    constructor(private readonly api: KubernetesApi) {}

    start(): void {
        this.work.push(this.quietly(() => this.follow()));
    }

    async stop(): Promise<void> {
        this.stopped.abort();
        await Promise.all(this.work);
    }

    private async follow(): Promise<void> {
        for await (const { type, object } of this.api.watch(kind, undefined, { signal: this.stopped.signal })) {
            const { name = "", deletionTimestamp } = object.metadata;
            if (type === "DELETED" || deletionTimestamp === undefined || this.finishing.has(name)) continue;
            this.finishing.add(name);
            this.work.push(this.quietly(() => this.finish(name).finally(() => this.finishing.delete(name))));
        }
    }

    /** The end of the test is no failure. */
    private async quietly(work: () => Promise<void>): Promise<void> {
        try {
            await work();
        } catch (error) {
            if (!this.stopped.signal.aborted) throw error;
        }
    }

    private async finish(name: string): Promise<void> {
        const paths = await this.collections(name);
        while (!(await this.emptied(paths))) await delay(againMilliseconds, undefined, { signal: this.stopped.signal });
        const namespace = await this.api.get(kind, undefined, name);
        if (namespace === undefined) return;
        const path = `/api/v1/namespaces/${name}/finalize`;
        await this.api
            .ask({ method: "PUT", path, body: { ...namespace, spec: { finalizers: [] } } })
            .catch((error: unknown) => {
                if (!isRefusal(error, 404)) throw error;
            });
    }

    /** @returns whether nothing is left in any of these */
    private async emptied(paths: readonly string[]): Promise<boolean> {
        const { signal } = this.stopped;
        const left = paths.map(async (path) => {
            const { items } = itemsSchema.parse(await this.api.ask({ path, query: { limit: "1" }, signal }));
            if (items.length > 0)
                await this.api.ask({ method: "DELETE", path, query: { propagationPolicy: "Background" }, signal });
            return items.length === 0;
        });
        return (await Promise.all(left)).every((empty) => empty);
    }

    private async collections(namespace: string): Promise<string[]> {
        const { groups: found } = groups.parse(await this.api.ask({ path: "/apis" }));
        const bases = ["/api/v1", ...found.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`)];
        const each = bases.map(async (base) =>
            resources
                .parse(await this.api.ask({ path: base }))
                .resources.filter(
                    ({ namespaced, verbs }) =>
                        namespaced && verbs.includes("list") && verbs.includes("deletecollection"),
                )
                .map(({ name }) => `${base}/namespaces/${namespace}/${name}`),
        );
        return (await Promise.all(each)).flat();
    }
}
