/** Secrets that a `secretRef` names, and who could look them up. Pure. */
import { problem, type Problem } from "../../components/cloud/problem";
import { localSecretRefs, secretRefKind, type SecretRefKind } from "../secretRef";
import type { Workload } from "../contracts";
import type { Cloud } from "../settings/clouds";
import { storeNeeds } from "../settings/secrets";
import type { Environment } from "./environment";
import { cloudNames, isKnown } from "./identities";

export function* secrets(environment: Environment): Generator<Problem> {
    const { foundation, runtime, broker, catalog } = environment;
    if (runtime?.profile !== "kubernetes" && environment.secrets.checkedFrom === "cluster")
        yield problem(
            "secrets.checkedFrom",
            "'cluster' needs runtime.profile kubernetes: otherwise this machine is who uses the secrets",
            "Leave it out.",
        );
    if (foundation === undefined) return;
    for (const path of localSecretRefs(environment))
        yield problem(
            path.join("."),
            "names a variable or a file of the machine that rolls out: nothing on the cluster could look it up",
            "Keep the secret in a store (docs/secrets.md).",
        );
    if (runtime?.profile !== "kubernetes") return;
    const refs = [
        ...(broker?.profile === "external" && broker.secretRef !== undefined
            ? [{ path: "broker.secretRef", ref: broker.secretRef, workloads: ["flink"] as const }]
            : []),
        ...(catalog !== undefined && "auth" in catalog && catalog.auth.mode === "oauth2"
            ? [{ path: "catalog.auth.secretRef", ref: catalog.auth.secretRef, workloads: ["flink", "dbt"] as const }]
            : []),
    ];
    if (refs.length > 0 && foundation.operators.externalSecrets === "none")
        yield problem(
            "foundation.operators.externalSecrets",
            "is none, but a secretRef is looked up by External Secrets",
            "Set it to install, or to adopt where the cluster has it.",
        );
    if (runtime.secretStore === undefined)
        for (const named of refs) yield* unreachable(environment, named, "runtime.secretStore");
}

/** A reference in the file, and the workloads of the cluster whose identities look it up. */
export interface NamedOnCluster {
    readonly path: string;
    readonly ref: string;
    readonly workloads: readonly Workload[];
}

/** @param adopted the key by which a store that is there would be named instead */
export function* unreachable(
    environment: Environment,
    { path, ref, workloads }: NamedOnCluster,
    adopted: string,
): Generator<Problem> {
    const { foundation } = environment;
    if (foundation === undefined) return;
    const elsewhere = `Name a store that is on the cluster in ${adopted}, or keep the secret where the platform is.`;
    const kind = secretRefKind(ref);
    const keys = kind === undefined ? undefined : storeNeeds[kind];
    const said = keys?.reduce<unknown>(
        (value, key) => (value as Record<string, unknown> | undefined)?.[key],
        environment,
    );
    const cloud = kind === undefined ? undefined : cloudOfStore[kind];
    const unknown = cloud === undefined ? undefined : workloads.find((one) => !isKnown(foundation, one, cloud));
    if (keys !== undefined && said === undefined)
        yield problem(
            path,
            `is a secret of ${kind}://, which the cluster cannot come to without the key '${keys.join(".")}'`,
            cloud === undefined
                ? `Say in ${keys.join(".")} how it is reached, or name a store that is on the cluster in ${adopted}.`
                : elsewhere,
        );
    else if (cloud !== undefined && unknown !== undefined)
        yield problem(
            path,
            `the store of ${kind}:// lets in identities of ${cloudNames[cloud]}, and on the cluster ${unknown} has none`,
            elsewhere,
        );
}

/** Whose identities read the stores of references. */
const cloudOfStore: Readonly<Partial<Record<SecretRefKind, Cloud>>> = {
    "aws-sm": "aws",
    "aws-ssm": "aws",
    "gcp-sm": "gcp",
    "azure-kv": "azure",
};
