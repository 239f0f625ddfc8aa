import * as kubernetes from "@pulumi/kubernetes";
import { log } from "@pulumi/pulumi";
import { gcpProvider } from "../../../components/cloud/gcp";
import { GkeCluster } from "../../../components/foundation/gke";
import { ClusterServices } from "../../../components/foundation/services";
import { cloudArgs } from "../../environment";
import type { Build } from "../../profile";

export const build: Build<"foundation", "gke"> = (
    { environment },
    { profile: _, operators, quotas, nodes, ...settings },
) => {
    const args = cloudArgs(environment, "foundation", "gcp");
    const { api } = settings;
    if (!api.dns && api.publicCidrs.length + api.privateCidrs.length === 0)
        void log.warn(
            "The API server is reached from inside the platform's network alone: run this there, or say in foundation.api who else reaches it.",
        );
    const cluster = new GkeCluster(
        "foundation",
        { ...args, ...settings, ...(nodes === undefined ? {} : { nodes }) },
        { providers: [gcpProvider(args.account, args.tags)] },
    );
    const onCluster = new kubernetes.Provider("cluster", { kubeconfig: cluster.kubeconfig });
    const { namespaces } = new ClusterServices(
        "services",
        { ...args, accountAnnotations: cluster.accountAnnotations, quotas, operators },
        // Its pods need nodes, and its objects have to go before them.
        { providers: [onCluster], dependsOn: [cluster] },
    );
    return Promise.resolve({ ...cluster.contract(namespaces) });
};
