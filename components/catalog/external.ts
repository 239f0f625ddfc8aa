/** An Iceberg REST catalog that somebody else runs: nothing is made, it is only told to later layers. */
import * as pulumi from "@pulumi/pulumi";
import type { CatalogContract } from "../../stacks/contracts";
import { refuseFirst } from "../cloud/problem";
import type { ContractOutputs } from "../embedded/contract";
import { externalCatalogProblems } from "./externalChecks";

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

export class ExternalCatalog extends pulumi.ComponentResource {
    readonly contract: Extract<ContractOutputs<"catalog">, { uri: unknown }>;

    /** @throws TidegateError `catalog-settings-invalid` */
    constructor(name: string, args: ExternalCatalogArgs, options?: pulumi.ComponentResourceOptions) {
        super("tidegate:catalog:External", name, {}, options);
        refuseFirst(externalCatalogProblems(args), { code: "catalog-settings-invalid" });
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
