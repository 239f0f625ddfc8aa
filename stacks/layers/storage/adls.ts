import { azureProvider } from "../../../components/cloud/azure";
import { AdlsStorage } from "../../../components/storage/adls";
import { cloudArgs } from "../../environment";
import { foundationOf } from "../../layer";
import type { Build } from "../../profile";

export const build: Build<"storage", "adls"> = async (context, { profile: _, ...settings }) => {
    const args = cloudArgs(context.environment, "storage", "azure");
    const { contract } = new AdlsStorage(
        "storage",
        { ...args, ...settings, ...(await foundationOf(context)) },
        { providers: [azureProvider(args.account)] },
    );
    return { ...contract };
};
