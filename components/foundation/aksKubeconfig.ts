/** The kubeconfig of a cluster on Azure whose local accounts are off. */
import * as containerservice from "@pulumi/azure-native/containerservice";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { z } from "zod";

/** Of the API server of every AKS cluster in Entra ID. Source: https://azure.github.io/kubelogin/concepts/aks.html */
const serverApplication = "6dae42f8-4368-4678-94ff-3960e28e3630";

const answerSchema = z.object({
    clusters: z
        .array(
            z.object({
                cluster: z.object({ server: z.url(), "certificate-authority-data": z.string().min(1) }),
            }),
        )
        .min(1),
});

/**
 * Address and authority are what Azure answers; who one is kubelogin asks of `az login`, at a person's machine as in a
 * pipeline. No key, and no token, is in it.
 */
export function aksKubeconfig(
    resourceGroupName: pulumi.Input<string>,
    resourceName: pulumi.Input<string>,
    tenantId: string,
    parent: pulumi.Resource,
): pulumi.Output<string> {
    const answer = containerservice.listManagedClusterUserCredentialsOutput(
        { resourceGroupName, resourceName },
        { parent },
    );
    return pulumi.secret(
        pulumi
            .all([answer.kubeconfigs, resourceName])
            .apply(([kubeconfigs, name]) => kubeconfigOf(kubeconfigs[0]?.value ?? "", name, tenantId)),
    );
}

/** @param encoded a kubeconfig in base64, of which only the cluster is taken */
function kubeconfigOf(encoded: string, name: string, tenantId: string): string {
    const [found] = answerSchema.parse(parse(Buffer.from(encoded, "base64").toString("utf8"))).clusters;
    const args = ["get-token", "--login", "azurecli", "--tenant-id", tenantId, "--server-id", serverApplication];
    return JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        "current-context": name,
        clusters: [{ name, cluster: found?.cluster }],
        contexts: [{ name, context: { cluster: name, user: name } }],
        users: [
            {
                name,
                user: {
                    exec: {
                        apiVersion: "client.authentication.k8s.io/v1",
                        command: "kubelogin",
                        args,
                        interactiveMode: "Never",
                        installHint: "https://azure.github.io/kubelogin/install.html",
                    },
                },
            },
        ],
    });
}
