/** What policies of several kinds ask of buckets. */
import { companions, typeOf } from "../../analyzer/look";
import type { Resource } from "../../analyzer/pack";

/**
 * Whether other buckets write their access logs into it. Such a bucket cannot have a key of one's own (S3 delivers to none
 * that has: https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html) and what is in it is
 * written once and goes by age.
 */
export function takesLogs(bucket: Resource, resources: readonly Resource[]): boolean {
    const type = typeOf(bucket);
    if (type === "aws:s3/bucket:Bucket")
        return companions(resources, "aws:s3/bucketLogging:BucketLogging", "targetBucket", bucket).length > 0;
    if (type !== "gcp:storage/bucket:Bucket") return false;
    // The whole of `logging` comes from the other bucket's name.
    return resources.some(
        (one) =>
            typeOf(one) === type &&
            one.urn !== bucket.urn &&
            ((one.dependencies["logging"] ?? []).includes(bucket.urn) || namesLogs(one) === bucket.values["name"]),
    );
}

function namesLogs({ values }: Resource): unknown {
    const logging = values["logging"];
    return typeof logging === "object" && logging !== null && "logBucket" in logging ? logging.logBucket : false;
}
