/** How Flink in a container reaches broker, storage and catalog: by their names in the networks that it has joined. */
import type { PipelineOptions, PipelinePlatform } from "./pipeline";

/** Absolute, in the containers of Flink. */
export const dockerFiles = {
    jaas: "/tidegate/jaas.conf",
    authority: "/tidegate/ca.pem",
    credentials: "/tidegate/credentials",
} as const;

/** The platform as the SQL in containers is rendered from it. The image's connector is not shaded: images/flink. */
export function inContainers(platform: PipelinePlatform): Pick<PipelineOptions, "platform" | "connector"> {
    const { broker, catalog, storage } = platform;
    return {
        connector: "plain",
        platform: {
            ...platform,
            storage: inContainer(storage),
            broker: {
                ...broker,
                bootstrapServers: broker.docker?.bootstrapServers ?? broker.bootstrapServers,
                caFile: broker.caPem === null ? null : dockerFiles.authority,
            },
            catalog: catalog.type === "rest" ? { ...catalog, uri: catalog.docker?.uri ?? catalog.uri } : catalog,
        },
    };
}

/** The storage as a container sees it. */
export function inContainer<S extends Pick<PipelinePlatform["storage"], "fileIo" | "flinkFileSystem">>(storage: S): S {
    const docker = (storage as { readonly docker?: { readonly endpoint: string } | undefined }).docker;
    if (docker === undefined) return storage;
    const endpoint = { "s3.endpoint": docker.endpoint };
    return {
        ...storage,
        fileIo: { ...storage.fileIo, ...endpoint },
        flinkFileSystem: { ...storage.flinkFileSystem, ...endpoint },
    };
}
