import { MskBroker } from "../../../components/broker/msk";
import { awsProvider } from "../../../components/cloud/aws";
import { loadDataset } from "../../../sql/manifest";
import { cloudArgs } from "../../environment";
import { foundationOf } from "../../layer";
import type { Build } from "../../profile";

export const build: Build<"broker", "msk"> = async (context, { profile: _, ...settings }) => {
    const { environment } = context;
    const args = cloudArgs(environment, "broker", "aws");
    const { contract } = new MskBroker(
        "broker",
        { ...args, ...settings, topics: loadDataset(environment.dataset).topics, ...(await foundationOf(context)) },
        { providers: [awsProvider(args.account, args.tags)] },
    );
    return { ...contract };
};
