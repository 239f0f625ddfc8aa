import { z } from "zod";
import { secretRef } from "../secretRef";

/** Whom clients say that they are. */
const auth = z.discriminatedUnion("mode", [
    z.strictObject({ mode: z.literal("none").describe("the network alone keeps others out") }),
    z.strictObject({
        mode: z.literal("oauth2").describe("a token for a client id and its secret"),
        tokenEndpoint: z
            .url({ protocol: /^https$/, error: "has to be an address of https://" })
            .describe("Of the identity provider."),
        scope: z.string().min(1).nullable().default(null),
        secretRef: secretRef.describe("A JSON object with the members clientId and clientSecret."),
    }),
    z.strictObject({
        mode: z.literal("serviceAccount").describe("the token of a workload's service account on the cluster"),
        audience: z.string().min(1).describe("That the catalog wants in it."),
    }),
]);

export const external = z.strictObject({
    profile: z.literal("external").describe("an Iceberg REST catalog that somebody else runs"),
    type: z.literal("rest").default("rest"),
    uri: z
        .url({ protocol: /^https?$/ })
        .refine(
            (uri) => !/^[a-z]+:\/\/[^/]*@/i.test(uri),
            "has user and password in it: say under catalog.auth how clients get in",
        )
        .describe("With the path of the catalog, without that of its version."),
    warehouse: z.string().min(1).describe("As the catalog names it. It has to lie on the storage of this environment."),
    auth: auth.prefault({ mode: "none" }),
    attach: z
        .boolean()
        .default(false)
        .describe("Whether DuckDB can ATTACH it, as it can Lakekeeper. dbt on a cluster needs that."),
    properties: z
        .record(z.string().regex(/^[A-Za-z][\w.-]*$/, "the name of a property of Iceberg's REST client"), z.string())
        .default({})
        .describe("Further properties of Iceberg's REST clients. No secret may be among them."),
});
