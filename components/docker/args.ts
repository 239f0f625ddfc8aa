/** What every component of containers is told, and how what it makes is called. */
import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { Layer } from "../../stacks/contracts";
import { tagsOf, type CloudArgs } from "../cloud/args";

/** As a component outside this machine. */
export type DockerArgs = CloudArgs;

/** Where everything is published: nobody but this machine reaches it. */
export const loopback = "127.0.0.1";

/** Of a container, a network or a volume: names are unique on one Docker Engine. */
export const nameOf = ({ environment }: Pick<DockerArgs, "environment">, what: string): string =>
    `tidegate-${environment}-${what}`;

/** Docker's own form of what clouds call tags. */
export const labelsOf = (args: DockerArgs, layer: Layer): { readonly label: string; readonly value: string }[] =>
    Object.entries(tagsOf(args, layer)).map(([label, value]) => ({ label: `tidegate.${label}`, value }));

/** The network of a layer. Layers that use it join; so no layer has to be there before another for a network's sake. */
export const networkOf = (
    args: DockerArgs,
    layer: Layer,
    name: string,
    options: pulumi.CustomResourceOptions,
): docker.Network =>
    new docker.Network(
        name,
        { name: nameOf(args, layer), driver: "bridge", labels: labelsOf(args, layer) },
        { ...options, deleteBeforeReplace: true },
    );

export interface VolumeArgs {
    readonly layer: Layer;
    /** Last part of its name. */
    readonly what: string;
    /** Whether it holds what cannot be had again. */
    readonly data: boolean;
}

export const volumeOf = (
    args: DockerArgs,
    { layer, what, data }: VolumeArgs,
    name: string,
    options: pulumi.CustomResourceOptions,
): docker.Volume =>
    new docker.Volume(
        name,
        {
            name: nameOf(args, what),
            driver: "local",
            labels: [...labelsOf(args, layer), { label: "tidegate.holds", value: data ? "data" : "scratch" }],
        },
        { ...options, protect: data && args.protectData !== false, deleteBeforeReplace: true },
    );
