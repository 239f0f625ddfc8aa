/** How AWS's credentials are found: profiles, SSO, IRSA, Pod Identity, instance roles. Loads AWS's SDK for that. */
import { fromNodeProviderChain } from "@aws-sdk/credential-providers";

/** In the order of AWS's SDK for Go, which Pulumi uses: it takes keys of the environment before a profile of it. */
export function awsCredentials(variables: Readonly<NodeJS.ProcessEnv>, profile?: string) {
    const {
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_SESSION_TOKEN: token,
    } = variables;
    return accessKeyId && secretAccessKey && profile === undefined
        ? { accessKeyId, secretAccessKey, ...(token ? { sessionToken: token } : {}) }
        : fromNodeProviderChain(profile === undefined ? {} : { profile });
}
