/** Whether a topic ends with the events that a production that was cut off had sent. */
import { consumeBounded } from "../../clients/kafka";
import type { KafkaConnection } from "../../clients/kafkaConnection";
import { TidegateError } from "../../core/errors";
import type { Production } from "./manifest";
import type { TextChunk } from "./textChunks";

/**
 * Compares the last record of each partition with the event that has to be there when the first `skip[partition]`
 * events of the source are in it. Records that retention has removed are taken on trust.
 *
 * @throws TidegateError `topic-changed`
 */
export async function verifyTails(
    { connection, topic }: { readonly connection: KafkaConnection; readonly topic: string },
    chunks: AsyncIterable<TextChunk>,
    production: Production,
    skip: readonly number[],
): Promise<void> {
    const ends = production.offsets.map(({ start }, index) => BigInt(start + (skip[index] ?? 0)));
    const tails = new Map<number, Buffer>();
    const from = ends.map((end, index) => (skip[index] ? end - 1n : end));
    for (const { partition, value } of await consumeBounded(connection, topic, { from, to: ends }))
        tails.set(partition, value ?? Buffer.alloc(0));
    const seen = skip.map(() => 0);
    const open = new Set(skip.flatMap((count, partition) => (count > 0 ? [partition] : [])));
    for await (const chunk of chunks) {
        for (let row = 0; row < chunk.rows; row++) {
            const partition = chunk.partition[row]!;
            if (++seen[partition]! !== skip[partition]) continue;
            const start = chunk.start[row]!;
            const event = chunk.blocks[chunk.block[row]!]!.subarray(start, start + chunk.length[row]!);
            if (tails.get(partition)?.equals(event) === false) throw changed(topic, partition, production);
            open.delete(partition);
        }
        if (open.size === 0) return;
    }
    for (const partition of open) throw changed(topic, partition, production);
}

const changed = (topic: string, partition: number, production: Production): TidegateError =>
    new TidegateError(
        `Partition ${partition} of ${topic} does not end with events of ${production.source.file}, whose production was cut off`,
        {
            code: "topic-changed",
            hint: "Somebody else wrote into the topic. `tidegate produce` sends the whole file, whatever is there.",
        },
    );
