/** A database of PostgreSQL for what runs on a cluster, wherever it is. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { TidegateError } from "../../automation/core/errors";
import type { CloudArgs } from "../cloud/args";

/** TCP. */
export const postgresPort = 5432;

export interface Postgres {
    readonly host: pulumi.Output<string>;
    readonly port: number;
    readonly database: pulumi.Output<string>;
    /** The Secret in the namespace of what uses it, and its keys. */
    readonly secret: { readonly name: pulumi.Output<string>; readonly userKey: string; readonly passwordKey: string };
    /** Labels of its pods, where it is in the namespace of what uses it. @default it is elsewhere */
    readonly pods?: Readonly<Record<string, string>>;
    /** What has to be there before it can be used. */
    readonly ready: readonly pulumi.Resource[];
}

/** What each of the databases is told. */
export interface DatabaseArgs extends CloudArgs {
    /** Of the database and its owner. */
    databaseName: string;
    /** Where the Secret is put. */
    namespace: string;
}

/** Keys of the Secret. */
export const secretKeys = { userKey: "username", passwordKey: "password" } as const;

/**
 * Made once, and kept in the state encrypted. A password that the cloud rotates by itself, as RDS does with one that it
 * manages, would lock out a program that reads it once when it starts.
 */
export const ownerPassword = (
    name: string,
    parent: pulumi.Resource,
    kept: Pick<pulumi.CustomResourceOptions, "protect" | "retainOnDelete"> = {},
): pulumi.Output<string> =>
    pulumi.secret(
        // Neither a URL nor a shell has to quote it.
        new random.RandomPassword(`${name}-password`, { length: 40, special: false }, { parent, ...kept }).result,
    );

export function ownerSecret(
    name: string,
    {
        namespace,
        labels,
        user,
        password,
    }: { namespace: string; labels: Record<string, string>; user: string; password: pulumi.Output<string> },
    parent: pulumi.Resource,
): kubernetes.core.v1.Secret {
    return new kubernetes.core.v1.Secret(
        `${name}-secret`,
        {
            metadata: { name: `${name}-owner`, namespace, labels },
            type: "Opaque",
            stringData: { [secretKeys.userKey]: user, [secretKeys.passwordKey]: password },
        },
        { parent },
    );
}

export const networkMissing = (service: string, cloud: string): TidegateError =>
    new TidegateError(`The database on ${service} has no network of ${cloud} in which the cluster reaches it.`, {
        code: "network-missing",
        hint: "foundation.network tells a cluster's that was adopted: docs/profiles/kubernetes.md.",
    });
