import { simulatedBootstrapAddress } from "../../../automation/rehearsal/tables/gcp/bootstrap";
import { GoogleBroker } from "../../../components/broker/google";
import { gcpProvider } from "../../../components/cloud/gcp";
import { loadDataset } from "../../../sql/manifest";
import { cloudArgs } from "../../environment";
import { foundationOf } from "../../layer";
import type { Build } from "../../profile";

export const build: Build<"broker", "google"> = async (context, { profile: _, memoryGb, ...settings }) => {
    const { environment } = context;
    const args = cloudArgs(environment, "broker", "gcp");
    const { contract } = new GoogleBroker(
        "broker",
        {
            ...args,
            ...settings,
            ...(memoryGb === undefined ? {} : { memoryGb }),
            topics: loadDataset(environment.dataset).topics,
            ...(await foundationOf(context)),
            ...(environment.rehearsal === null
                ? {}
                : { bootstrapAddress: simulatedBootstrapAddress(environment.rehearsal) }),
        },
        { providers: [gcpProvider(args.account, args.tags)] },
    );
    return { ...contract };
};
