/** The runtime layer as a Flink that somebody else runs, by its REST API and its SQL gateway. */
import * as pulumi from "@pulumi/pulumi";
import { external as settings } from "../../stacks/settings/runtime/external";
import { demandArgs, rulesOf } from "../arguments";
import type { ContractOutputs } from "../embedded/contract";

export interface ExternalRuntimeArgs {
    flinkRest: string;
    sqlGateway: string;
    /** @default 2 */
    parallelism?: number;
    savepoints: string;
    /** Streaming jobs that the layer keeps running on it, by `pipeline.name`. @default none */
    jobs?: string[];
    dbt: { target: string; duckdbFile: string; threads: number };
}

export class ExternalRuntime extends pulumi.ComponentResource {
    readonly contract: Extract<ContractOutputs<"runtime">, { flinkRest: unknown }>;

    constructor(name: string, args: ExternalRuntimeArgs, options?: pulumi.ComponentResourceOptions) {
        demandArgs("The runtime of a Flink that somebody else runs", rulesOf(settings), args);
        super("tidegate:runtime:External", name, {}, options);
        this.contract = {
            profile: pulumi.output("external" as const),
            flinkRest: pulumi.output(args.flinkRest),
            sqlGateway: pulumi.output(args.sqlGateway),
            parallelism: pulumi.output(args.parallelism ?? 2),
            savepoints: pulumi.output(args.savepoints),
            jobs: pulumi.output(args.jobs ?? []),
            dbt: pulumi.output(args.dbt),
        };
        this.registerOutputs({ contract: this.contract });
    }
}
