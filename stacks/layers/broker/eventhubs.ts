import { EventHubsBroker } from "../../../components/broker/eventhubs";
import { azureProvider } from "../../../components/cloud/azure";
import { loadDataset } from "../../../sql/manifest";
import { cloudArgs } from "../../environment";
import { foundationOf } from "../../layer";
import type { Build } from "../../profile";

export const build: Build<"broker", "eventhubs"> = async (context, { profile: _, maximumCapacity, ...settings }) => {
    const args = cloudArgs(context.environment, "broker", "azure");
    const { topics } = loadDataset(context.environment.dataset);
    const { contract } = new EventHubsBroker(
        "broker",
        {
            ...args,
            ...settings,
            ...(maximumCapacity === undefined ? {} : { maximumCapacity }),
            topics,
            ...(await foundationOf(context)),
        },
        { providers: [azureProvider(args.account)] },
    );
    return { ...contract };
};
