/** Where Kubernetes' objects, and those of Flink's operator, hold the specification of a pod. */
import { placesAt, typeOf } from "../../analyzer/look";
import type { Path } from "../../../components/provider/values";
import type { Resource } from "../../analyzer/pack";

const template = "spec.template.spec";
const templates: Readonly<Record<string, string>> = {
    "kubernetes:core/v1:Pod": "spec",
    "kubernetes:core/v1:ReplicationController": template,
    "kubernetes:apps/v1:Deployment": template,
    "kubernetes:apps/v1:StatefulSet": template,
    "kubernetes:apps/v1:DaemonSet": template,
    "kubernetes:apps/v1:ReplicaSet": template,
    "kubernetes:batch/v1:Job": template,
    "kubernetes:batch/v1:CronJob": "spec.jobTemplate.spec.template.spec",
    "kubernetes:flink.apache.org/v1beta1:FlinkDeployment": "spec.podTemplate.spec",
};

export interface PodSpec {
    readonly path: Path;
    readonly spec: Readonly<Record<string, unknown>>;
    readonly containers: readonly { readonly path: Path; readonly container: Readonly<Record<string, unknown>> }[];
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

export function podSpecOf(resource: Resource): PodSpec | undefined {
    const where = templates[typeOf(resource)];
    if (where === undefined) return undefined;
    const [place] = placesAt(resource, where);
    if (place === undefined || !isRecord(place.value)) return undefined;
    const containers = ["containers", "initContainers"].flatMap((kind) =>
        placesAt(resource, `${where}.${kind}[*]`).flatMap(({ path, value }) =>
            isRecord(value) ? [{ path, container: value }] : [],
        ),
    );
    return { path: place.path, spec: place.value, containers };
}
