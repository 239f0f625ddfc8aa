/** Why a Lakekeeper of a platform's own cannot be as its file says. Pure. */
import { problem, type Problem } from "../../components/cloud/problem";
import type { Environment } from "./environment";
import { cloudOf } from "../settings/clouds";
import { cloudNames, cloudOfFoundation, isKnown } from "./identities";
import { unreachable } from "./secrets";
import { databaseClouds } from "../settings/catalog/database";

export function* lakekeeperProblems(environment: Environment): Generator<Problem> {
    const { catalog, storage, foundation } = environment;
    if (catalog?.profile !== "lakekeeper") return;
    if (foundation === undefined)
        yield problem(
            "catalog",
            "stands on foundation, which this environment does not have",
            "Add a foundation: eks, gke, aks, or kubeconfig for a cluster that is there.",
        );
    if (storage?.profile === "embedded" || storage?.profile === "docker")
        yield problem(
            "storage.profile",
            `'${storage.profile}' is on this machine: Lakekeeper on the cluster does not reach it`,
            "Use s3, gcs or adls.",
        );
    const ofStorage = storage === undefined ? undefined : cloudOf[storage.profile];
    if (foundation !== undefined && ofStorage !== undefined && !isKnown(foundation, "catalog", ofStorage))
        yield problem(
            "storage.profile",
            `'${storage?.profile}' lets in identities of ${cloudNames[ofStorage]} alone, and on the foundation '${foundation.profile}' catalog has none`,
            foundation.profile === "kubeconfig"
                ? `Name it in foundation.identities.catalog.${ofStorage}.`
                : `Use what ${cloudNames[cloudOfFoundation[foundation.profile]]} has.`,
        );
    const { kind } = catalog.database;
    if (kind === "external") {
        const { secretRef: ref } = catalog.database;
        if (catalog.secretStore === undefined)
            yield* unreachable(
                environment,
                { path: "catalog.database.secretRef", ref, workloads: ["catalog"] },
                "catalog.secretStore",
            );
        if (foundation?.operators.externalSecrets === "none")
            yield problem(
                "foundation.operators.externalSecrets",
                "is none, but the password of the catalog's database is looked up by External Secrets",
                "Set it to install, or to adopt where the cluster has it.",
            );
        return;
    }
    // Wherever the cluster is, it is in it.
    if (kind === "cluster") return;
    if (kind === "rds" && catalog.database.storageGb > catalog.database.maxStorageGb)
        yield problem(
            "catalog.database.maxStorageGb",
            `its disk cannot grow from ${catalog.database.storageGb} to ${catalog.database.maxStorageGb} GiB`,
            "Make maxStorageGb as large as storageGb at least.",
        );
    const { cloud, cluster } = databaseClouds[kind];
    if (environment[cloud] === undefined)
        yield problem(
            "catalog.database.kind",
            `'${kind}' needs the key '${cloud}': the account that it is in`,
            `Add '${cloud}' at the top of the file.`,
        );
    if (foundation === undefined) return;
    const reached =
        foundation.profile === "kubeconfig" ? foundation.network?.cloud === cloud : foundation.profile === cluster;
    if (!reached)
        yield problem(
            "catalog.database.kind",
            `'${kind}' is in no network that a cluster of ${foundation.profile} reaches`,
            foundation.profile === "kubeconfig"
                ? "Name foundation.network, or take external for a database that is there."
                : "Take the database of the cluster's cloud, or external for one that is there.",
        );
    const network = foundation.profile === "kubeconfig" ? foundation.network : null;
    if (kind === "flexibleServer" && network?.cloud === "azure" && network.databaseSubnetId === undefined)
        yield problem(
            "foundation.network",
            "names no databaseSubnetId, into which a flexible server is put",
            "Name a subnet that is delegated to Microsoft.DBforPostgreSQL/flexibleServers.",
        );
}
