/**
 * The standard `restricted` of Pod Security, with what it takes over from `baseline`, up to Kubernetes 1.33.
 * Source of every rule: https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
import { at, type Values } from "../../../../components/provider/values";

export const standard = "https://kubernetes.io/docs/concepts/security/pod-security-standards/";

export interface PodRule {
    /** For a person: what is refused. */
    readonly what: string;
    /** What is wrong with the specification of a pod, as the API server says it. */
    readonly violation: (pod: Values) => string | undefined;
    /** Members of a pod that break it and no other rule. */
    readonly broken: Values;
}

type Many = readonly Values[];
const list = (value: unknown): Many => (Array.isArray(value) ? (value as Values[]) : []);

const containers = (pod: Values): Many =>
    ["initContainers", "containers", "ephemeralContainers"].flatMap((key) => list(pod[key]));
const security = (of: Values, ...path: string[]): unknown => at(of, ["securityContext", ...path]);
const named = (many: Many): string => many.map(({ name }) => `"${String(name)}"`).join(", ");

/** A rule that every container has to keep by itself. */
const eachContainer =
    (wrong: (container: Values) => boolean, says: string) =>
    (pod: Values): string | undefined => {
        const found = containers(pod).filter(wrong);
        return found.length === 0 ? undefined : `${says} (containers ${named(found)})`;
    };

/** What a pod says and a container may say otherwise: refused where either says what is not allowed. */
const anywhere = (pod: Values, wrong: (value: unknown) => boolean, ...path: string[]): boolean =>
    [pod, ...containers(pod)].some((one) => wrong(security(one, ...path)));

/** Whether each container has an allowed value, its own or the pod's. */
const everywhere = (pod: Values, right: (value: unknown) => boolean, ...path: string[]): boolean =>
    containers(pod).every((container) => right(security(container, ...path) ?? security(pod, ...path)));

const oneOf =
    (...allowed: unknown[]) =>
    (value: unknown): boolean =>
        allowed.includes(value);

const volumeTypes = new Set([
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
]);
const safeSysctls = new Set([
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
]);
const profiles = oneOf("RuntimeDefault", "Localhost");
const seLinuxTypes = oneOf(undefined, "", "container_t", "container_init_t", "container_kvm_t", "container_engine_t");
const unset = oneOf(undefined, null, "");

/** Security contexts that every rule accepts. */
const goodContainer: Values = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
export const goodPod: Values = {
    securityContext: { runAsNonRoot: true, runAsUser: 9999, seccompProfile: { type: "RuntimeDefault" } },
    containers: [{ name: "main", image: "example.invalid/main", securityContext: goodContainer }],
};
const withContainer = (more: Values, context: Values = {}): Values => ({
    containers: [
        { name: "main", image: "example.invalid/main", ...more, securityContext: { ...goodContainer, ...context } },
    ],
});
const withPod = (context: Values): Values => ({
    securityContext: { ...(goodPod["securityContext"] as Values), ...context },
});

