/** What rows of AWS have in common. */
import type { SimulatedCloud } from "../../cloud";
import type { Making } from "../../row";
import type { Values } from "../../../../components/provider/values";

/** Of the account that the provider is allowed to work in; a made-up one where it says nothing. */
export function accountId(settings: Values): string {
    const allowed = settings["allowedAccountIds"];
    return Array.isArray(allowed) && typeof allowed[0] === "string" ? allowed[0] : "000000000000";
}

export const regionOf = ({ settings, inputs }: Pick<Making, "settings" | "inputs">): string =>
    String(inputs["region"] ?? settings["region"] ?? "us-east-1");

/** `arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE` */
export const arn =
    (service: string, resource: (making: Making) => string) =>
    (making: Making): string =>
        `arn:aws:${service}:${regionOf(making)}:${accountId(making.settings)}:${resource(making)}`;

/** Tags with those of the provider's `defaultTags` below them. */
export function tagsAll({ inputs, settings }: Making): Values {
    const defaults = settings["defaultTags"] as { tags?: Values } | undefined;
    return { ...defaults?.tags, ...(inputs["tags"] as Values | undefined) };
}

/** Address of the page of a resource of the provider's documentation. */
export const page = (module: string, resource: string): string =>
    `https://www.pulumi.com/registry/packages/aws/api-docs/${module}/${resource}/`;

/** `vpc-0123…`: a prefix and seventeen hexadecimal digits, as EC2 has them. */
export const idOf =
    (prefix: string) =>
    ({ token }: Pick<Making, "token">): string =>
        `${prefix}-0${token}0000`;

const subnet = "aws:ec2/subnet:Subnet";

/** Zones of these subnets; those that are not there have none. */
export const zonesOf = (subnetIds: readonly unknown[], cloud: SimulatedCloud): ReadonlySet<unknown> =>
    new Set(
        subnetIds
            .map((id) => cloud.get(subnet, String(id))?.outputs["availabilityZone"])
            .filter((zone) => zone !== undefined),
    );
