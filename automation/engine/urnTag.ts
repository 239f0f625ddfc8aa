/**
 * The tag by which a resource says which one of a stack it is, so that a create whose answer was lost can be looked up:
 * `tidegate:urn` on AWS and Azure, the label `tidegate-urn` on Google Cloud. Pure.
 * Sources of what a value may be: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html#id_tags_naming_best_practices
 * (256 characters of `letters digits space _ . : / = + - @`), https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources
 * (256 characters), https://cloud.google.com/resource-manager/docs/labels-overview (63 of `a-z 0-9 _ -`).
 */
import { createHash } from "node:crypto";
import { at, isRecord } from "../../components/provider/values";
import type { PendingCreate } from "./pending";

export const urnTag = "tidegate:urn";
export const urnLabel = "tidegate-urn";

const longest = 256;

const digest = (text: string, digits: number): string =>
    createHash("sha256").update(text).digest("hex").slice(0, digits);

/** The URN, with `+` for what tags may not hold; the end of one that is too long is a digest of it. */
export function tagValueOf(urn: string): string {
    const value = urn.replace(/[^\p{L}\p{N} _.:/=+@-]/gu, "+");
    return value.length <= longest ? value : `${value.slice(0, longest - 33)}+${digest(urn, 32)}`;
}

/** 160 bits of the URN's SHA-256. */
export const labelValueOf = (urn: string): string => digest(urn, 40);

const textIn = (values: unknown, key: string): string | undefined => {
    const found = isRecord(values) ? values[key] : undefined;
    return typeof found === "string" ? found : undefined;
};

/** Where Google's types have their labels; of a dot on, below a member. */
export const labelInputs = ["labels", "resourceLabels", "settings.userLabels"] as const;

/** The tag or label among these inputs, of whatever cloud; undefined where there is none. */
export const tagAmong = (inputs: Readonly<Record<string, unknown>>): string | undefined =>
    textIn(inputs["tags"], urnTag) ??
    labelInputs.map((input) => textIn(at(inputs, input.split(".")), urnLabel)).find((value) => value !== undefined);

/** Of a region or project that a program gives: nothing that a shell or the cloud's command line would take for more. */
const plain = (value: string | undefined): string | undefined =>
    value !== undefined && /^[\w.:-]+$/.test(value) ? value : undefined;

/**
 * The command of the cloud's own command line that finds what was to be created, by its tag: it prints what importIdOf takes.
 * Undefined where the resource was given no tag. What it finds nothing of may be too new to be listed: minutes, on AWS and
 * Google Cloud.
 */
export function findCommand({ type, inputs }: Pick<PendingCreate, "type" | "inputs">): readonly string[] | undefined {
    const [cloud = "", service = ""] = type.split(/[:/]/);
    const tag = tagAmong(inputs);
    if (tag === undefined) return undefined;
    if (cloud === "aws") {
        // Those of IAM, which are in no region, are listed in this one.
        const region = service === "iam" ? "us-east-1" : plain(textIn(inputs, "region"));
        return [
            ...["aws", "resourcegroupstaggingapi", "get-resources", "--tag-filters", `Key=${urnTag},Values=${tag}`],
            ...["--query", "ResourceTagMappingList[].ResourceARN", "--output", "text"],
            ...(region === undefined ? [] : ["--region", region]),
        ];
    }
    if (cloud === "azure-native")
        return ["az", "resource", "list", "--tag", `${urnTag}=${tag}`, "--query", "[].id", "--output", "tsv"];
    if (cloud !== "gcp") return undefined;
    const project = plain(textIn(inputs, "project"));
    return [
        ...["gcloud", "asset", "search-all-resources", `--query=labels.${urnLabel}=${tag}`, "--format=value(name)"],
        ...(project === undefined ? [] : [`--scope=projects/${project}`]),
    ];
}

/** What Pulumi's types of AWS are imported by that have tags, and no name that tells it; of an ARN. */
const awsIds: readonly (readonly [type: RegExp, id: (arn: string) => string | undefined])[] = [
    [/^aws:(ec2|vpc|ec2transitgateway|kms)\//, (arn) => arn.split("/").at(-1)],
    [/^aws:(msk|iam\/openIdConnectProvider|iam\/policy)/, (arn) => arn],
    [/^aws:eks\/addon:/, (arn) => /:addon\/([^/]+\/[^/]+)\//.exec(arn)?.[1]?.replace("/", ":")],
];

/**
 * The id by which Pulumi knows what a cloud's command line has found: of an ARN, of a name of Google's asset inventory, of
 * an id of Azure. Undefined where that cannot be told of its type.
 * Source: the section "Import" of each type in its SDK; https://cloud.google.com/asset-inventory/docs/asset-names
 */
export function importIdOf(type: string, found: string): string | undefined {
    if (type.startsWith("aws:"))
        return /^arn:[\w-]+:/.test(found) ? awsIds.find(([of]) => of.test(type))?.[1](found) : undefined;
    if (type.startsWith("gcp:")) return /^\/\/[\w.-]+\.googleapis\.com\/(projects\/.+)$/.exec(found)?.[1];
    return type.startsWith("azure-native:") && found.startsWith("/subscriptions/") ? found : undefined;
}
