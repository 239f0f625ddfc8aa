/** The SQL of a job, rendered from contracts of which parts are secret. */
import * as pulumi from "@pulumi/pulumi";
import type { S3InterfaceContract } from "../../contracts";
import type { Environment } from "../../environment";
import type { Upstream } from "../../layer";
import { loadDataset } from "../../../sql/manifest";
import { renderPipeline, type PipelineOptions, type PipelinePlatform } from "../../../sql/pipeline";

export interface PipelineUpstreams {
    readonly storage: Upstream<"storage">;
    readonly broker: Upstream<"broker">;
    readonly catalog: Upstream<"catalog">;
}

export interface StatementsOf {
    readonly environment: Environment;
    readonly upstreams: PipelineUpstreams;
    readonly job: "bronze" | "silver";
    readonly settings: { readonly parallelism: number; readonly checkpointIntervalSeconds: number };
    /** What is rendered of a platform. @default as it is */
    readonly seen?: (platform: PipelinePlatform) => Pick<PipelineOptions, "platform" | "connector">;
}

/** The renderer sees the secrets, to make sure that none is in what it returns; so that is no secret. */
export function statementsOf({
    environment,
    upstreams: { storage, broker, catalog },
    job,
    settings: { parallelism, checkpointIntervalSeconds },
    seen = (platform) => ({ platform }),
}: StatementsOf): pulumi.Output<string[]> {
    const storageUser = "credentials" in storage ? storage.credentials : pulumi.output(null);
    const rendered = pulumi.all([storageUser, broker.credentials]).apply(([forStorage, forBroker]) => {
        const scripts = renderPipeline({
            dataset: loadDataset(environment.dataset),
            ...seen({
                storage:
                    "credentials" in storage
                        ? ({ ...storage, credentials: forStorage } as S3InterfaceContract)
                        : storage,
                broker: { ...broker, credentials: forBroker },
                catalog,
                runtime: { parallelism, savepoints: storage.savepoints },
            }),
            mode: "streaming_bronze",
            checkpointInterval: `${checkpointIntervalSeconds} s`,
        });
        return [...(scripts.find(({ name }) => name === job)?.statements ?? [])];
    });
    return pulumi.unsecret(rendered);
}
