/** What the settings of several layers are made of. */
import { z } from "zod";
import { topicName } from "../../components/broker/topicNames";

/** The name of an environment is the first part of its stacks' names, `<environment>-<layer>`. */
export const environmentName = z
    .string()
    .regex(/^[a-z][a-z0-9]{0,19}$/, "1 to 20 lower-case letters and digits, a letter first");

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

/**
 * What a topic has, whatever broker it is on. Kafka has no most of partitions: here a slip of the pen is refused, for they
 * never become fewer, and what a service refuses by its profile (components/broker: eventhubsChecks, confluentLimits).
 */
const sizes = (partitions: number, retentionHours: number) => ({
    partitions: z.number().int().min(1).max(1000).default(partitions),
    retentionHours: hours.default(retentionHours),
});

/** A topic of the data set, which names it. */
const topic = (partitions: number, retentionHours: number) =>
    z.strictObject(sizes(partitions, retentionHours)).prefault({});

/** Of every broker profile. */
export const topicSettings = {
    events: topic(3, 72),
    deadLetters: topic(1, 168),
    moreTopics: z
        .array(
            z.strictObject({
                name: z.string().regex(topicName, "letters, digits, '.', '_' or '-', at most 249 of them"),
                ...sizes(3, 72),
            }),
        )
        .default([])
        .describe(
            "Topics beside the data set's, for what else uses the brokers. No workload of the platform gets a grant on them.",
        ),
};
