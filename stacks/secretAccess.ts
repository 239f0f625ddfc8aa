/** How a platform's cluster comes to the stores of secrets that its environment names. */
import type { AdoptedStore, SecretAccess } from "../components/secrets/externalSecret";
import type { Environment } from "./environment";

export function secretAccessOf(
    { aws, azure, secrets }: Pick<Environment, "aws" | "azure" | "secrets">,
    store: AdoptedStore | undefined,
): SecretAccess {
    return {
        ...(store === undefined ? {} : { store }),
        ...(aws === undefined ? {} : { aws: { region: aws.region } }),
        ...(azure === undefined ? {} : { azure: { tenantId: azure.tenantId } }),
        ...(secrets.vault === undefined ? {} : { vault: secrets.vault }),
    };
}
