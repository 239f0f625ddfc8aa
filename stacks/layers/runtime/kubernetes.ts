import pins from "../../../automation/toolchain/pins.json";
import { imageOf } from "../../../automation/images/lock";
import { kubernetesProvider } from "../../../components/kubernetes/provider";
import { KubernetesRuntime, type ClusterJob, type KubernetesRuntimeArgs } from "../../../components/runtime/kubernetes";
import { onCluster } from "../../../sql/cluster";
import { loadDataset } from "../../../sql/manifest";
import { jobName } from "../../../sql/pipeline";
import { dbtRuntimeOf } from "../../settings/runtime";
import type { dbtRuntimes } from "../../contracts";
import { settingsOf, type Environment } from "../../environment";
import { hasNodeClasses } from "../../fit/nodes";
import { resourceClassLabel } from "../../../components/foundation/names";
import type { Build } from "../../profile";
import { secretAccessOf } from "../../secretAccess";
import { transforms } from "../../transforms";
import { statementsOf, type PipelineUpstreams } from "./statements";

export const build: Build<"runtime", "kubernetes"> = async (
    { environment, upstream },
    { profile: _, secretStore, ...settings },
) => {
    const [foundation, storage, broker, catalog] = await Promise.all([
        upstream("foundation"),
        upstream("storage"),
        upstream("broker"),
        upstream("catalog"),
    ]);
    const { threads, schedule, timeZone, deadlineMinutes, volumeGi } = environment.dbt;
    const { contract } = new KubernetesRuntime(
        "runtime",
        {
            environment: environment.name,
            tags: environment.tags,
            protectData: environment.protectData,
            ...(transforms.runtime === undefined ? {} : { transform: transforms.runtime }),
            ...settings,
            ...nodesOf(environment, settings.resourceClass),
            secretAccess: secretAccessOf(environment, secretStore),
            foundation,
            storage,
            broker,
            catalog,
            images: { flink: imageOf("flink", environment), dbt: imageOf("dbt", environment) },
            flinkVersion: pins.flink,
            jobs: jobsOf(environment, { storage, broker, catalog }),
            dbt: {
                // environment.ts has refused the others.
                runtime: dbtRuntimeOf(environment) as (typeof dbtRuntimes)[number],
                ...{ threads, schedule, timeZone, deadlineMinutes, volumeGi },
            },
        },
        { providers: [kubernetesProvider(foundation)] },
    );
    return { ...contract };
};

/** Where the foundation has nodes of each class, jobs run on those of theirs: a small node has no room for a large TaskManager. */
const nodesOf = ({ foundation }: Environment, resourceClass: string): Pick<KubernetesRuntimeArgs, "nodeLabels"> =>
    foundation !== undefined && hasNodeClasses(foundation)
        ? { nodeLabels: { [resourceClassLabel]: resourceClass } }
        : {};

function jobsOf(environment: Environment, upstreams: PipelineUpstreams): ClusterJob[] {
    const dataset = loadDataset(environment.dataset);
    const settings = settingsOf(environment, "runtime");
    return (["bronze", "silver"] as const).map((job) => ({
        job,
        name: jobName(dataset, job),
        kind: job === "bronze" ? "streaming" : "batch",
        statements: statementsOf({ environment, upstreams, job, settings, seen: onCluster }),
    }));
}
