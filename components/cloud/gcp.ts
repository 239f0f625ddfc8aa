/** The provider of an environment's Google Cloud project. */
import { Provider } from "@pulumi/gcp/provider";
import type * as pulumi from "@pulumi/pulumi";

export interface GcpAccount {
    /** Id of the project, not its name or number. */
    project: string;
    region: string;
}

/** Explicit, so that nothing depends on which project or region a shell or gcloud happens to name. */
export const gcpProvider = (
    { project, region }: GcpAccount,
    tags: Readonly<Record<string, string>>,
    options?: pulumi.ResourceOptions,
): Provider => new Provider("gcp", { project, region, defaultLabels: { ...tags } }, options);
