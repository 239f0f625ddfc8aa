/** What a catalog that somebody else runs is refused for. */
import { problem, type Problem } from "../cloud/problem";
import type { ExternalCatalogArgs } from "./external";

/** Properties by which Iceberg's clients would be given a secret: they would stand in SQL and in the state. */
const secret = /^(credential|token|oauth2-server-uri)$|secret|password|access-key|sas-token/i;

export function* externalCatalogProblems({
    uri,
    auth,
    properties = {},
}: Pick<ExternalCatalogArgs, "uri" | "properties"> & { auth: { mode: string } }): Generator<Problem> {
    const given = Object.keys(properties).find((key) => secret.test(key));
    if (given !== undefined)
        yield problem(
            "catalog.properties",
            `The property '${given}' of the catalog would hold a secret in SQL, or what 'auth' is for.`,
            "Take it away, and say under catalog.auth how clients get in.",
        );
    if (auth.mode !== "none" && uri.startsWith("http:"))
        yield problem(
            "catalog.uri",
            `${uri} is not encrypted: whoever listens would have the tokens that clients present.`,
            "Give the catalog's https:// address.",
        );
}
