/** What a broker of somebody else's is told of the platform: its topics, and how its consumer groups are named. */
import { loadDataset } from "../../../sql/manifest";
import { jobName } from "../../../sql/pipeline";
import type { Environment } from "../../environment";

export function namesOf({ dataset }: Pick<Environment, "dataset">) {
    const { name, topics } = loadDataset(dataset);
    // Both are consumer groups too.
    const [one, other] = [jobName({ name }, "bronze"), jobName({ name }, "silver")];
    let length = 0;
    while (length < one.length && one[length] === other[length]) length++;
    return { topics, groupPrefix: one.slice(0, length) };
}
