/**
 * Changes to resources that no setting foresees: a function for a layer sees every resource of it before it is registered,
 * and may change its arguments and options. Source: https://www.pulumi.com/docs/iac/concepts/resources/options/transforms/
 */
import type { ResourceTransform } from "@pulumi/pulumi";
import type { Layer } from "./contracts";

export const transforms: { readonly [L in Layer]?: ResourceTransform } = {};
