/** Who may do what, and which pods reach which. */
import { isIP } from "node:net";
import { valuesAt } from "../../cloud";
import type { Refusal, Row } from "../../row";
import { example, object, provider } from "./common";
import type { Values } from "../../../../components/provider/values";

/** Names of roles may hold nearly anything: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#role-and-clusterrole */
const anyName = /^(?!\.{1,2}$)[^/%]+$/;
const authorization = "rbac.authorization.k8s.io";

const binding = (kind: "RoleBinding" | "ClusterRoleBinding", roles: readonly string[]): Refusal => ({
    what: `a ${kind} to no ${roles.join(" or ")}`,
    source: "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#rolebinding-and-clusterrolebinding",
    because: ({ roleRef }) => {
        const { apiGroup, kind: role, name } = (roleRef ?? {}) as Values;
        return apiGroup === authorization && roles.includes(String(role)) && typeof name === "string"
            ? undefined
            : `${kind} is invalid: roleRef: Unsupported value: ${JSON.stringify(roleRef)}`;
    },
    refused: { roleRef: { apiGroup: authorization, kind: "Group", name: "example" } },
});

function isCidr(text: unknown): boolean {
    const [address = "", bits = ""] = String(text).split("/");
    const version = isIP(address);
    return version !== 0 && /^\d+$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128);
}

export const rows: readonly Row[] = [
    object({
        token: "kubernetes:rbac.authorization.k8s.io/v1:Role",
        resource: `${authorization}/roles`,
        name: anyName,
    }),
    object({
        token: "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
        resource: `${authorization}/clusterroles`,
        namespaced: false,
        name: anyName,
    }),
    object({
        token: "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
        resource: `${authorization}/rolebindings`,
        source: `${provider}/diff.go`,
        name: anyName,
        replaceOn: ["roleRef"],
        required: ["roleRef"],
        refuses: [binding("RoleBinding", ["Role", "ClusterRole"])],
    }),
    object({
        token: "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
        resource: `${authorization}/clusterrolebindings`,
        source: `${provider}/diff.go`,
        namespaced: false,
        name: anyName,
        replaceOn: ["roleRef"],
        required: ["roleRef"],
        refuses: [binding("ClusterRoleBinding", ["ClusterRole"])],
    }),
    object({
        token: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
        resource: "networking.k8s.io/networkpolicies",
        refuses: [
            {
                what: "an address block of a network policy that is none",
                source: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
                because: ({ spec }) => {
                    const blocks = ["ingress.from", "egress.to"].flatMap((path) =>
                        ["cidr", "except"].flatMap((key) => valuesAt(spec, [...path.split("."), "ipBlock", key])),
                    );
                    const wrong = blocks.flat().find((block) => !isCidr(block));
                    return wrong === undefined
                        ? undefined
                        : `NetworkPolicy is invalid: ipBlock.cidr: Invalid value: "${String(wrong)}"`;
                },
                refused: { spec: { podSelector: {}, egress: [{ to: [{ ipBlock: { cidr: "169.254.169.254" } }] }] } },
            },
        ],
    }),
    object({
        token: "kubernetes:networking.k8s.io/v1:Ingress",
        resource: "networking.k8s.io/ingresses",
        computed: {
            status: ({ token }) => ({ loadBalancer: { ingress: [{ hostname: `${token}.ingress.invalid` }] } }),
        },
        refuses: [
            {
                what: "an Ingress with neither rules nor a default backend",
                source: "https://kubernetes.io/docs/concepts/services-networking/ingress/#the-ingress-resource",
                because: ({ spec }) =>
                    valuesAt(spec, ["rules"]).length === 0 && valuesAt(spec, ["defaultBackend"]).length === 0
                        ? "Ingress is invalid: spec: either `defaultBackend` or `rules` must be specified"
                        : undefined,
                refused: { spec: { rules: [] } },
            },
        ],
        latency: {
            create: 60,
            update: 5,
            delete: 10,
            source: "a load balancer is made; no published figure, counted as a minute",
        },
    }),
];

const rules = [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }];
const group = `${authorization}/v1`;
const subjects = [{ kind: "ServiceAccount", name: "example", namespace: "example" }];

export const examples: Readonly<Record<string, Values>> = {
    [`kubernetes:${group}:Role`]: example(group, "Role", { rules }),
    [`kubernetes:${group}:ClusterRole`]: example(group, "ClusterRole", { rules }, false),
    [`kubernetes:${group}:RoleBinding`]: example(group, "RoleBinding", {
        subjects,
        roleRef: { apiGroup: authorization, kind: "Role", name: "example" },
    }),
    [`kubernetes:${group}:ClusterRoleBinding`]: example(
        group,
        "ClusterRoleBinding",
        { subjects, roleRef: { apiGroup: authorization, kind: "ClusterRole", name: "example" } },
        false,
    ),
    "kubernetes:networking.k8s.io/v1:NetworkPolicy": example("networking.k8s.io/v1", "NetworkPolicy", {
        spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    }),
    "kubernetes:networking.k8s.io/v1:Ingress": example("networking.k8s.io/v1", "Ingress", {
        spec: { defaultBackend: { service: { name: "example", port: { number: 80 } } } },
    }),
};