export const podRules: readonly PodRule[] = [
    {
        what: "the host's network, processes or IPC",
        violation: (pod) =>
            ["hostNetwork", "hostPID", "hostIPC"].some((key) => pod[key] === true)
                ? "host namespaces (hostNetwork, hostPID or hostIPC is true)"
                : undefined,
        broken: { hostNetwork: true },
    },
    {
        what: "a process of a Windows host",
        violation: (pod) =>
            anywhere(pod, oneOf(true), "windowsOptions", "hostProcess")
                ? "hostProcess (securityContext.windowsOptions.hostProcess is true)"
                : undefined,
        broken: withContainer({}, { windowsOptions: { hostProcess: true } }),
    },
    {
        what: "a privileged container",
        violation: eachContainer((one) => security(one, "privileged") === true, "privileged"),
        broken: withContainer({}, { privileged: true }),
    },
    {
        what: "a port of the host",
        violation: eachContainer(({ ports }) => list(ports).some(({ hostPort = 0 }) => hostPort !== 0), "hostPort"),
        broken: withContainer({ ports: [{ containerPort: 8081, hostPort: 8081 }] }),
    },
    {
        what: "a volume that is no configMap, csi, downwardAPI, emptyDir, ephemeral, persistentVolumeClaim, projected or secret",
        violation: ({ volumes }) => {
            const found = list(volumes).filter((volume) =>
                Object.keys(volume).some((key) => key !== "name" && !volumeTypes.has(key)),
            );
            return found.length === 0 ? undefined : `restricted volume types (volumes ${named(found)})`;
        },
        broken: { volumes: [{ name: "host", hostPath: { path: "/" } }] },
    },
    {
        what: "an AppArmor profile of its own choosing",
        violation: (pod) =>
            anywhere(pod, (type) => type !== undefined && !profiles(type), "appArmorProfile", "type")
                ? "appArmorProfile (type has to be RuntimeDefault or Localhost)"
                : undefined,
        broken: withPod({ appArmorProfile: { type: "Unconfined" } }),
    },
    {
        what: "another SELinux type, or a user or role of it",
        violation: (pod) =>
            anywhere(pod, (type) => !seLinuxTypes(type), "seLinuxOptions", "type") ||
            ["user", "role"].some((key) => anywhere(pod, (value) => !unset(value), "seLinuxOptions", key))
                ? "seLinuxOptions (type, user or role is set)"
                : undefined,
        broken: withPod({ seLinuxOptions: { type: "spc_t" } }),
    },
    {
        what: "an unmasked /proc",
        violation: eachContainer((one) => !oneOf(undefined, "Default")(security(one, "procMount")), "procMount"),
        broken: withContainer({}, { procMount: "Unmasked" }),
    },
    {
        what: "a sysctl that is not safe",
        violation: (pod) => {
            const found = list(security(pod, "sysctls")).filter(({ name }) => !safeSysctls.has(String(name)));
            return found.length === 0 ? undefined : `forbidden sysctls (${named(found)})`;
        },
        broken: withPod({ sysctls: [{ name: "kernel.msgmax", value: "65536" }] }),
    },
    {
        what: "a container that may gain privileges",
        violation: eachContainer(
            (one) => security(one, "allowPrivilegeEscalation") !== false,
            "allowPrivilegeEscalation != false",
        ),
        broken: withContainer({}, { allowPrivilegeEscalation: true }),
    },
    {
        what: "a container that may run as root",
        violation: (pod) =>
            everywhere(pod, oneOf(true), "runAsNonRoot") ? undefined : "runAsNonRoot != true (pod or containers)",
        broken: withPod({ runAsNonRoot: false }),
    },
    {
        what: "user 0",
        violation: (pod) => (anywhere(pod, oneOf(0), "runAsUser") ? "runAsUser=0 (pod or containers)" : undefined),
        broken: withPod({ runAsUser: 0 }),
    },
    {
        what: "no seccomp profile",
        violation: (pod) =>
            everywhere(pod, profiles, "seccompProfile", "type") &&
            !anywhere(pod, (type) => type !== undefined && !profiles(type), "seccompProfile", "type")
                ? undefined
                : 'seccompProfile (pod or containers must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
        broken: withPod({ seccompProfile: { type: "Unconfined" } }),
    },
    {
        what: "a container that keeps capabilities",
        violation: eachContainer((one) => {
            const drop = security(one, "capabilities", "drop");
            return !Array.isArray(drop) || !drop.includes("ALL");
        }, 'unrestricted capabilities (containers must set securityContext.capabilities.drop=["ALL"])'),
        broken: withContainer({}, { capabilities: { drop: ["NET_RAW"] } }),
    },
    {
        what: "a capability other than NET_BIND_SERVICE",
        violation: eachContainer((one) => {
            const add = security(one, "capabilities", "add");
            return Array.isArray(add) && add.some((name) => name !== "NET_BIND_SERVICE");
        }, "unrestricted capabilities (only NET_BIND_SERVICE may be added)"),
        broken: withContainer({}, { capabilities: { drop: ["ALL"], add: ["SYS_ADMIN"] } }),
    },
];

/** Everything that is wrong with a pod where `restricted` is enforced; empty: it is admitted. */
export const violations = (pod: Values): string[] =>
    podRules.map(({ violation }) => violation(pod)).filter((one) => one !== undefined);
