/** What every component of a cloud is told, and how it marks what it makes. */
import type * as pulumi from "@pulumi/pulumi";

export interface CloudArgs {
    /** Name of the environment, e.g. `prod`; resources carry it in their names. */
    environment: string;
    /** On every resource that takes tags or labels. @default none */
    tags?: Readonly<Record<string, string>>;
    /** Whether what holds data cannot be deleted. @default true */
    protectData?: boolean;
    /** Changes any resource of the component before it is registered, for what it does not foresee. @default none */
    transform?: pulumi.ResourceTransform;
}

/** Options of a component whose children its `transform` is to see. */
export const withTransform = (
    { transform }: Pick<CloudArgs, "transform">,
    options: pulumi.ComponentResourceOptions = {},
): pulumi.ComponentResourceOptions =>
    transform === undefined ? options : { ...options, transforms: [...(options.transforms ?? []), transform] };

/** The tags of a layer's resources: what they belong to, over those that the environment names. */
export const tagsOf = (
    { environment, tags = {} }: Pick<CloudArgs, "environment" | "tags">,
    layer: string,
): Record<string, string> => ({ ...tags, environment, layer, "managed-by": "tidegate" });
