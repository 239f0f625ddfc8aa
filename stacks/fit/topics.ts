/** Whether the topics beside the data set's have names that Kafka takes, and that nobody else has: it reads the manifest of the data set. */
import { topicProblems } from "../../components/broker/topicNames";
import type { Problem } from "../../components/cloud/problem";
import { loadDataset } from "../../sql/manifest";
import type { Environment } from "./environment";

export function* topics({ broker, dataset }: Environment): Generator<Problem> {
    if (broker === undefined || broker.moreTopics.length === 0) return;
    yield* topicProblems(loadDataset(dataset).topics, broker.moreTopics);
}
