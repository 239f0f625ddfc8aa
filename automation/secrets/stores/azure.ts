/** Azure Key Vault. Source: https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret */
import type { TokenCredential } from "@azure/identity";
import { z } from "zod";
import { messageOf } from "../../core/errors";
import { parseJson } from "../../core/json";
import { ask, failureOfStatus, parsed } from "../http";
import { SecretStoreError, type RefOf, type SecretStore } from "../store";

const bundle = z.looseObject({ value: z.string() });
const problem = z.looseObject({
    error: z.looseObject({
        code: z.string().optional(),
        innererror: z.looseObject({ code: z.string().optional() }).nullish(),
    }),
});

export interface AzurePlace {
    /** @default Azure's SDK finds them: workload identity, managed identity, `az login`, a service principal */
    readonly credential?: TokenCredential;
    /** Address of a key vault. @default https://<vault>.vault.azure.net */
    readonly addressOf?: (vault: string) => string;
}

export class AzureSecrets implements SecretStore<"azure-kv"> {
    private credential: TokenCredential | undefined;

    constructor(private readonly place: AzurePlace = {}) {
        this.credential = place.credential;
    }

    async read({ vault, name, version }: RefOf<"azure-kv">, signal: AbortSignal): Promise<string> {
        const { addressOf = (named) => `https://${named}.vault.azure.net` } = this.place;
        const authorization = `Bearer ${await this.token(signal)}`;
        const path = version === undefined ? name : `${name}/${version}`;
        const answer = await ask(`${addressOf(vault)}/secrets/${path}?api-version=7.4`, {
            headers: { authorization },
            signal,
        });
        const who = `the key vault ${vault}`;
        if (answer.status === 200) return parsed(answer, bundle, who).value;
        const { code, innererror } = problem.safeParse(parseJson(answer.body)).data?.error ?? {};
        const said = [code, innererror?.code].filter((part) => part !== undefined).join(" ");
        throw new SecretStoreError(
            // One that is switched off, not yet or no longer valid.
            innererror?.code === "SecretDisabled" ? "missing" : failureOfStatus(answer.status),
            `${who} answered ${answer.status}${said === "" ? "" : ` ${said}`}`,
        );
    }

    private async token(abortSignal: AbortSignal): Promise<string> {
        try {
            this.credential ??= new (await import("@azure/identity")).DefaultAzureCredential();
            const token = await this.credential.getToken("https://vault.azure.net/.default", { abortSignal });
            if (token !== null) return token.token;
            throw new Error("there is no token");
        } catch (error) {
            // Its first line; each kind of identity that there is not says why in one of its own.
            const [reason = ""] = messageOf(error).split("\n");
            throw new SecretStoreError("denied", `there are no credentials of Azure (${reason})`, { cause: error });
        }
    }
}
