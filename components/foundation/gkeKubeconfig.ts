/** How a cluster of GKE is reached: by a token that `gke-gcloud-auth-plugin` makes of whatever credentials are there. */
import type * as container from "@pulumi/gcp/container";
import * as pulumi from "@pulumi/pulumi";

/** Secret although there is no key in it: it tells where the cluster is. */
export function gkeKubeconfig(
    { name, endpoint, masterAuth, controlPlaneEndpointsConfig }: container.Cluster,
    dns: boolean,
): pulumi.Output<string> {
    const exec = {
        apiVersion: "client.authentication.k8s.io/v1beta1",
        command: "gke-gcloud-auth-plugin",
        installHint: "https://cloud.google.com/kubernetes-engine/docs/how-to/cluster-access-for-kubectl",
        provideClusterInfo: true,
        interactiveMode: "Never",
    };
    const cluster = dns
        ? // Its certificate is signed by an authority that everybody trusts.
          { server: pulumi.interpolate`https://${controlPlaneEndpointsConfig.dnsEndpointConfig.endpoint}` }
        : {
              server: pulumi.interpolate`https://${endpoint}`,
              "certificate-authority-data": masterAuth.clusterCaCertificate,
          };
    return pulumi.secret(
        pulumi.jsonStringify({
            apiVersion: "v1",
            kind: "Config",
            clusters: [{ name, cluster }],
            contexts: [{ name, context: { cluster: name, user: name } }],
            "current-context": name,
            users: [{ name, user: { exec } }],
        }),
    );
}
