/**
 * A rehearsal whose plain objects of Kubernetes go through to a real API server: it validates them, sets their defaults and
 * admits them, and its refusals are the simulated cluster's. Nothing has to run there; of a workload the pods are asked for
 * too, as its controller would, and not kept.
 */
import { setTimeout as delay } from "node:timers/promises";
import { KubernetesApi, type Kind, type KubernetesObject } from "../clients/kubernetes";
import { readApiAccess } from "../clients/kubeconfig";
import { exitCodes, TidegateError } from "../core/errors";
import { isLoopback } from "../core/loopback";
import { podsOf } from "./tables/kubernetes/pods";
import { at, type Values } from "../../components/provider/values";

/** What happens in the simulated cloud happens there too. Each rejects where that refuses. */
export interface Beyond {
    made(token: string, inputs: Values): Promise<void>;
    gone(token: string, inputs: Values): Promise<void>;
}

/** Who owns the fields on the server. */
export const manager = "tidegate-rehearsal";

const definition = "CustomResourceDefinition";
/** Namespaces are emptied first, and operators do what finalizers wait for. */
const goneSeconds = 120;
const lookMilliseconds = 100;

/** `kubernetes:apps/v1:Deployment`; undefined for what is no object: a release of Helm. */
export function kindOf(token: string, inputs: Values): Kind | undefined {
    const [name, group = "", kind = ""] = token.split(":");
    if (name !== "kubernetes" || group.startsWith("helm.sh/")) return undefined;
    const { apiVersion } = inputs;
    return { apiVersion: typeof apiVersion === "string" ? apiVersion : group.replace(/^core\//, ""), kind };
}

export class ApiServerBeyond implements Beyond {
    constructor(private readonly api: KubernetesApi) {}

    async made(token: string, inputs: Values): Promise<void> {
        const object = objectOf(token, inputs);
        if (object === undefined) return;
        // Of an operator's definitions those that are there have a schema that says more than ours do.
        const dryRun = object.kind === definition && (await this.isSomebodyElses(object));
        await this.api.apply(object, manager, { dryRun });
        for (const pod of podsOf(object.kind, inputs)) await this.admitted(object, pod.metadata, pod.spec);
    }

    async gone(token: string, inputs: Values): Promise<void> {
        const object = objectOf(token, inputs);
        if (object === undefined || (object.kind === definition && (await this.isSomebodyElses(object)))) return;
        const { namespace, name = "" } = object.metadata;
        if (!(await this.api.delete(object, namespace, name))) return;
        const deadline = Date.now() + goneSeconds * 1000;
        for (;;) {
            const left = await this.api.get(object, namespace, name);
            if (left === undefined) return;
            if (Date.now() > deadline) {
                const finalizers = left.metadata.finalizers ?? [];
                throw new Error(
                    `timed out waiting for ${object.kind} ${name} to go from the API server: ` +
                        `nobody has done what ${finalizers.join(", ") || "its finalizers"} wait for within ${goneSeconds} s`,
                );
            }
            await delay(lookMilliseconds);
        }
    }

    private async isSomebodyElses(object: KubernetesObject & Kind): Promise<boolean> {
        const there = await this.api.get(object, undefined, object.metadata.name ?? "");
        const managers = at(there, ["metadata", "managedFields"]);
        return (
            there !== undefined &&
            !(Array.isArray(managers) && managers.some((one: Values) => one["manager"] === manager))
        );
    }

    private async admitted(owner: KubernetesObject, metadata: Values, spec: Values): Promise<void> {
        const { namespace = "default", name = "" } = owner.metadata;
        await this.api.create(
            {
                apiVersion: "v1",
                kind: "Pod",
                // Its controller gives it a name of this kind.
                metadata: { ...metadata, namespace, generateName: `${name}-` },
                spec,
            },
            { dryRun: true },
        );
    }
}

function objectOf(token: string, inputs: Values): (KubernetesObject & Kind) | undefined {
    const kind = kindOf(token, inputs);
    if (kind === undefined) return undefined;
    const metadata = (inputs["metadata"] ?? {}) as KubernetesObject["metadata"];
    return { ...inputs, ...kind, metadata };
}

/**
 * Of a kubeconfig whose server may be filled and emptied by a rehearsal.
 * @throws TidegateError `api-server-kubeconfig`, `api-server-far`
 */
export function demandNear(file: string): void {
    const { server } = readApiAccess(file);
    if (isLoopback(new URL(server).hostname)) return;
    throw new TidegateError(`${file} is of ${server}, which is not on this machine.`, {
        code: "api-server-far",
        hint: "A rehearsal makes, changes and deletes objects there: give it an API server of this machine that serves nothing else.",
        exitCode: exitCodes.usage,
    });
}

export const openBeyond = (file: string): Beyond => new ApiServerBeyond(new KubernetesApi(readApiAccess(file)));
