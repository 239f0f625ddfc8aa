/** The streaming job of bronze on a Flink whose SQL gateway is reached from here. */
import type * as pulumi from "@pulumi/pulumi";
import { FlinkSqlJob } from "../../../components/runtime/flinkSqlJob";
import { loadDataset } from "../../../sql/manifest";
import { jobName } from "../../../sql/pipeline";
import type { Environment } from "../../environment";
import { statementsOf, type StatementsOf } from "./statements";

/** Names of the streaming jobs that an environment has: none where its batches do all. */
export const streamingJobs = ({ mode, dataset }: Environment): string[] =>
    mode === "streaming_bronze" ? [jobName(loadDataset(dataset), "bronze")] : [];

export interface StreamingBronze extends Omit<StatementsOf, "job"> {
    /** Where it runs. */
    readonly flink: { readonly flinkRest: pulumi.Input<string>; readonly sqlGateway: pulumi.Input<string> };
}

/** Makes it where the environment streams. */
export function streamingBronze({ flink, ...rendered }: StreamingBronze, options: pulumi.CustomResourceOptions): void {
    const { flinkRest, sqlGateway } = flink;
    const { savepoints, checkpoints } = rendered.upstreams.storage;
    for (const name of streamingJobs(rendered.environment))
        new FlinkSqlJob(
            "bronze",
            {
                ...{ flinkRest, sqlGateway, name, savepoints, checkpoints },
                statements: statementsOf({ ...rendered, job: "bronze" }),
            },
            options,
        );
}
