import { z } from "zod";
import { secretRef } from "../../secretRef";

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

const size = {
    version: z
        .string()
        .regex(/^1[5-8]$/, "a major version of PostgreSQL from 15 on")
        .default("17"),
    highAvailability: z.boolean().default(true).describe("A second one in another zone."),
};
const gibibytes = z.number().int().min(20).max(16_384);

const database = z.discriminatedUnion("kind", [
    z.strictObject({
        kind: z.literal("rds").describe("Amazon RDS"),
        ...size,
        instanceClass: z
            .string()
            .regex(/^db\.[a-z0-9]+\.[a-z0-9]+$/, "e.g. db.t4g.medium")
            .default("db.t4g.medium"),
        storageGb: gibibytes.default(20).describe("GiB, to begin with: a later change has no effect."),
        maxStorageGb: gibibytes.default(100).describe("GiB that it grows to by itself."),
        backupDays: z.number().int().min(1).max(35).default(14).describe("In which any moment can be had back."),
    }),
    z.strictObject({
        kind: z.literal("cloudsql").describe("Google Cloud SQL"),
        ...size,
        tier: z
            .string()
            .regex(/^db-[a-z0-9-]+$/, "e.g. db-custom-2-7680")
            .default("db-custom-2-7680"),
        storageGb: gibibytes.default(20).describe("GiB, to begin with: it grows by itself."),
        backupDays: z.number().int().min(1).max(365).default(14).describe("Daily backups that are kept."),
    }),
    z.strictObject({
        kind: z.literal("flexibleServer").describe("Azure Database for PostgreSQL"),
        ...size,
        sku: z
            .string()
            .regex(/^Standard_[A-Za-z0-9_]+$/, "of the general purpose, e.g. Standard_D2ds_v5")
            .default("Standard_D2ds_v5"),
        storageGb: z
            .union([32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384].map((gb) => z.literal(gb)))
            .default(32)
            .describe("GiB, to begin with: it grows by itself."),
        backupDays: z.number().int().min(7).max(35).default(14).describe("In which any moment can be had back."),
    }),
    z.strictObject({
        kind: z
            .literal("cluster")
            .describe("a pod of the cluster with one volume, for what is small: nobody makes a backup of it"),
        storageGb: z
            .number()
            .int()
            .min(1)
            .max(1024)
            .default(10)
            .describe("GiB. More later where the class of the volume allows, less never."),
        storageClass: z
            .string()
            .regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, "the name of a storage class")
            .optional()
            .describe("Of the volume. Default: the cluster's default class. A change loses the data."),
        memoryMiB: z.number().int().min(256).max(65_536).default(512).describe("That the pod has, and no more."),
    }),
    z.strictObject({
        kind: z.literal("external").describe("one that somebody else runs, with TLS and its extensions"),
        host: z.string().min(1),
        port: z.number().int().min(1).max(65_535).default(5432),
        databaseName: z.string().min(1).default("lakekeeper"),
        secretRef: secretRef.describe("Of its owner: a JSON object with the members username and password."),
    }),
]);

/** The cloud of each database, and the clusters in whose networks it is put. */
export const databaseClouds = {
    rds: { cloud: "aws", cluster: "eks" },
    cloudsql: { cloud: "gcp", cluster: "gke" },
    flexibleServer: { cloud: "azure", cluster: "aks" },
} as const;

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
