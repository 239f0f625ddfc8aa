/**
 * A container that runs on: a read-only root, no capability, no way to more rights, a limit of memory, a check of its
 * health, ports at the loopback of this machine alone.
 */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { exitCodes, TidegateError } from "../../automation/core/errors";
import type { Layer } from "../../stacks/contracts";
import { labelsOf, loopback, nameOf, type DockerArgs } from "./args";
import { filesPath, type Files } from "./files";

export interface ServiceArgs {
    readonly layer: Layer;
    /** Last part of its name, and its name in the networks that it is in. */
    readonly what: string;
    /** Of `imageOf`, as the Engine has it. */
    readonly image: docker.RemoteImage;
    readonly entrypoint?: readonly string[];
    readonly command: readonly pulumi.Input<string>[];
    /** Never root. */
    readonly user: string;
    /** Nothing secret: everybody who may ask the Engine reads it. */
    readonly environment?: Readonly<Record<string, pulumi.Input<string>>>;
    /** What has to be secret after all, as the program takes it in no other way; each use says why. */
    readonly secretEnvironment?: Readonly<Record<string, pulumi.Input<string>>>;
    readonly files?: Files;
    readonly volumes?: readonly { readonly volume: docker.Volume; readonly path: string }[];
    /** Paths of directories in memory, with their size in MiB. @default /tmp of 64 */
    readonly memoryDirectories?: Readonly<Record<string, number>>;
    /** None: it has no network at all. */
    readonly networks: readonly pulumi.Input<string>[];
    /** Port in the container → port of this machine. */
    readonly ports?: Readonly<Record<number, number>>;
    readonly memoryMiB: number;
    /** A command, without a shell unless it names one; status 0 is well. */
    readonly healthy: readonly string[];
    /** For the first time to be healthy, in seconds. @default 120 */
    readonly startSeconds?: number;
    /** From the request to end until it is killed. @default 30 */
    readonly stopSeconds?: number;
    /** Another container where one of these changes, by a label. @default none */
    readonly follows?: Readonly<Record<string, pulumi.Input<string>>>;
    /** A small init reaps what is left of ended processes. @default true */
    readonly init?: boolean;
}

export function service(
    args: DockerArgs,
    given: ServiceArgs,
    { dependsOn = [], ...options }: pulumi.CustomResourceOptions & { readonly dependsOn?: pulumi.Resource[] },
): docker.Container {
    const { layer, what, networks, files, volumes = [], memoryDirectories = { "/tmp": 64 }, memoryMiB } = given;
    const { stopSeconds = 30, startSeconds = 120, healthy, ports = {}, user, image, entrypoint } = given;
    if (/^(0|root)(:|$)/.test(user))
        throw new TidegateError(`The container ${what} would run as root.`, {
            code: "container-as-root",
            hint: "Give it a user of its image that is none, by its number: what it writes is in volumes that are its own.",
            exitCode: exitCodes.usage,
        });
    const environment = Object.entries(given.environment ?? {}).map(
        ([key, value]) => pulumi.interpolate`${key}=${value}`,
    );
    const secrets = Object.entries(given.secretEnvironment ?? {}).map(([key, value]) =>
        pulumi.secret(pulumi.interpolate`${key}=${value}`),
    );
    return new docker.Container(
        `${layer}-${what}`,
        {
            name: nameOf(args, what),
            image: image.imageId,
            command: [...given.command],
            ...(entrypoint === undefined ? {} : { entrypoints: [...entrypoint] }),
            user,
            envs: [...environment, ...secrets],
            readOnly: true,
            capabilities: { drops: ["ALL"] },
            securityOpts: ["no-new-privileges:true"],
            init: given.init ?? true,
            restart: "unless-stopped",
            memory: memoryMiB,
            // As much as memory is no swap at all.
            memorySwap: memoryMiB,
            tmpfs: Object.fromEntries(
                Object.entries(memoryDirectories).map(([path, size]) => [
                    path,
                    `rw,nosuid,nodev,size=${size}m,mode=1777`,
                ]),
            ),
            volumes: [
                ...volumes.map(({ volume, path }) => ({ volumeName: volume.name, containerPath: path })),
                ...(files === undefined
                    ? []
                    : [{ volumeName: files.volume.name, containerPath: filesPath, readOnly: true }]),
            ],
            ...(networks.length === 0
                ? { networkMode: "none" }
                : { networksAdvanced: networks.map((name) => ({ name, aliases: [what] })) }),
            ports: Object.entries(ports).map(([internal, external]) => ({
                internal: Number(internal),
                external,
                ip: loopback,
                protocol: "tcp",
            })),
            healthcheck: {
                tests: ["CMD", ...healthy],
                interval: "5s",
                timeout: "10s",
                retries: 6,
                startPeriod: `${startSeconds}s`,
            },
            wait: true,
            waitTimeout: startSeconds + 60,
            stopTimeout: stopSeconds,
            destroyGraceSeconds: stopSeconds,
            logDriver: "json-file",
            logOpts: { "max-size": "10m", "max-file": "3" },
            labels: [
                ...labelsOf(args, layer),
                // Files are read once, at the start.
                ...Object.entries({ ...given.follows, ...(files === undefined ? {} : { files: files.revision }) }).map(
                    ([label, value]) => ({ label: `tidegate.${label}`, value }),
                ),
            ],
        },
        {
            ...options,
            // Its name and its ports can be had once.
            deleteBeforeReplace: true,
            dependsOn,
        },
    );
}

/** An image of images.lock, pulled. It stays when its container goes: other environments may run it. */
export const pulledImage = (
    name: string,
    reference: string,
    options: pulumi.CustomResourceOptions,
): docker.RemoteImage => new docker.RemoteImage(name, { name: reference, keepLocally: true }, options);
