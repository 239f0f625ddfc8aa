import { Provider } from "@pulumi/kubernetes/provider";
import { output } from "@pulumi/pulumi";
import { azureProvider } from "../../../components/cloud/azure";
import { AksCluster } from "../../../components/foundation/aks";
import { ClusterServices } from "../../../components/foundation/services";
import { cloudArgs } from "../../environment";
import type { Build } from "../../profile";

export const build: Build<"foundation", "aks"> = ({ environment }, { profile, operators, quotas, ...settings }) => {
    const args = cloudArgs(environment, "foundation", "azure");
    const cluster = new AksCluster(
        "foundation",
        { ...args, ...settings },
        { providers: [azureProvider(args.account)] },
    );
    const { clusterName, kubeconfig, oidcIssuer, identities, network, accountAnnotations } = cluster;
    const kubernetes = new Provider("kubernetes", { kubeconfig }, { dependsOn: [...cluster.ready] });
    const { namespaces } = new ClusterServices(
        "services",
        { ...args, operators, quotas, accountAnnotations },
        { providers: [kubernetes] },
    );
    return Promise.resolve({
        profile,
        clusterName,
        kubeconfig,
        oidcIssuer,
        namespaces: output(namespaces),
        identities,
        network,
    });
};
