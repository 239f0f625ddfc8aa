/** What in a URL of a backend, a ledger or a key would be a secret: nobody reads it from there, and everybody who reads the file would. Pure. */
import type { z } from "zod";
import { kindOf } from "../../policy/secrets/keyNames";

const credentials =
    "whoever runs it has them in the environment, as AWS_PROFILE, GOOGLE_APPLICATION_CREDENTIALS, AZURE_STORAGE_SAS_TOKEN, VAULT_TOKEN or by `pulumi login`";

/** Never with the secret itself. @returns undefined where there is none */
export function secretInUrl(url: string): string | undefined {
    // Names of folders may have an @.
    if (!url.startsWith("file:") && (/^[a-z0-9]+:\/\/[^/?#]*@/.test(url) || /^[a-z0-9]+:\/\/[^?#]*:[^?#]*@/.test(url)))
        return `has a user before '@', and no credentials may stand in a URL; take it out: ${credentials}`;
    const query = url.includes("?") ? url.slice(url.indexOf("?") + 1) : "";
    for (const name of new URLSearchParams(query).keys())
        if (["secret", "likely"].includes(kindOf(name)))
            return `has the parameter '${name}', which is a secret; take it out, and revoke it: ${credentials}`;
    return undefined;
}

/** For `superRefine`. */
export function withoutSecret(url: string, context: z.RefinementCtx): void {
    const message = secretInUrl(url);
    if (message !== undefined) context.addIssue({ code: "custom", message });
}
