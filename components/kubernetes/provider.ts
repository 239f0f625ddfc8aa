/** The provider of a platform's cluster. */
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Upstream } from "../../stacks/layer";

/** Explicit, so that nothing depends on which cluster a shell happens to name. */
export const kubernetesProvider = (
    { kubeconfig }: Pick<Upstream<"foundation">, "kubeconfig">,
    options?: pulumi.ResourceOptions,
): kubernetes.Provider => new kubernetes.Provider("kubernetes", { kubeconfig, enableServerSideApply: true }, options);
