import { z } from "zod";
import { publishedPort } from "../common";

export const docker = z.strictObject({
    type: z.literal("rest").default("rest"),
    profile: z.literal("docker").describe("Lakekeeper and its PostgreSQL as containers"),
    acceptTermsOfUse: z.literal(true).describe("That you have read the terms of use of Lakekeeper, which it asks for."),
    warehouse: z
        .string()
        .regex(/^[a-z][a-z0-9_-]{0,62}$/, "lower-case letters, digits, _ and -, a letter first")
        .default("lake"),
    ports: z.strictObject({ catalog: publishedPort(8181) }).prefault({}),
});
