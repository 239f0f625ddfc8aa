/** What buckets of Google Cloud are refused for before anything of them is made. */
import { problem, type Problem } from "../cloud/problem";
import type { GcsStorageArgs } from "./gcs";

/** Days for which soft delete can keep. Source: https://cloud.google.com/storage/docs/soft-delete */
const softDeleteDays = { least: 7, most: 90 };

export function* gcsProblems({
    recovery = "versions",
    hierarchicalNamespace = false,
    oldVersionDays = 14,
}: Pick<GcsStorageArgs, "recovery" | "hierarchicalNamespace" | "oldVersionDays">): Generator<Problem> {
    if (hierarchicalNamespace && recovery === "versions")
        yield problem(
            "storage.hierarchicalNamespace",
            "Buckets with a hierarchical namespace have no versions: what is overwritten or deleted would be gone at once.",
            "Set storage.recovery to softDelete, or leave storage.hierarchicalNamespace out.",
        );
    if (recovery === "softDelete" && (oldVersionDays < softDeleteDays.least || oldVersionDays > softDeleteDays.most))
        yield problem(
            "storage.oldVersionDays",
            `Soft delete keeps what was deleted for ${softDeleteDays.least} to ${softDeleteDays.most} days, not for ${oldVersionDays}.`,
            "Change storage.oldVersionDays, or set storage.recovery to versions.",
        );
}
