/** A PostgreSQL that somebody else runs: its owner's password is brought into the cluster by External Secrets. */
import * as pulumi from "@pulumi/pulumi";
import { tagsOf } from "../cloud/args";
import { externalSecret, type SecretStore } from "../kubernetes/externalSecret";
import { secretKeys, type DatabaseArgs, type Postgres } from "./postgres";

export interface ExternalPostgresArgs extends DatabaseArgs {
    layer: string;
    host: string;
    port: number;
    store: SecretStore;
    /** As docs/secrets.md has it: a JSON object with username and password. */
    secretRef: string;
}

export class ExternalPostgres extends pulumi.ComponentResource implements Postgres {
    readonly host: pulumi.Output<string>;
    readonly port: number;
    readonly database: pulumi.Output<string>;
    readonly secret: Postgres["secret"];
    readonly ready: readonly pulumi.Resource[];

    /** @throws TidegateError `secret-ref-invalid` */
    constructor(name: string, args: ExternalPostgresArgs, options?: pulumi.ComponentResourceOptions) {
        super("tidegate:database:External", name, {}, options);
        const { userKey, passwordKey } = secretKeys;
        const secretName = `${name}-owner`;
        const made = externalSecret(
            `${name}-secret`,
            {
                ...{ secretName, namespace: args.namespace, labels: tagsOf(args, args.layer), store: args.store },
                secretRef: args.secretRef,
                properties: [userKey, passwordKey],
                files: { [userKey]: `{{ .${userKey} }}`, [passwordKey]: `{{ .${passwordKey} }}` },
            },
            { parent: this },
        );
        this.host = pulumi.output(args.host);
        this.port = args.port;
        this.database = pulumi.output(args.databaseName);
        this.secret = { name: pulumi.output(secretName), ...secretKeys };
        this.ready = [made];
        this.registerOutputs({});
    }
}
