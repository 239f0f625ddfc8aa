/** Whether every resource has room for a file's tags beside the platform's own. Pure. */
import { urnLabel } from "../../automation/engine/urnTag";
import { tagsOf } from "../../components/cloud/args";
import { problem, type Problem } from "../../components/cloud/problem";
import { clouds, type Cloud } from "../settings/clouds";
import type { Environment } from "./environment";
import { cloudNames } from "./identities";

/** By `tagsOf` and stacks/urnTags.ts. */
const own = [...Object.keys(tagsOf({ environment: "" }, "")), urnLabel];

/** What a cloud takes on one resource, of the type that takes the fewest, and how many of these that type has from us. */
const room: Readonly<Record<Cloud, { readonly most: number; readonly ours: number; readonly on: string }>> = {
    // Subnets have a Name and a role for load balancers. Source: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
    aws: { most: 50, ours: own.length + 2, on: "a subnet" },
    // Source: https://cloud.google.com/resource-manager/docs/labels-overview
    gcp: { most: 64, ours: own.length, on: "a resource" },
    // Others take 50. Source: https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources#limitations
    azure: { most: 15, ours: own.length, on: "a private DNS zone" },
};

/** Of Azure's tags. Source: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftresources */
const reserved = /^(azure|microsoft|windows)/;

export function* tags(environment: Environment): Generator<Problem> {
    const names = Object.keys(environment.tags);
    for (const name of names) {
        if (own.includes(name))
            yield problem(
                `tags.${name}`,
                "is a tag of the platform's own, which says what a resource belongs to",
                "Give it another name.",
            );
        if (environment.azure !== undefined && reserved.test(name))
            yield problem(
                `tags.${name}`,
                "begins as Azure's own tags do, and it takes no such name",
                "Give it another name.",
            );
    }
    for (const cloud of clouds) {
        const { most, ours, on } = room[cloud];
        if (environment[cloud] !== undefined && names.length > most - ours)
            yield problem(
                "tags",
                `are ${names.length}, and ${on} of ${cloudNames[cloud]} takes ${most}, of which ${ours} are the platform's own`,
                `Leave at most ${most - ours}.`,
            );
    }
}
