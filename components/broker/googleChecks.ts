/** What a cluster of Google's Managed Kafka is refused for before anything of it is made. */
import { problem, type Problem } from "../cloud/problem";
import type { GoogleBrokerArgs } from "./google";

export function* googleProblems({
    vcpus = 3,
    memoryGb = vcpus * 4,
}: Pick<GoogleBrokerArgs, "vcpus" | "memoryGb">): Generator<Problem> {
    if (!Number.isInteger(vcpus) || vcpus < 3)
        yield problem(
            "broker.vcpus",
            `Google's Managed Kafka has a broker in each of three zones, and each needs a vCPU: ${vcpus} are too few.`,
            "Set broker.vcpus to 3 or more.",
        );
    if (memoryGb < vcpus || memoryGb > vcpus * 8)
        yield problem(
            "broker.memoryGb",
            `Google's Managed Kafka has 1 to 8 GiB of memory for each vCPU: ${memoryGb} GiB do not fit ${vcpus} vCPUs.`,
            `Set broker.memoryGb to between ${vcpus} and ${vcpus * 8}.`,
        );
}
