import { awsProvider } from "../../../components/cloud/aws";
import { S3Storage } from "../../../components/storage/s3";
import { cloudArgs } from "../../environment";
import { foundationOf } from "../../layer";
import type { Build } from "../../profile";

export const build: Build<"storage", "s3"> = async (context, { profile: _, ...settings }) => {
    const args = cloudArgs(context.environment, "storage", "aws");
    const { contract } = new S3Storage(
        "storage",
        { ...args, ...settings, ...(await foundationOf(context)) },
        { providers: [awsProvider(args.account, args.tags)] },
    );
    return { ...contract };
};
