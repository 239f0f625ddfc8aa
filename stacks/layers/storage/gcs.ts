import { gcpProvider } from "../../../components/cloud/gcp";
import { GcsStorage } from "../../../components/storage/gcs";
import { cloudArgs } from "../../environment";
import { foundationOf } from "../../layer";
import type { Build } from "../../profile";

export const build: Build<"storage", "gcs"> = async (context, { profile: _, ...settings }) => {
    const args = cloudArgs(context.environment, "storage", "gcp");
    const { contract } = new GcsStorage(
        "storage",
        { ...args, ...settings, ...(await foundationOf(context)) },
        { providers: [gcpProvider(args.account, args.tags)] },
    );
    return { ...contract };
};
