/** The catalog layer as files: Iceberg's Hadoop catalog in a directory. Not safe for several writers. */
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { ContractOutputs, EmbeddedArgs } from "../embedded/contract";
import { Directory } from "../embedded/resources";

export type HadoopCatalogArgs = EmbeddedArgs;

export class HadoopCatalog extends pulumi.ComponentResource {
    readonly contract: Exclude<ContractOutputs<"catalog">, { uri: unknown }>;

    constructor(name: string, args: HadoopCatalogArgs, options?: pulumi.ComponentResourceOptions) {
        super("tidegate:catalog:Hadoop", name, {}, options);
        const directory = new Directory(
            `${name}-warehouse`,
            { path: join(args.dataDirectory, "catalog") },
            { parent: this },
        );
        this.contract = {
            profile: pulumi.output("embedded" as const),
            type: pulumi.output("hadoop" as const),
            warehouse: pulumi.interpolate`file://${directory.path}`,
            attach: pulumi.output(false as const),
        };
        this.registerOutputs({ contract: this.contract });
    }
}
