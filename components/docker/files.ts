/**
 * Configuration and secrets of a container as files. Docker shows the environment of a container to whoever may ask its
 * API, and takes no file into one whose root is read-only; so a container that is never started carries the files into a
 * volume, which others mount read-only. They reach the Engine by its API: nothing is written on this machine.
 * Sources: https://docs.docker.com/reference/cli/docker/container/cp/, and resource_docker_container_funcs.go of
 * https://github.com/kreuzwerker/terraform-provider-docker (`upload`: after create and before start, into `/`, as root)
 */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { Layer } from "../../stacks/contracts";
import { labelsOf, nameOf, volumeOf, type DockerArgs } from "./args";

/** Where every container finds its files. */
export const filesPath = "/tidegate";

export interface FilesArgs {
    readonly layer: Layer;
    /** Of the container that reads them: `kafka`. */
    readonly what: string;
    /** Any image will do, as nothing of it is run: that of who reads them is there anyway. */
    readonly image: pulumi.Input<string>;
    /** Content by name. */
    readonly files: Readonly<Record<string, pulumi.Input<string>>>;
}

export interface Files {
    readonly volume: docker.Volume;
    /** Another one where a file has changed: who reads them at its start has to be started again. */
    readonly revision: pulumi.Output<string>;
}

/**
 * Every user in the container may read them, as the Engine makes them root's and programs run as others; of the machine's
 * users only root gets at a volume.
 */
const mode = "0444";

export function filesOf(
    args: DockerArgs,
    { layer, what, image, files }: FilesArgs,
    options: pulumi.CustomResourceOptions,
): Files {
    const volume = volumeOf(args, { layer, what: `${what}-files`, data: false }, `${layer}-${what}-files`, options);
    const carrier = new docker.Container(
        `${layer}-${what}-carrier`,
        {
            name: nameOf(args, `${what}-carrier`),
            image,
            labels: labelsOf(args, layer),
            start: false,
            mustRun: false,
            networkMode: "none",
            volumes: [{ volumeName: volume.name, containerPath: filesPath }],
            uploads: Object.entries(files).map(([name, content]) => ({
                file: `${filesPath}/${name}`,
                content,
                permissions: mode,
            })),
        },
        { ...options, deleteBeforeReplace: true, dependsOn: [volume] },
    );
    return { volume, revision: carrier.id };
}
