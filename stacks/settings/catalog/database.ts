/** PostgreSQL for Lakekeeper, wherever it is. */
import { z } from "zod";
import { secretRef } from "../secretRef";

const size = {
    version: z
        .string()
        .regex(/^1[5-8]$/, "a major version of PostgreSQL from 15 on")
        .default("17"),
    highAvailability: z.boolean().default(true).describe("A second one in another zone."),
};
const gibibytes = z.number().int().min(20).max(16_384);

const rds = z.strictObject({
    kind: z.literal("rds").describe("Amazon RDS"),
    ...size,
    instanceClass: z
        .string()
        .regex(/^db\.[a-z0-9]+\.[a-z0-9]+$/, "e.g. db.t4g.medium")
        .default("db.t4g.medium"),
    storageGb: gibibytes.default(20).describe("GiB, to begin with: a later change has no effect."),
    maxStorageGb: gibibytes.default(100).describe("GiB that it grows to by itself."),
    backupDays: z.number().int().min(1).max(35).default(14).describe("In which any moment can be had back."),
});
const cloudsql = z.strictObject({
    kind: z.literal("cloudsql").describe("Google Cloud SQL"),
    ...size,
    tier: z
        .string()
        .regex(/^db-[a-z0-9-]+$/, "e.g. db-custom-2-7680")
        .default("db-custom-2-7680"),
    storageGb: gibibytes.default(20).describe("GiB, to begin with: it grows by itself."),
    backupDays: z.number().int().min(1).max(365).default(14).describe("Daily backups that are kept."),
});
const flexibleServer = z.strictObject({
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
});
const cluster = z.strictObject({
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
});
const external = z.strictObject({
    kind: z.literal("external").describe("one that somebody else runs, with TLS and its extensions"),
    host: z.string().min(1),
    port: z.number().int().min(1).max(65_535).default(5432),
    databaseName: z.string().min(1).default("lakekeeper"),
    secretRef: secretRef.describe("Of its owner: a JSON object with the members username and password."),
});

export const database = z.discriminatedUnion("kind", [rds, cloudsql, flexibleServer, cluster, external]);

/** Of the database and its owner, in SQL and in the rules of who gets in. */
const databaseName = z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,62}$/, "1 to 63 lower-case letters, digits and _, no digit first");

/** By the components' arguments. */
export const databaseRules = {
    rds: { ...rds.shape, databaseName },
    cloudsql: { ...cloudsql.shape, databaseName },
    flexibleServer: { ...flexibleServer.shape, databaseName },
    cluster: { ...cluster.shape, databaseName },
    external: external.shape,
} as const;

/** The cloud of each database, and the clusters in whose networks it is put. */
export const databaseClouds = {
    rds: { cloud: "aws", cluster: "eks" },
    cloudsql: { cloud: "gcp", cluster: "gke" },
    flexibleServer: { cloud: "azure", cluster: "aks" },
} as const;
