/** Who the workloads of a cluster are in a cloud, and which services let them in. Pure. */
import { problem, type Problem } from "../../components/cloud/problem";
import type { Workload } from "../contracts";
import { cloudOf, type Cloud } from "../settings/clouds";
import type { Environment } from "./environment";

export const cloudOfFoundation = { eks: "aws", gke: "gcp", aks: "azure" } as const;
export const cloudNames: Readonly<Record<Cloud, string>> = { aws: "AWS", gcp: "Google Cloud", azure: "Azure" };

/** Whether a workload of the cluster is somebody in a cloud. */
export function isKnown(foundation: NonNullable<Environment["foundation"]>, workload: Workload, cloud: Cloud): boolean {
    return foundation.profile === "kubeconfig"
        ? foundation.identities[workload]?.[cloud] !== undefined
        : cloudOfFoundation[foundation.profile] === cloud;
}

/** Clouds whose identities open a broker. */
function cloudOfLogin(broker: NonNullable<Environment["broker"]>): Cloud | undefined {
    if (broker.profile === "external") return broker.saslMechanism === "AWS_MSK_IAM" ? "aws" : undefined;
    return cloudOf[broker.profile];
}

/** Storage and brokers of a cloud let nobody in but its own identities. */
export function* identities({ foundation, runtime, storage, broker }: Environment): Generator<Problem> {
    if (foundation === undefined || runtime?.profile !== "kubernetes") return;
    const hint = (workload: Workload, cloud: Cloud) =>
        foundation.profile === "kubeconfig"
            ? `Name it in foundation.identities.${workload}.${cloud}, or use a service that its clouds have.`
            : `Use what ${cloudNames[cloudOfFoundation[foundation.profile]]} has, or a foundation on ${cloudNames[cloud]}.`;
    const ofStorage = storage === undefined ? undefined : cloudOf[storage.profile];
    if (storage !== undefined && ofStorage !== undefined)
        // Of the other clouds' storage DuckDB has credentials that the catalog lends.
        for (const workload of storage.profile === "s3" ? (["dbt", "flink"] as const) : (["flink"] as const))
            if (!isKnown(foundation, workload, ofStorage))
                yield problem(
                    "storage.profile",
                    `'${storage.profile}' lets in identities of ${cloudNames[ofStorage]} alone, and on the foundation '${foundation.profile}' ${workload} has none`,
                    hint(workload, ofStorage),
                );
    const ofBroker = broker === undefined ? undefined : cloudOfLogin(broker);
    if (broker !== undefined && ofBroker !== undefined && !isKnown(foundation, "flink", ofBroker))
        yield problem(
            broker.profile === "external" ? "broker.saslMechanism" : "broker.profile",
            `'${broker.profile === "external" ? broker.saslMechanism : broker.profile}' lets in identities of ${cloudNames[ofBroker]} alone, and on the foundation '${foundation.profile}' flink has none`,
            hint("flink", ofBroker),
        );
}
