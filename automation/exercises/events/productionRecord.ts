import { createHash } from "node:crypto";
import { topicOffsets, type TopicOffsets } from "../../clients/kafka";
import { expectedOfPart, layoutOf, type Expected } from "./generator";
import { manifestFile, readManifest, writeManifest, type Production, type ProductionManifest } from "./manifest";
import type { ProduceOptions, ProductionResult } from "./produce";
import { partitionSql, type EventFile } from "./source";

/** The manifest around one production: what is there, what is missing, and what is said of it afterwards. */
export class ProductionRecord {
    readonly #options: ProduceOptions;
    readonly #events: EventFile;
    readonly #offsets: TopicOffsets;
    readonly #manifest: ProductionManifest;
    readonly #id: string;
    #production: Production | undefined;

    private constructor(
        options: ProduceOptions,
        events: EventFile,
        offsets: TopicOffsets,
        manifest: ProductionManifest,
    ) {
        this.#options = options;
        this.#events = events;
        this.#offsets = offsets;
        this.#manifest = manifest;
        this.#id = createHash("sha256")
            .update(JSON.stringify([events.digest, options.limit ?? null, offsets.partitions.length]))
            .digest("hex");
    }

    static async open(options: ProduceOptions, events: EventFile, offsets: TopicOffsets): Promise<ProductionRecord> {
        const { topic, manifestDirectory, progress } = options;
        const found = await readManifest(manifestDirectory, topic);
        if (found !== undefined && found.topicId !== offsets.topicId)
            progress.note(`${topic} was made again since the last production; its manifest begins anew`);
        const manifest: ProductionManifest =
            found?.topicId === offsets.topicId
                ? found
                : { version: 1, topic, topicId: offsets.topicId, productions: [] };
        return new ProductionRecord(options, events, offsets, manifest);
    }

    get file(): string {
        return manifestFile(this.#options.manifestDirectory, this.#options.topic);
    }

    get partitions(): number {
        return this.#offsets.partitions.length;
    }

    get current(): Production {
        if (this.#production === undefined) throw new Error("no production has begun");
        return this.#production;
    }

    /** The result of a production that needs none, or undefined. */
    covered(): ProductionResult | undefined {
        if (this.#options.once !== true) return undefined;
        const production = this.#manifest.productions.findLast(({ id, complete }) => id === this.#id && complete);
        if (
            production === undefined ||
            !production.offsets.every(({ partition, end }) => end <= this.#latest(partition))
        )
            return undefined;
        this.#options.progress.note(
            `${this.#options.topic} holds the ${production.events} events of ${this.#events.file} already`,
        );
        return { outcome: "skipped", acknowledged: 0, production, manifestFile: this.file };
    }

    /** Records that a production begins, before its first event; returns how many of each partition are there. */
    async begin(): Promise<number[]> {
        const { productions } = this.#manifest;
        const last = productions.at(-1);
        // What was produced last and is not whole goes on; behind other records it could not be told apart any more.
        if (this.#options.once === true && last?.id === this.#id) {
            last.complete = false;
            last.finishedAt = null;
            this.#production = last;
            await this.#write();
            return last.offsets.map(({ partition, start }) => Math.max(0, this.#latest(partition) - start));
        }
        if (last !== undefined && last.finishedAt === null) await this.#close(last, this.#offsets);
        const { events } = this.#events;
        this.#production = {
            id: this.#id,
            source: {
                kind: this.#events.generated === null ? "file" : "generated",
                file: this.#events.file,
                digest: this.#events.digest,
            },
            limit: this.#options.limit ?? null,
            planned: Math.min(events, this.#options.limit ?? events),
            startedAt: new Date().toISOString(),
            finishedAt: null,
            complete: false,
            events: 0,
            expected: null,
            offsets: this.#offsets.partitions.map(({ partition, latest }) => ({
                partition,
                start: Number(latest),
                end: Number(latest),
            })),
            eventsPerSecond: null,
        };
        productions.push(this.#production);
        await this.#write();
        return this.#production.offsets.map(() => 0);
    }

    async finish(complete: boolean, eventsPerSecond: number, timeoutMs?: number): Promise<void> {
        const production = this.current;
        const { connection, topic } = this.#options;
        const offsets = await topicOffsets(connection, topic, timeoutMs === undefined ? {} : { timeoutMs });
        production.eventsPerSecond = Math.round(eventsPerSecond);
        await this.#close(production, offsets, complete);
        await this.#write();
    }

    /** Kafka's end offsets tell what a production that ended, or was ended, left behind. */
    async #close(production: Production, { partitions }: TopicOffsets, complete = false): Promise<void> {
        for (const range of production.offsets)
            range.end = Math.max(range.start, Number(partitions[range.partition]?.latest ?? 0n));
        const arrived = production.offsets.reduce((sum, { start, end }) => sum + end - start, 0);
        production.events = Math.min(arrived, production.planned);
        production.complete = complete || arrived === production.planned;
        production.finishedAt = new Date().toISOString();
        if (arrived > production.planned) {
            this.#options.progress.note(
                `Somebody else wrote ${arrived - production.planned} records into ${this.#options.topic} meanwhile`,
            );
            production.expected = null;
            return;
        }
        production.expected = await this.#expected(production);
    }

    async #expected(production: Production): Promise<Expected | null> {
        const { generated, file, digest } = this.#events;
        if (generated === null || production.source.digest !== digest) return null;
        if (production.events === generated.expected.events) return generated.expected;
        const { dataset } = this.#options;
        const sent = production.offsets.map(({ start, end }) => end - start);
        return expectedOfPart(layoutOf(generated, dataset), file, partitionSql(dataset, sent.length), sent);
    }

    #latest(partition: number): number {
        return Number(this.#offsets.partitions[partition]?.latest ?? 0n);
    }

    #write(): Promise<void> {
        return writeManifest(this.#options.manifestDirectory, this.#manifest);
    }
}
