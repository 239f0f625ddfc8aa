/** How the management API of a Lakekeeper is reached, and who it is told that asks. */
import { z } from "zod";
import { messageOf, TidegateError } from "../core/errors";
import { isLoopback } from "../core/loopback";
import { localSecretRef, readLocalJson, readLocalSecret } from "./localSecret";

const lakekeeperAuth = z.discriminatedUnion("mode", [
    /** The network alone keeps others out. */
    z.strictObject({ mode: z.literal("none") }),
    /** Client credentials of an identity provider (RFC 6749, 4.4). */
    z.strictObject({
        mode: z.literal("oauth2"),
        tokenEndpoint: z.url({ protocol: /^https?$/ }),
        scope: z
            .string()
            .min(1)
            .nullish()
            .transform((scope) => scope ?? null),
        /** A JSON object with the members clientId and clientSecret. */
        secretRef: localSecretRef,
    }),
    /** The token of a service account of Kubernetes, e.g. a projected one in a file; read anew for each call. */
    z.strictObject({ mode: z.literal("serviceAccount"), tokenRef: localSecretRef }),
]);
export type LakekeeperAuth = z.infer<typeof lakekeeperAuth>;

export const lakekeeperConnection = z.strictObject({
    /** Without `/management` and `/catalog`, e.g. `https://catalog.example.com`. */
    url: z.url({ protocol: /^https?$/ }),
    auth: lakekeeperAuth.prefault({ mode: "none" }),
});
export type LakekeeperConnection = z.infer<typeof lakekeeperConnection>;

const inClear = (url: string): boolean => {
    const { protocol, hostname } = new URL(url);
    return protocol === "http:" && !isLoopback(hostname);
};

/** Why this connection would give a credential away; undefined: it would not. */
export function exposed({ url, auth }: LakekeeperConnection): string | undefined {
    if (auth.mode === "none") return undefined;
    if (inClear(url)) return `${url} is not encrypted: whoever listens would have the token`;
    if (auth.mode === "oauth2" && inClear(auth.tokenEndpoint))
        return `${auth.tokenEndpoint} is not encrypted: whoever listens would have the client's secret`;
    return undefined;
}

const client = z.object({ clientId: z.string().min(1), clientSecret: z.string().min(1) });
const tokenAnswer = z.object({ access_token: z.string().min(1) });

/**
 * The header that says who asks; none where nobody has to say.
 * @throws TidegateError `secret-unreadable`, `lakekeeper-token-refused`
 */
export async function authorization(
    auth: LakekeeperAuth,
    fetch: typeof globalThis.fetch,
    signal: AbortSignal,
): Promise<Record<string, string>> {
    switch (auth.mode) {
        case "none":
            return {};
        case "serviceAccount":
            return { authorization: `Bearer ${await readLocalSecret(auth.tokenRef)}` };
        case "oauth2":
            return { authorization: `Bearer ${await clientToken(auth, fetch, signal)}` };
    }
}

async function clientToken(
    { tokenEndpoint, scope, secretRef }: Extract<LakekeeperAuth, { mode: "oauth2" }>,
    fetch: typeof globalThis.fetch,
    signal: AbortSignal,
): Promise<string> {
    const { clientId, clientSecret } = await readLocalJson(secretRef, client);
    const form = new URLSearchParams({
        grant_type: "client_credentials",
        client_id: clientId,
        client_secret: clientSecret,
        ...(scope === null ? {} : { scope }),
    });
    const refused = (why: string, retryable: boolean, cause?: unknown) =>
        new TidegateError(
            `The identity provider ${tokenEndpoint} gives no token to the client of ${secretRef}: ${why}.`,
            {
                code: "lakekeeper-token-refused",
                hint: "Compare the client, its secret and the scope with what the identity provider has.",
                retryable,
                cause,
            },
        );
    let status: number;
    let body: unknown;
    try {
        const response = await fetch(tokenEndpoint, { method: "POST", body: form, signal });
        status = response.status;
        body = await response.json().catch(() => undefined);
    } catch (error) {
        throw refused(messageOf(error), true, error);
    }
    const answer = tokenAnswer.safeParse(body);
    if (status === 200 && answer.success) return answer.data.access_token;
    const named = z.object({ error: z.string().max(100) }).safeParse(body);
    throw refused(`HTTP ${status}${named.success ? `, ${named.data.error}` : ""}`, status >= 500);
}
