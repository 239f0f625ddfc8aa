import { z } from "zod";
import { externalProblems } from "../../../components/broker/externalRules";
import { saslMechanisms, securityProtocols } from "../../contracts";
import { secretRef } from "../secretRef";
import { topicSettings } from "../common";

export const external = z
    .strictObject({
        profile: z.literal("external").describe("brokers that somebody else runs, with the data set's topics on them"),
        bootstrapServers: z.string().describe("host:port[,host:port…]"),
        securityProtocol: z.enum(securityProtocols).default("SASL_SSL"),
        saslMechanism: z.enum(saslMechanisms).optional().describe("Needed with SASL_SSL and SASL_PLAINTEXT."),
        secretRef: secretRef
            .optional()
            .describe("Where user and password are kept: a JSON object with the members username and password."),
        caFile: z
            .string()
            .min(1)
            .optional()
            .describe(
                "PEM file of the certificate authority, absolute or from the root of the project. Default: the public ones.",
            ),
        clientProperties: z
            .record(z.string().regex(/^[a-z][a-z0-9.]*$/, "the name of a property of Kafka's clients"), z.string())
            .default({})
            .describe("Further properties of Kafka's clients. No secret may be among them."),
        insecure: z
            .boolean()
            .default(false)
            .describe("Agrees that records cross a network readable, where it is not known to be private."),
        // As they are there: gates compare.
        ...topicSettings,
    })
    .superRefine((settings, context) => {
        for (const { path, message } of externalProblems({ ...settings, trusts: settings.caFile !== undefined }))
            context.addIssue({ code: "custom", path: [...path], message });
    });
