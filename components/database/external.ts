/** A PostgreSQL that somebody else runs: its owner's password is brought into the cluster by External Secrets. */
import * as pulumi from "@pulumi/pulumi";
import { databaseRules } from "../../stacks/settings/catalog/database";
import { demandArgs } from "../arguments";
import { ExternalSecret, type SecretAccess } from "../secrets/externalSecret";
import { membersOf } from "../secrets/remoteRef";
import { secretKeys, type DatabaseArgs, type Postgres } from "./postgres";

export interface ExternalPostgresArgs extends DatabaseArgs {
    layer: string;
    host: string;
    port: number;
    /** How the cluster comes to the secret. */
    access: SecretAccess;
    /** That reads its store. */
    serviceAccount: string;
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
        demandArgs("The database that somebody else runs", databaseRules.external, args);
        super("tidegate:database:External", name, {}, options);
        const { userKey, passwordKey } = secretKeys;
        const secretName = `${name}-owner`;
        const { environment, tags, access, layer, namespace, serviceAccount } = args;
        const { externalSecret } = new ExternalSecret(
            name,
            {
                environment,
                ...(tags === undefined ? {} : { tags }),
                ...access,
                ...{ layer, secretName, namespace, serviceAccount },
                values: membersOf(args.secretRef, [userKey, passwordKey]),
            },
            { parent: this },
        );
        this.host = pulumi.output(args.host);
        this.port = args.port;
        this.database = pulumi.output(args.databaseName);
        this.secret = { name: pulumi.output(secretName), ...secretKeys };
        this.ready = [externalSecret];
        this.registerOutputs({});
    }
}
