import { imageOf } from "../../../automation/images/lock";
import { MskBroker } from "../../../components/broker/msk";
import { awsProvider } from "../../../components/cloud/aws";
import { kubernetesProvider } from "../../../components/kubernetes/provider";
import { loadDataset } from "../../../sql/manifest";
import { cloudArgs } from "../../environment";
import { foundationOf } from "../../layer";
import type { Build } from "../../profile";

export const build: Build<"broker", "msk"> = async (context, { profile: _, ...settings }) => {
    const { environment } = context;
    const args = cloudArgs(environment, "broker", "aws");
    const { foundation } = await foundationOf(context);
    const { cluster, ...rest } = settings;
    const isServerless = cluster.kind === "serverless";
    const { contract } = new MskBroker(
        "broker",
        {
            ...args,
            ...rest,
            cluster: isServerless ? { ...cluster, image: imageOf("flink", environment) } : cluster,
            topics: loadDataset(environment.dataset).topics,
            ...(foundation === undefined ? {} : { foundation }),
        },
        {
            providers: [
                awsProvider(args.account, args.tags),
                // Topics are made from the cluster.
                ...(isServerless && foundation !== undefined ? [kubernetesProvider(foundation)] : []),
            ],
        },
    );
    return { ...contract };
};
