/**
 * The observability layer without a process of its own: metrics are read from Flink's REST API. Flink's Prometheus
 * reporter listens on every address and can't be told otherwise.
 */
import * as pulumi from "@pulumi/pulumi";
import type { Upstream } from "../../stacks/layer";
import { embedded as settings } from "../../stacks/settings/observability/embedded";
import { demandArgs, rulesOf } from "../arguments";
import type { ContractOutputs, EmbeddedArgs } from "../embedded/contract";
import { flinkMetrics } from "./flinkMetrics";

export interface EmbeddedObservabilityArgs extends EmbeddedArgs {
    runtime: Extract<Upstream<"runtime">, { flinkRest: unknown }>;
}

export class EmbeddedObservability extends pulumi.ComponentResource {
    readonly contract: Extract<ContractOutputs<"observability">, { metrics: unknown }>;

    constructor(name: string, args: EmbeddedObservabilityArgs, options?: pulumi.ComponentResourceOptions) {
        demandArgs("Prometheus", rulesOf(settings), args);
        super("tidegate:observability:Embedded", name, {}, options);
        const { flinkRest } = args.runtime;
        this.contract = {
            profile: pulumi.output("embedded" as const),
            metrics: pulumi.output(flinkMetrics(flinkRest)),
        };
        this.registerOutputs({ contract: this.contract });
    }
}
