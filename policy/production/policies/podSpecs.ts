/** Where Kubernetes' objects, and those of Flink's operator, hold the specification of a pod. */
import { flinkRoles, rolePods, type FlinkRole } from "../../../components/runtime/rolePods";
import { at, pathText, related, unwrap, type Path } from "../../../components/provider/values";
import { typeOf } from "../../analyzer/look";
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
};

/** Its paths start at the specification. */
export interface PodSpec {
    readonly spec: Readonly<Record<string, unknown>>;
    readonly containers: readonly { readonly path: Path; readonly container: Readonly<Record<string, unknown>> }[];
}

/** Where, what, and at which other place it is decided too. */
export type Finding = readonly [path: Path, what: string, decidedBy?: Path];

type Look = (pod: PodSpec) => Iterable<Finding>;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** Of one pod, without what a preview cannot tell yet. */
function known(spec: unknown, look: Look): Finding[] {
    if (!isRecord(spec)) return [];
    const { unknowns } = unwrap(spec);
    const containers = ["containers", "initContainers"].flatMap((kind) => {
        const list = spec[kind];
        return (Array.isArray(list) ? (list as unknown[]) : []).flatMap((container, index) =>
            isRecord(container) ? [{ path: [kind, index], container }] : [],
        );
    });
    return [...look({ spec, containers })].filter(
        ([path, , decidedBy = path]) =>
            !unknowns.some((unknown) => related(unknown, path) || related(unknown, decidedBy)),
    );
}

/** A place in a merged list is none in a template: its elements go by name. */
function byName(spec: unknown, path: Path): Path {
    const [kind, index, ...rest] = path;
    if (kind === undefined || typeof index !== "number") return path;
    const name = at(spec, [kind, index, "name"]);
    return typeof name === "string" ? [kind, name, ...rest] : path;
}

/** What both roles' pods have, is of the template of both; what one has, of its own. */
function* inFlinkPods({ values }: Resource, look: Look): Generator<{ readonly path: Path; readonly what: string }> {
    const found = new Map<string, { readonly path: Path; readonly what: string; readonly roles: Set<FlinkRole> }>();
    for (const { role, spec } of rolePods(values))
        for (const [inside, what] of known(spec, look)) {
            const path = byName(spec, inside);
            const key = `${pathText(path)} ${what}`;
            const one = found.get(key) ?? { path, what, roles: new Set() };
            found.set(key, one);
            one.roles.add(role);
        }
    for (const { path, what, roles } of found.values()) {
        const above = roles.size === flinkRoles.length ? [] : [...roles];
        yield { path: ["spec", ...above, "podTemplate", "spec", ...path], what };
    }
}

/** What a look at each pod of a resource finds, with its place in the resource. */
export function* inPods(resource: Resource, look: Look): Generator<{ readonly path: Path; readonly what: string }> {
    const type = typeOf(resource);
    if (type === "kubernetes:flink.apache.org/v1beta1:FlinkDeployment") return yield* inFlinkPods(resource, look);
    const where = templates[type]?.split(".");
    if (where === undefined) return;
    for (const [path, what] of known(at(resource.values, where), look)) yield { path: [...where, ...path], what };
}
