/** How a cluster of EKS is reached: by a token that `aws eks get-token` makes of whatever credentials are there. */
import type * as eks from "@pulumi/aws/eks";
import * as pulumi from "@pulumi/pulumi";

/** Secret although there is no key in it: it tells where the cluster is. */
export function eksKubeconfig(
    { name, endpoint, certificateAuthority }: Pick<eks.Cluster, "name" | "endpoint" | "certificateAuthority">,
    region: string,
): pulumi.Output<string> {
    const exec = {
        apiVersion: "client.authentication.k8s.io/v1beta1",
        command: "aws",
        args: ["eks", "get-token", "--cluster-name", name, "--region", region],
        interactiveMode: "Never",
    };
    return pulumi.secret(
        pulumi.jsonStringify({
            apiVersion: "v1",
            kind: "Config",
            clusters: [
                { name, cluster: { server: endpoint, "certificate-authority-data": certificateAuthority.data } },
            ],
            contexts: [{ name, context: { cluster: name, user: name } }],
            "current-context": name,
            users: [{ name, user: { exec } }],
        }),
    );
}
