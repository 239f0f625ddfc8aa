import { z } from "zod";
import { brokersOf, planForm } from "../../../components/broker/aivenPlans";
import { isInternet } from "../../../components/cloud/internet";
import { topicSettings } from "../common";

export const aiven = z
    .strictObject({
        profile: z.literal("aiven").describe("Aiven for Apache Kafka"),
        project: z
            .string()
            .regex(/^[a-z0-9][a-z0-9-]{1,62}$/, "the name of a project of Aiven")
            .describe("It has to be there."),
        cloudName: z
            .string()
            .regex(/^(aws|google|azure|do|upcloud)-[a-z0-9-]+$/, "cloud and region, e.g. aws-eu-west-1")
            .describe("Where it runs, e.g. aws-eu-west-1: near to Flink."),
        plan: z
            .string()
            .refine((name) => (brokersOf(name) ?? 0) >= 3, `has to be ${planForm}, of at least 3 brokers`)
            .default("business-4")
            .describe("Size and number of the brokers."),
        kafkaVersion: z
            .string()
            .regex(/^\d+\.\d+$/, "two numbers, e.g. 4.1")
            .default("4.1"),
        projectVpcId: z
            .string()
            .min(1)
            .optional()
            .describe("A VPC of the project, peered with the network that Flink is in."),
        allowedNetworks: z
            .array(z.union([z.cidrv4(), z.cidrv6()]))
            .refine(
                (networks) => !isInternet(networks),
                "is the whole internet, all of them together: name the networks that Flink and producers connect from",
            )
            .default([])
            .describe("Networks that may connect. Needed without projectVpcId: Aiven would let everybody."),
        maintenance: z
            .strictObject({
                day: z
                    .enum(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])
                    .default("sunday"),
                time: z
                    .string()
                    .regex(/^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/, "HH:mm:ss, UTC")
                    .default("03:00:00"),
            })
            .prefault({})
            .describe("When the brokers may be restarted one by one for updates, UTC."),
        ...topicSettings,
    })
    .superRefine(({ projectVpcId, allowedNetworks }, context) => {
        if (projectVpcId === undefined && allowedNetworks.length === 0)
            context.addIssue({
                code: "custom",
                path: ["allowedNetworks"],
                message:
                    "has to name who may connect, where there is no projectVpcId: Aiven would let the whole internet",
            });
    });
