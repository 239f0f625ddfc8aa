/** Pods that objects come to, as what makes them from the object would ask the API server for them. */
import { cronTemplate, podTemplate } from "./workloads";
import { at, type Values } from "../../../../components/provider/values";
import { mainContainer, rolePods, type RolePod } from "../../../../components/runtime/rolePods";

const templates: Readonly<Record<string, readonly string[]>> = {
    Deployment: podTemplate,
    StatefulSet: podTemplate,
    Job: podTemplate,
    CronJob: cronTemplate,
};

export interface Pod {
    readonly metadata: Values;
    readonly spec: Values;
}

/** Empty for a kind that makes none. */
export function podsOf(kind: string, inputs: Values): readonly Pod[] {
    if (kind === "FlinkDeployment") return rolePods(inputs).map(flinkPod(inputs));
    const path = templates[kind];
    const spec = path === undefined ? undefined : at(inputs, path);
    if (path === undefined || spec === undefined) return [];
    return [{ metadata: (at(inputs, [...path.slice(0, -1), "metadata"]) ?? {}) as Values, spec: spec as Values }];
}

/** What the operator adds to the main container: the image, and of its resources what `resource` says. */
const flinkPod =
    (inputs: Values) =>
    ({ role, metadata, spec: made }: RolePod): Pod => {
        const spec = typeof made === "string" ? {} : made;
        const own = at(inputs, ["spec", role, "resource"]) as Values | undefined;
        const { cpu, memory } = own ?? {};
        const resources = {
            ...(cpu === undefined && memory === undefined
                ? {}
                : { requests: quantities(cpu, memory), limits: quantities(cpu, memory) }),
        };
        const given = Array.isArray(spec["containers"]) ? (spec["containers"] as Values[]) : [];
        const containers = given.map((container) =>
            container["name"] === mainContainer
                ? { image: at(inputs, ["spec", "image"]), ...container, resources }
                : container,
        );
        const account = at(inputs, ["spec", "serviceAccount"]);
        return {
            metadata,
            spec: { ...spec, containers, ...(account === undefined ? {} : { serviceAccountName: account }) },
        };
    };

/** Flink writes memory as `2g` or `2048m`, which Kubernetes would read as thousandths of a byte. */
const quantities = (cpu: unknown, memory: unknown): Values => ({
    ...(cpu === undefined ? {} : { cpu: String(cpu) }),
    ...(typeof memory === "string"
        ? {
              memory: memory.replace(
                  /^(\d+)\s*([mg])b?$/i,
                  (_, n: string, unit: string) => `${n}${unit.toUpperCase()}i`,
              ),
          }
        : {}),
});
