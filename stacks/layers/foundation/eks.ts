import { getAvailabilityZones } from "@pulumi/aws/getAvailabilityZones";
import * as kubernetes from "@pulumi/kubernetes";
import { log } from "@pulumi/pulumi";
import { awsProvider } from "../../../components/cloud/aws";
import { EksCluster } from "../../../components/foundation/eks";
import { ClusterServices } from "../../../components/foundation/services";
import { cloudArgs } from "../../environment";
import type { Build } from "../../profile";

export const build: Build<"foundation", "eks"> = async (
    { environment },
    { profile: _, zones, operators, quotas, api: { transitGatewayId, ...reach }, ...settings },
) => {
    const args = cloudArgs(environment, "foundation", "aws");
    const provider = awsProvider(args.account, args.tags);
    const api = { ...reach, ...(transitGatewayId === undefined ? {} : { transitGatewayId }) };
    if (api.publicCidrs.length + api.privateCidrs.length === 0)
        void log.warn(
            "The API server is reached from inside the platform's network alone: run this there, or name who else reaches it in foundation.api.",
        );
    const { names } = await getAvailabilityZones(
        { state: "available", filters: [{ name: "opt-in-status", values: ["opt-in-not-required"] }] },
        { provider },
    );
    const cluster = new EksCluster(
        "foundation",
        { ...args, ...settings, api, zones: [...names].sort().slice(0, zones) },
        { providers: [provider] },
    );
    const onCluster = new kubernetes.Provider("cluster", { kubeconfig: cluster.kubeconfig });
    cluster.storageClass(onCluster);
    const { namespaces } = new ClusterServices(
        "services",
        { ...args, accountAnnotations: cluster.accountAnnotations, quotas, operators },
        // Its pods need nodes, and its objects have to go before them.
        { providers: [onCluster], dependsOn: [cluster] },
    );
    return { ...cluster.contract(namespaces) };
};
