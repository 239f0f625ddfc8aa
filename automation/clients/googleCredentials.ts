/** How Google's SDKs are given credentials; without any they find them: application default, workload identity, metadata server. */
import { OAuth2Client } from "google-auth-library";
import { z } from "zod";

/**
 * Two variables that Pulumi's backend takes before the SDK's own.
 * @throws Error where GOOGLE_CREDENTIALS is no JSON
 */
export function googleCredentials(
    variables: Readonly<NodeJS.ProcessEnv>,
): { credentials: Record<string, unknown> } | { authClient: OAuth2Client } | Record<string, never> {
    const { GOOGLE_CREDENTIALS: json, GOOGLE_OAUTH_ACCESS_TOKEN: token } = variables;
    if (json) {
        try {
            return { credentials: z.looseObject({}).parse(JSON.parse(json)) };
        } catch {
            // The parser's message would show a piece of it.
            throw new Error("GOOGLE_CREDENTIALS is no JSON of credentials");
        }
    }
    if (!token) return {};
    const authClient = new OAuth2Client();
    authClient.setCredentials({ access_token: token });
    return { authClient };
}
