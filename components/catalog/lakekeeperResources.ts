/**
 * Bootstrap and warehouses of a Lakekeeper, as a program makes them. What they do is told in
 * components/provider/resources; the arguments here are the inputs there.
 */
import * as pulumi from "@pulumi/pulumi";
import type { DeleteProfile } from "../../automation/clients/lakekeeper";

export type LakekeeperAuthArgs =
    /** The network alone keeps others out. */
    | { mode: "none" }
    /** `secretRef`: `env://…` or `file:///…` of a JSON object with clientId and clientSecret. @default no scope */
    | { mode: "oauth2"; tokenEndpoint: string; scope?: string | null; secretRef: string }
    /** `tokenRef`: `env://…` or `file:///…` of the token, which is read anew for each call. */
    | { mode: "serviceAccount"; tokenRef: string };

export interface LakekeeperConnectionArgs {
    /** Without `/management` and `/catalog`. Encrypted, or of this machine, where a token goes over it. */
    url: pulumi.Input<string>;
    /** @default none */
    auth?: LakekeeperAuthArgs;
}

export interface LakekeeperBootstrapArgs {
    connection: LakekeeperConnectionArgs;
    acceptTermsOfUse: true;
    /** For a server that has just been started to answer, in seconds. @default 120 */
    timeoutSeconds?: number;
}

/** Every output of a resource has to be named in what it is registered with, so that the engine fills it in. */
const outputs = (...names: string[]): Record<string, undefined> =>
    Object.fromEntries(names.map((name) => [name, undefined]));

/** Makes who rolls out the administrator of a new Lakekeeper; one that has an administrator is adopted. */
export class LakekeeperBootstrap extends pulumi.CustomResource {
    declare readonly serverId: pulumi.Output<string>;
    declare readonly version: pulumi.Output<string>;
    declare readonly authzBackend: pulumi.Output<string>;

    constructor(name: string, args: LakekeeperBootstrapArgs, options?: pulumi.CustomResourceOptions) {
        super(
            "tidegate:lakekeeper:Bootstrap",
            name,
            { ...outputs("serverId", "version", "authzBackend"), ...args },
            options,
        );
    }
}

/** See WarehouseStorage in automation/clients/lakekeeperStorage.ts for each member. */
export type WarehouseStorageArgs =
    | {
          type: "s3";
          /** @default aws */
          flavor?: "aws" | "s3-compat";
          bucket: pulumi.Input<string>;
          region: pulumi.Input<string>;
          keyPrefix?: pulumi.Input<string>;
          /** Of another server than AWS's; it is handed to clients. */
          endpoint?: pulumi.Input<string>;
          stsEndpoint?: pulumi.Input<string>;
          pathStyleAccess?: boolean;
          /** Whether clients get credentials for their table. @default true */
          stsEnabled?: boolean;
          assumeRoleArn?: pulumi.Input<string>;
          stsRoleArn?: pulumi.Input<string>;
          stsTokenValiditySeconds?: number;
          kmsKeyArn?: pulumi.Input<string>;
          remoteSigningEnabled?: boolean;
          pushS3DeleteDisabled?: boolean;
      }
    | { type: "gcs"; bucket: pulumi.Input<string>; keyPrefix?: pulumi.Input<string>; stsEnabled?: boolean }
    | {
          type: "adls";
          accountName: pulumi.Input<string>;
          filesystem: pulumi.Input<string>;
          keyPrefix?: pulumi.Input<string>;
          host?: pulumi.Input<string>;
          authorityHost?: pulumi.Input<string>;
          sasEnabled?: boolean;
          sasTokenValiditySeconds?: number;
      };

export type WarehouseCredentialArgs =
    | { type: "access-key"; secretRef: string }
    /** Both are kept as secrets. */
    | { type: "access-key"; accessKeyId: pulumi.Input<string>; secretAccessKey: pulumi.Input<string> }
    | { type: "aws-system-identity"; externalId: pulumi.Input<string> }
    | { type: "gcp-system-identity" | "azure-system-identity" }
    | { type: "service-account-key" | "client-credentials" | "shared-access-key"; secretRef: string };

export interface LakekeeperWarehouseArgs {
    connection: LakekeeperConnectionArgs;
    /** @default Lakekeeper's default project */
    projectId?: pulumi.Input<string>;
    name: pulumi.Input<string>;
    /** A change of bucket, container or prefix replaces. */
    storage: WarehouseStorageArgs;
    credential: WarehouseCredentialArgs;
    /** Another text hands the credential over again. @default "" */
    rotate?: string;
    /** @default soft, for seven days */
    deleteProfile?: DeleteProfile;
    /** @default true */
    protected?: boolean;
}

/** A warehouse; one of its name is adopted where it lies in the same place. */
export class LakekeeperWarehouse extends pulumi.CustomResource {
    declare readonly warehouseId: pulumi.Output<string>;
    declare readonly name: pulumi.Output<string>;
    /** URI of all that is in it, e.g. `s3://bucket/prefix`. */
    declare readonly location: pulumi.Output<string>;
    declare readonly active: pulumi.Output<boolean>;

    constructor(name: string, args: LakekeeperWarehouseArgs, options?: pulumi.CustomResourceOptions) {
        super(
            "tidegate:lakekeeper:Warehouse",
            name,
            {
                ...outputs("warehouseId", "location", "credentialType", "active"),
                ...args,
                credential: kept(args.credential),
            },
            options,
        );
    }
}

/** An access key is a secret whoever hands it over. */
function kept(credential: WarehouseCredentialArgs): pulumi.Inputs {
    if (!("accessKeyId" in credential)) return credential;
    const { accessKeyId, secretAccessKey } = credential;
    return { ...credential, accessKeyId: pulumi.secret(accessKeyId), secretAccessKey: pulumi.secret(secretAccessKey) };
}
