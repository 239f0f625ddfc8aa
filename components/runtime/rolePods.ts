/**
 * The pods of a FlinkDeployment, as the operator makes them: the template of a role is merged into that of both. Policies and
 * the rehearsal ask for them.
 * Source: https://nightlies.apache.org/flink/flink-kubernetes-operator-docs-release-1.15/docs/custom-resource/pod-template/
 * and FlinkUtils.java (mergePodTemplates) of the operator.
 */
import { isRecord, unknownValue, type Values } from "../provider/values";

export const flinkRoles = ["jobManager", "taskManager"] as const;
export type FlinkRole = (typeof flinkRoles)[number];

/** By this name the operator knows which container is Flink; it adds it where a template has none. */
export const mainContainer = "flink-main-container";
/** Of a FlinkDeployment's flinkConfiguration. What the operator itself is configured with is not seen. @default "false" */
export const mergesByName = "kubernetes.operator.pod-template.merge-arrays-by-name";

export interface RolePod {
    readonly role: FlinkRole;
    readonly metadata: Values;
    /** `unknownValue` where a preview cannot tell. */
    readonly spec: Values | typeof unknownValue;
}

/** What is there; unknown where something above it is. */
const reach = (values: unknown, ...path: readonly string[]): unknown =>
    path.reduce<unknown>(
        (inside, key) => (isRecord(inside) ? inside[key] : inside === unknownValue ? unknownValue : undefined),
        values,
    );

const nameOf = (element: unknown): unknown => reach(element, "name");
const isNamed = (element: unknown): boolean => nameOf(element) !== undefined;

/** Undefined: not known before something is made. */
type ByName = boolean | undefined;

/** In a list by position, a text or number stays what it is, as the operator has it: only objects are merged. */
function element(base: unknown, over: unknown, byName: ByName): unknown {
    if (base === unknownValue || over === unknownValue) return unknownValue;
    return isRecord(base) ? merge(base, over, byName) : base;
}

function mergeLists(base: readonly unknown[], over: readonly unknown[], byName: ByName): unknown {
    const all = [...base, ...over];
    // Which of them are one and the same cannot be told.
    if (byName !== false && all.some((one) => nameOf(one) === unknownValue)) return unknownValue;
    const named = all.every(isNamed);
    if (named && byName === undefined) return unknownValue;
    if (named && byName === true) {
        const merged = new Map(base.map((one) => [nameOf(one), one]));
        for (const one of over) merged.set(nameOf(one), merge(merged.get(nameOf(one)), one, byName));
        return [...merged.values()];
    }
    return [
        ...base.map((one, index) => (index < over.length ? element(one, over[index], byName) : one)),
        ...over.slice(base.length),
    ];
}

function merge(base: unknown, over: unknown, byName: ByName): unknown {
    if (over === undefined || over === null) return base;
    if (base === undefined || base === null) return over;
    // Of an object or a list a part may come from what is not known; anything else is replaced.
    if (base === unknownValue) return typeof over === "object" ? unknownValue : over;
    if (over === unknownValue) return unknownValue;
    if (Array.isArray(base) && Array.isArray(over)) return mergeLists(base, over, byName);
    if (!isRecord(base)) return over;
    if (!isRecord(over)) return base;
    const keys = new Set([...Object.keys(base), ...Object.keys(over)]);
    return Object.fromEntries([...keys].map((key) => [key, merge(base[key], over[key], byName)]));
}

function withMain(spec: unknown): RolePod["spec"] {
    if (spec === unknownValue) return unknownValue;
    const pod = isRecord(spec) ? spec : {};
    const given = pod["containers"];
    if (given === unknownValue) return pod;
    const containers: readonly unknown[] = Array.isArray(given) ? given : [];
    return containers.some((one) => nameOf(one) === mainContainer || nameOf(one) === unknownValue)
        ? pod
        : { ...pod, containers: [...containers, { name: mainContainer }] };
}

/** One for each role, in the order of `flinkRoles`, also where there is no template at all. */
export function rolePods(deployment: Values): readonly RolePod[] {
    const setting = reach(deployment, "spec", "flinkConfiguration", mergesByName);
    const byName = setting === unknownValue ? undefined : String(setting).toLowerCase() === "true";
    return flinkRoles.map((role) => {
        const own = reach(deployment, "spec", role, "podTemplate");
        const template = merge(reach(deployment, "spec", "podTemplate"), own, byName);
        const metadata = reach(template, "metadata");
        return { role, metadata: isRecord(metadata) ? metadata : {}, spec: withMain(reach(template, "spec")) };
    });
}
