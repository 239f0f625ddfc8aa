/** An Iceberg REST catalog that somebody else runs: nothing is made, it is only told to later layers. */
import * as pulumi from "@pulumi/pulumi";
import { exitCodes, TidegateError } from "../../automation/core/errors";
import type { CatalogContract } from "../../stacks/contracts";
import type { ContractOutputs } from "../embedded/contract";

type RestCatalog = Extract<CatalogContract, { type: "rest" }>;

export interface ExternalCatalogArgs {
    uri: string;
    /** As the catalog names it. */
    warehouse: string;
    auth: RestCatalog["auth"];
    /** Whether DuckDB can ATTACH it. @default false */
    attach?: boolean;
    /** Properties of Iceberg's REST clients. @default none */
    properties?: Readonly<Record<string, string>>;
}

/** Properties by which Iceberg's clients would be given a secret: they would stand in SQL and in the state. */
const secret = /^(credential|token|oauth2-server-uri)$|secret|password|access-key|sas-token/i;

export class ExternalCatalog extends pulumi.ComponentResource {
    readonly contract: Extract<ContractOutputs<"catalog">, { uri: unknown }>;

    /** @throws TidegateError `catalog-settings-invalid` */
    constructor(name: string, args: ExternalCatalogArgs, options?: pulumi.ComponentResourceOptions) {
        super("tidegate:catalog:External", name, {}, options);
        demandSafe(args);
        this.contract = {
            profile: pulumi.output("external" as const),
            type: pulumi.output("rest" as const),
            uri: pulumi.output(args.uri),
            warehouse: pulumi.output(args.warehouse),
            auth: pulumi.output(args.auth) as pulumi.Output<RestCatalog["auth"]>,
            properties: pulumi.output({ ...args.properties }),
            attach: pulumi.output(args.attach ?? false),
        };
        this.registerOutputs({ contract: this.contract });
    }
}

function demandSafe({ uri, auth, properties = {} }: ExternalCatalogArgs): void {
    const given = Object.keys(properties).find((key) => secret.test(key));
    if (given !== undefined)
        throw invalid(
            `The property '${given}' of the catalog would hold a secret in SQL, or what 'auth' is for.`,
            "Take it away, and say under catalog.auth how clients get in.",
        );
    if (auth.mode !== "none" && uri.startsWith("http:"))
        throw invalid(
            `${uri} is not encrypted: whoever listens would have the tokens that clients present.`,
            "Give the catalog's https:// address.",
        );
}

const invalid = (message: string, hint: string): TidegateError =>
    new TidegateError(message, { code: "catalog-settings-invalid", hint, exitCode: exitCodes.usage });
