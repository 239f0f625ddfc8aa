/** Google Secret Manager. Source: https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions/access */
import { z } from "zod";
import { messageOf } from "../../core/errors";
import { parseJson } from "../../core/json";
import { ask, encryptedAddress, failureOfStatus, parsed } from "../http";
import { SecretStoreError, type RefOf, type SecretStore } from "../store";

const accessed = z.looseObject({ payload: z.looseObject({ data: z.base64().default("") }) });
const problem = z.looseObject({ error: z.looseObject({ status: z.string().optional() }) });

const scopes = ["https://www.googleapis.com/auth/cloud-platform"];

export class GoogleSecrets implements SecretStore<"gcp-sm"> {
    constructor(private readonly variables: Readonly<NodeJS.ProcessEnv>) {}

    async read({ project, name, version = "latest" }: RefOf<"gcp-sm">, signal: AbortSignal): Promise<string> {
        // The variable is of the gcloud command.
        const given = this.variables["CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER"];
        const host = given
            ? encryptedAddress(given, "CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER")
            : "https://secretmanager.googleapis.com";
        const authorization = `Bearer ${await this.token()}`;
        const url = `${host}/v1/projects/${project}/secrets/${name}/versions/${version}:access`;
        const answer = await ask(url, { headers: { authorization }, signal });
        if (answer.status === 200)
            return Buffer.from(parsed(answer, accessed, "Google Secret Manager").payload.data, "base64").toString(
                "utf8",
            );
        const status = problem.safeParse(parseJson(answer.body)).data?.error.status;
        // A version that was disabled or destroyed: FAILED_PRECONDITION.
        throw new SecretStoreError(
            status === "FAILED_PRECONDITION" ? "missing" : failureOfStatus(answer.status),
            `Google Secret Manager answered ${answer.status}${status === undefined ? "" : ` ${status}`}`,
        );
    }

    /** Google's SDK keeps none of it between two readers; there is one reader for a run. */
    private async token(): Promise<string> {
        const { GoogleAuth } = await import("google-auth-library");
        const { googleCredentials } = await import("../../clients/googleCredentials.js");
        try {
            const given = googleCredentials(this.variables);
            const token = await ("authClient" in given
                ? given.authClient.getAccessToken().then((answer) => answer.token)
                : new GoogleAuth({ scopes, ...given }).getAccessToken());
            if (token) return token;
            throw new Error("there is no token");
        } catch (error) {
            throw new SecretStoreError("denied", `there are no credentials of Google Cloud (${messageOf(error)})`, {
                cause: error,
            });
        }
    }
}
