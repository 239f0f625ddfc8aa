/** The catalog layer as a table bucket of the Iceberg REST catalog that the storage layer's SeaweedFS serves. */
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { exitCodes, TidegateError } from "../../automation/core/errors";
import type { Upstream } from "../../stacks/layer";
import type { ContractOutputs, EmbeddedArgs } from "../embedded/contract";
import { TableBucket } from "../embedded/resources";

export interface EmbeddedCatalogArgs extends EmbeddedArgs {
    storage: Extract<Upstream<"storage">, { endpoint: unknown }>;
    /** Name of the table bucket. @default lake */
    warehouse?: string;
}

/** The service that requests are signed for. */
const signingName = "s3tables";

export class EmbeddedCatalog extends pulumi.ComponentResource {
    readonly contract: Extract<ContractOutputs<"catalog">, { uri: unknown }>;

    constructor(name: string, args: EmbeddedCatalogArgs, options?: pulumi.ComponentResourceOptions) {
        super("tidegate:catalog:Embedded", name, {}, options);
        const { endpoint, region, pathStyle, credentials, services } = args.storage;
        if (services === null)
            throw new TidegateError(`The storage layer of '${args.environment}' serves no Iceberg REST catalog.`, {
                code: "layer-unfit",
                hint: "The catalog profile 'embedded' of type 'rest' needs storage.profile embedded; or take another profile of the catalog.",
                exitCode: exitCodes.usage,
            });
        const bucket = new TableBucket(
            `${name}-tables`,
            {
                connection: { endpoint, region, pathStyle, credentials },
                name: args.warehouse ?? "lake",
                servedFrom: join(args.dataDirectory, "storage"),
            },
            { parent: this },
        );
        this.contract = {
            profile: pulumi.output("embedded" as const),
            type: pulumi.output("rest" as const),
            uri: pulumi.output(services.icebergRest),
            warehouse: pulumi.interpolate`s3://${bucket.name}`,
            auth: pulumi.output({ mode: "sigv4" as const, signingName, signingRegion: region }),
            // DuckDB's SigV4 mode accepts host names of AWS only.
            attach: pulumi.output(false),
        };
        this.registerOutputs({ contract: this.contract });
    }
}
