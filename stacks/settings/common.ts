/** What the settings of several layers are made of. */
import { z } from "zod";

export const port = z
    .number()
    .int()
    .min(1024)
    .max(65535)
    .describe("A fixed loopback port. Default: any free one, kept once chosen.");

/** Of a container. It is fixed, because a broker tells its clients where to come. */
export const publishedPort = (usual: number) =>
    port.default(usual).describe("The loopback port under which this machine reaches the container.");

/** Limit of a container's memory. */
export const memoryMiB = (usual: number) => z.number().int().min(256).max(262_144).default(usual).describe("MiB");

export const hours = z
    .number()
    .int()
    .min(1)
    .max(24 * 365);

/** A topic of the data set, whatever broker it is on. */
const topic = (partitions: number, retentionHours: number) =>
    z
        .strictObject({
            partitions: z.number().int().min(1).max(64).default(partitions),
            retentionHours: hours.default(retentionHours),
        })
        .prefault({});

/** Of every broker profile. */
export const topicSettings = { events: topic(3, 72), deadLetters: topic(1, 168) };
