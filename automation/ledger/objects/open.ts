/** Opens the store of a bucket's URL with the SDK of its cloud, which is loaded here and nowhere else. */
import { messageOf, TidegateError } from "../../core/errors";
import { Redactor } from "../../core/redactor";
import type { ObjectClient } from "./client";
import { locationOf, type Location } from "./location";
import { ObjectStore, type Patience } from "./store";

/** `variables`: the environment that the SDK sees as its process's. */
export async function openBucket(
    url: string,
    variables: Readonly<NodeJS.ProcessEnv>,
    patience?: Patience,
): Promise<ObjectStore> {
    const location = locationOf(url);
    const secrets = secretsIn(variables);
    let client: ObjectClient;
    try {
        client = await clientOf(location, variables);
    } catch (error) {
        const reason = new Redactor(secrets).text(messageOf(error));
        throw new TidegateError(`The ledger ${location.where} cannot be opened: ${reason}.`, {
            code: "ledger-refused",
            hint: "Correct the parameters of its URL, or the variables of the environment that name account and credentials.",
        });
    }
    return new ObjectStore(location, client, secrets, patience);
}

/** The client of a bucket's URL as it is, and what of the environment it must not tell. */
export async function openClient(
    url: string,
    variables: Readonly<NodeJS.ProcessEnv>,
): Promise<{ readonly client: ObjectClient; readonly secrets: readonly string[] }> {
    return { client: await clientOf(locationOf(url), variables), secrets: secretsIn(variables) };
}

async function clientOf(location: Location, variables: Readonly<NodeJS.ProcessEnv>): Promise<ObjectClient> {
    switch (location.scheme) {
        case "s3":
            return new (await import("./s3.js")).S3Objects(location, variables);
        case "gs":
            return new (await import("./gcs.js")).GcsObjects(location, variables);
        case "azblob":
            return new (await import("./azure.js")).AzureObjects(location, variables);
    }
}

/** Of the environment: whole values, and what stands in a connection string or a SAS token. */
function secretsIn(variables: Readonly<NodeJS.ProcessEnv>): string[] {
    return Object.entries(variables)
        .filter(([name]) => /^(AWS|AZURE|GOOGLE)_/.test(name) && /KEY|SECRET|TOKEN|CONNECTION|CREDENTIALS$/.test(name))
        .filter(([name]) => name !== "GOOGLE_APPLICATION_CREDENTIALS" && !name.endsWith("_FILE"))
        .flatMap(([, value = ""]) => [value, ...(value.match(/(?<=(AccountKey|sig)=)[^;&]+/gi) ?? [])]);
}
