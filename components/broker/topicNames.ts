/** What topics may be called. Source: https://kafka.apache.org/documentation/#topic-naming and Kafka's class Topic. Pure. */
import { problem, type Problem } from "../cloud/problem";

export const topicName = /^[A-Za-z0-9._-]{1,249}$/;

/** Where gates write a record, and read it again. */
export const probeTopic = "tidegate.probe";

/** Kafka's metrics write `_` for `.`, so it refuses to have two topics that differ in these alone. */
const asMetric = (name: string): string => name.replaceAll(".", "_");

/** @param topics of the data set */
export function* topicProblems(
    topics: { readonly events: string; readonly deadLetters: string },
    moreTopics: readonly { readonly name: string }[],
): Generator<Problem> {
    const taken = new Map<string, string>([
        [asMetric(topics.events), `${topics.events}, the data set's topic of events`],
        [asMetric(topics.deadLetters), `${topics.deadLetters}, the data set's topic of dead letters`],
        [asMetric(probeTopic), `${probeTopic}, where gates write their records`],
    ]);
    for (const [index, { name }] of moreTopics.entries()) {
        const path = `broker.moreTopics.${index}.name`;
        const other = taken.get(asMetric(name));
        if (!topicName.test(name) || /^\.{1,2}$/.test(name))
            yield problem(
                path,
                `'${name}' is no name of a topic`,
                "Take letters, digits, '.', '_' and '-', at most 249 of them, and more than dots.",
            );
        else if (name.startsWith("__"))
            yield problem(
                path,
                `'${name}' begins as Kafka's own topics do`,
                "Let it begin with something else than __.",
            );
        else if (other !== undefined)
            yield problem(
                path,
                `'${name}' is the same to Kafka as ${other}`,
                "Give it another name: '.' and '_' do not make two names different.",
            );
        taken.set(asMetric(name), `${name}, which is broker.moreTopics.${index}`);
    }
}
