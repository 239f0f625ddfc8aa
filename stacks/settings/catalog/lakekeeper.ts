import { z } from "zod";
import { secretRef } from "../secretRef";
import { database } from "./database";

/** Of the machine that rolls out; another name than `secretRef`, which everything on the cluster looks up. */
const operator = z.string().regex(/^(env:\/\/[A-Za-z_][A-Za-z0-9_]*|file:\/\/\/.+)$/, "env://VARIABLE or file:///PATH");
const https = z.url({ protocol: /^https$/ });

/** Whom clients say that they are. There is none without: who reaches it could read and drop every table. */
const auth = z.discriminatedUnion("mode", [
    z.strictObject({
        mode: z.literal("oauth2").describe("tokens of an identity provider"),
        providerUri: https.describe("The issuer, without .well-known/openid-configuration."),
        audience: z.string().min(1).describe("That Lakekeeper wants in a token."),
        subjectClaim: z.string().min(1).default("sub").describe("Who a client is. Entra: oid."),
        tokenEndpoint: https,
        scope: z.string().min(1).nullable().default(null),
        secretRef: secretRef.describe(
            "Of the workloads' client: a JSON object with the members clientId and clientSecret.",
        ),
        operator: operator.describe("The same of the client that rolls out, and that administers Lakekeeper."),
    }),
    z.strictObject({
        mode: z.literal("serviceAccount").describe("tokens of service accounts on the cluster"),
        audience: z.string().min(1).default("lakekeeper").describe("That Lakekeeper wants in a token."),
        operator: operator.describe(
            "Such a token of the account that rolls out, and that administers Lakekeeper: kubectl create token ACCOUNT --audience lakekeeper.",
        ),
    }),
]);

const ingress = z.strictObject({
    className: z.string().min(1).describe("Of the cluster's ingress controller, which is not installed here."),
    tlsSecretName: z
        .string()
        .min(1)
        .optional()
        .describe("Of its certificate, in the catalog's namespace; without it the controller's own is taken."),
    annotations: z.record(z.string().min(1), z.string()).default({}).describe("e.g. of cert-manager."),
    controllerNamespace: z.string().min(1).default("ingress-nginx").describe("Whose pods are let in."),
    controllerCidrs: z
        .array(z.cidrv4())
        .default([])
        .describe("Of a cloud's load balancer, which reaches pods itself: it is let in too."),
});

export const lakekeeper = z.strictObject({
    profile: z.literal("lakekeeper").describe("Lakekeeper on the cluster, by its Helm chart"),
    type: z.literal("rest").default("rest"),
    acceptTermsOfUse: z.literal(true).describe("That you have read the terms of use of Lakekeeper."),
    host: z
        .string()
        .regex(/^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/, "a name such as catalog.example.com")
        .describe("Under which pods, and the machine that rolls out, reach it by HTTPS. Its name is not made here."),
    ingress,
    auth,
    database,
    warehouse: z
        .string()
        .regex(/^[a-z][a-z0-9_-]{0,62}$/, "lower-case letters, digits, _ and -, a letter first")
        .default("lake"),
    softDeleteDays: z
        .number()
        .int()
        .min(0)
        .max(90)
        .default(7)
        .describe(
            "For which a dropped table can be had back. Until then clients delete no files of it, nor maintenance.",
        ),
    replicas: z.number().int().min(2).max(20).default(2),
    monitoringNamespace: z.string().min(1).default("monitoring").describe("Where Prometheus runs, which is let in."),
    secretStore: z
        .strictObject({
            kind: z.enum(["SecretStore", "ClusterSecretStore"]).default("ClusterSecretStore"),
            name: z.string().min(1),
        })
        .optional()
        .describe(
            "A store of External Secrets that somebody has set up, for the password of a database that somebody else runs. Default: one is made, which the catalog's own identity reads.",
        ),
});
