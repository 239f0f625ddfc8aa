import { z } from "zod";
import { confluentProblems } from "../../../components/broker/confluentLimits";
import { partitionsOf } from "../../../components/broker/topics";
import { clouds } from "../clouds";
import { topicSettings } from "../common";

const availability = z
    .enum(["single", "multi"])
    .default("multi")
    .describe("In one zone or in three; it cannot be changed later without a new cluster.");
const maxEcku = z
    .number()
    .int()
    .min(1)
    .max(152)
    .optional()
    .describe("Elastic units that the cluster grows to at most. Default: as many as its kind has.");

const cluster = z
    .discriminatedUnion("kind", [
        z.strictObject({ kind: z.literal("basic").describe("for trying out: in one zone"), maxEcku }),
        z.strictObject({ kind: z.literal("standard"), availability, maxEcku }),
        z.strictObject({
            kind: z.literal("enterprise").describe("over private connections alone: needs environmentId"),
            availability,
            maxEcku,
        }),
        z.strictObject({
            kind: z.literal("dedicated"),
            availability,
            cku: z.number().int().min(1).max(152).default(2).describe("Units that it has, and that are paid for."),
            network: z
                .string()
                .regex(/^n-[a-z0-9]+$/, "the id of a network of Confluent Cloud, n-…")
                .optional()
                .describe("A private network of environmentId. Default: reached over the internet, by TLS and a key."),
        }),
    ])
    .prefault({ kind: "standard" });

export const confluent = z
    .strictObject({
        profile: z.literal("confluent").describe("Confluent Cloud"),
        cloud: z.enum(clouds).describe("Whose machines it runs on: those that Flink is near to."),
        region: z
            .string()
            .regex(/^[a-z][a-z0-9-]{2,30}$/, "a region as its cloud names it, e.g. eu-west-1")
            .describe("As that cloud names it."),
        cluster,
        environmentId: z
            .string()
            .regex(/^env-[a-z0-9]+$/, "the id of an environment of Confluent Cloud, env-…")
            .optional()
            .describe("An environment of Confluent Cloud that is there. Default: one is made."),
        ...topicSettings,
    })
    .superRefine(({ cluster, cloud, environmentId, ...topics }, context) => {
        for (const { path, message } of confluentProblems({
            cluster,
            cloud,
            environmentId,
            partitions: partitionsOf(topics),
        }))
            context.addIssue({ code: "custom", path: [...path], message });
    });
