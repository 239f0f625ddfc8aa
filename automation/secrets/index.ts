/** The stores of secrets as this machine reaches them. */
import type { SecretStores } from "./resolver";
import { AwsSecrets } from "./stores/aws";
import { AzureSecrets } from "./stores/azure";
import { GoogleSecrets } from "./stores/google";
import { KubernetesSecrets } from "./stores/kubernetes";
import { FileSecrets, VariableSecrets } from "./stores/local";
import { VaultSecrets } from "./stores/vault";

export interface StoresOptions {
    /** Of the process that looks up: where credentials are found. */
    readonly variables: Readonly<NodeJS.ProcessEnv>;
    readonly awsRegion?: string | undefined;
    /** `https://…` */
    readonly vaultServer?: string | undefined;
    /** Of the platform's cluster. @default the one of this machine */
    readonly kubeconfig?: () => Promise<string | undefined>;
}

/** What loads an SDK loads it at the first question. */
export function storesOf({ variables, awsRegion, vaultServer, kubeconfig }: StoresOptions): SecretStores {
    const aws = new AwsSecrets({ variables, region: awsRegion });
    return {
        "aws-sm": aws,
        "aws-ssm": aws,
        "gcp-sm": new GoogleSecrets(variables),
        "azure-kv": new AzureSecrets(),
        vault: new VaultSecrets({ variables, server: vaultServer }),
        k8s: new KubernetesSecrets({ variables, kubeconfig: kubeconfig ?? (() => Promise.resolve(undefined)) }),
        env: new VariableSecrets(variables),
        file: new FileSecrets(),
    };
}
