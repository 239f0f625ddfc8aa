/** Pods pass Pod Security `restricted`. Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted */
import { at, pathText, type Path } from "../../../components/provider/values";
import { demand, unmet } from "../../analyzer/look";
import type { Policy } from "../../analyzer/pack";
import { inPods, type Finding, type PodSpec } from "./podSpecs";

/** Kubernetes' own, in which nobody's pods are to be. */
const systemNamespace = /^kube-/;

const demands = [
    demand(
        "kubernetes:core/v1:Namespace",
        "metadata.labels",
        (labels) => at(labels, ["pod-security.kubernetes.io/enforce"]) === "restricted",
        "set pod-security.kubernetes.io/enforce to restricted",
        (namespace) => systemNamespace.test(String(at(namespace.values, ["metadata", "name"]))),
    ),
];

const volumes = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
    "name",
];

function* problems({ spec, containers }: PodSpec): Generator<Finding> {
    for (const flag of ["hostNetwork", "hostPID", "hostIPC"]) if (spec[flag] === true) yield [[flag], "leave it out"];
    for (const [index, volume] of Object.entries(spec["volumes"] ?? {}))
        for (const kind of Object.keys((volume ?? {}) as object))
            if (!volumes.includes(kind)) yield [["volumes", Number(index), kind], "use another kind of volume"];
    const own = (name: string): unknown => at(spec, ["securityContext", ...name.split(".")]);
    for (const { path: where, container } of containers) {
        const context = (name: string): unknown => at(container, ["securityContext", ...name.split(".")]);
        const security = [...where, "securityContext"];
        /** Where a container says nothing of its own, its pod decides. */
        const decides = (name: string): Path => [
            ...(context(name) === undefined ? [] : where),
            "securityContext",
            ...name.split("."),
        ];
        if ((context("runAsNonRoot") ?? own("runAsNonRoot")) !== true)
            yield [[...security, "runAsNonRoot"], "set it to true", decides("runAsNonRoot")];
        if ((context("runAsUser") ?? own("runAsUser")) === 0)
            yield [[...security, "runAsUser"], "take another user than root", decides("runAsUser")];
        if (context("allowPrivilegeEscalation") !== false)
            yield [[...security, "allowPrivilegeEscalation"], "set it to false"];
        if (context("privileged") === true) yield [[...security, "privileged"], "leave it out"];
        const dropped = context("capabilities.drop");
        if (!Array.isArray(dropped) || !dropped.includes("ALL"))
            yield [[...security, "capabilities", "drop"], "drop ALL"];
        const added = context("capabilities.add");
        if (Array.isArray(added) && added.some((one) => one !== "NET_BIND_SERVICE"))
            yield [[...security, "capabilities", "add"], "add none but NET_BIND_SERVICE"];
        const seccomp = context("seccompProfile.type") ?? own("seccompProfile.type");
        if (seccomp !== "RuntimeDefault" && seccomp !== "Localhost")
            yield [[...security, "seccompProfile", "type"], "set it to RuntimeDefault", decides("seccompProfile.type")];
    }
}

export const pods: Policy = {
    name: "restricted-pods",
    description: "Pods pass Pod Security `restricted`, and each namespace enforces it.",
    *resource(resource) {
        yield* unmet(demands, resource);
        for (const { path, what } of inPods(resource, problems))
            yield { message: `${pathText(path)}: ${what}.`, urn: resource.urn };
    },
};
