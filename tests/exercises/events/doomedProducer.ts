/** Produces a file at a rate, for a test that kills it. Arguments: connection, topic, file, manifest directory, rate. */
import { produceEvents } from "../../../automation/exercises/events/produce";
import { silent } from "../../../automation/core/progress";
import type { KafkaConnection } from "../../../automation/clients/kafkaConnection";
import { taxi } from "./dataset";

const [connection = "", topic = "", file = "", manifestDirectory = "", rate = ""] = process.argv.slice(2);
void produceEvents({
    dataset: taxi,
    connection: JSON.parse(connection) as KafkaConnection,
    topic,
    source: { file },
    mode: "rate",
    rate: Number(rate),
    manifestDirectory,
    once: true,
    progress: silent,
});
