/**
 * Stage 3: what was produced has arrived, and nothing went missing. Rows are counted by the summaries of Iceberg's
 * snapshots, events and dead letters by Kafka's offsets; nothing is scanned unless those cannot tell.
 *
 * All checks of one validation look at one observation, so that their numbers fit together.
 */
import type { IcebergTable } from "../../clients/iceberg";
import { capitalised, grouped } from "../../core/words";
import { failing, pass, type Check, type CheckContext, type Verdict } from "../check";
import { poll } from "../clock";
import { client, type GateContext, type Produced, type TableName, type TopicRange } from "../context";

export interface TableState {
    readonly name: string;
    readonly table: IcebergTable | undefined;
    /** Live rows; undefined where they cannot be told. 0 where nothing was committed. */
    readonly rows: number | undefined;
}

export interface DataState {
    readonly produced: Produced | undefined;
    readonly events: TopicRange;
    readonly deadLetters: TopicRange;
    readonly bronze: TableState;
    readonly silver: TableState;
    /** Whether silver held WAIT_FOR_SILVER_MIN_ROWS rows (and, in streaming, bronze every record) in time. */
    readonly arrived: boolean;
}

/** Records that are there now. */
export function present(range: TopicRange): number {
    return range.partitions.reduce((sum, partition) => sum + partition.latest - partition.earliest, 0);
}

/** Records that were ever written, those that retention has taken included: offsets begin at 0 and are never reused. */
function everWritten(range: TopicRange): number {
    return range.partitions.reduce((sum, partition) => sum + partition.latest, 0);
}

/**
 * Live rows by the summary of the current snapshot; undefined where it cannot tell: `total-records` counts deleted
 * rows too, a position delete takes one away, an equality delete any number.
 */
export function rowsBySummary(table: IcebergTable | undefined): number | undefined {
    if (table === undefined || table.currentSnapshot === null) return 0;
    const { summary } = table.currentSnapshot;
    const total = (key: string): number | undefined => {
        const text = summary[key];
        return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
    };
    const records = total("total-records");
    if (records === undefined) return undefined;
    if ((total("total-equality-deletes") ?? 0) > 0) return undefined;
    const deletes = total("total-position-deletes") ?? 0;
    // Delete files without a count of what they delete.
    if (deletes === 0 && (total("total-delete-files") ?? 0) > 0) return undefined;
    return records - deletes;
}

export function dataChecks(context: GateContext): Check[] {
    const { settings, run } = context;
    const broker = client(context, "broker", "runtime");
    const catalog = client(context, "catalog", "runtime");
    const wait = settings.waitForSilver;
    const bronzeName = `${context.tables.bronze.namespace}.${context.tables.bronze.table}`;
    const silverName = `${context.tables.silver.namespace}.${context.tables.silver.table}`;
    const minRows = wait.allowEmpty ? 0 : Math.max(1, wait.minRows);

    async function stateOf({ namespace, table: name }: TableName): Promise<TableState> {
        const table = await catalog.loadTable(namespace, name);
        const live = table?.currentSnapshot?.summary ?? {};
        const deletes = Object.entries(live).some(([key, text]) => /^total-.*delete/.test(key) && text !== "0");
        const rows =
            context.clients.countRows !== undefined && (deletes || rowsBySummary(table) === undefined)
                ? await context.clients.countRows(namespace, name)
                : rowsBySummary(table);
        return { name: `${namespace}.${name}`, table, rows };
    }

    async function observe({ clock, signal }: CheckContext): Promise<DataState> {
        // Before waiting: what is produced meanwhile belongs to the next validation.
        const [produced, events] = await Promise.all([run.produced(), broker.offsets(context.topics.events.name)]);
        const look = async (): Promise<Omit<DataState, "arrived" | "produced" | "events">> => {
            const [bronze, silver, deadLetters] = await Promise.all([
                stateOf(context.tables.bronze),
                stateOf(context.tables.silver),
                broker.offsets(context.topics.deadLetters.name),
            ]);
            return { bronze, silver, deadLetters };
        };
        // Batch jobs are FINISHED by now, so bronze can no longer change; a streaming job may be behind.
        const streaming = run.mode === "streaming_bronze";
        const { answer, enough } = await poll(
            look,
            ({ bronze, silver, deadLetters }) =>
                (silver.rows ?? 0) >= minRows &&
                (!streaming || (bronze.rows ?? 0) + everWritten(deadLetters) >= present(events)),
            wait,
            clock,
            signal,
        );
        return { produced, events, ...answer, arrived: enough };
    }

    let observation: Promise<DataState> | undefined;
    const check = (
        part: Pick<Check, "id" | "title" | "look" | "hint">,
        judge: (data: DataState, self: Check) => Verdict | Promise<Verdict>,
    ): Check => {
        const self: Check = {
            ...part,
            stage: 3,
            layer: "runtime",
            limitSeconds: Math.ceil(wait.timeoutSeconds) + 30,
            run: async (at) => judge(await (observation ??= observe(at)), self),
        };
        return self;
    };
    const eventsTopic = `topic ${context.topics.events.name} at ${broker.where}`;
    const deadLetterTopic = `topic ${context.topics.deadLetters.name} at ${broker.where}`;
    const rerun =
        "Look whether a job failed in between; `tidegate run flink` runs bronze and silver again and adds only what is missing.";

    return [
        check(
            {
                id: "data.produced",
                title: "events were produced, and Kafka holds them",
                look: eventsTopic,
                hint: "`tidegate produce` produces events; then `tidegate run flink`.",
            },
            ({ produced, events }, self) => {
                const written = everWritten(events);
                const evidence = {
                    written,
                    present: present(events),
                    manifest: produced?.records ?? null,
                };
                if (produced !== undefined && written < produced.records)
                    return failing(
                        self,
                        `The producer's manifest says ${grouped(produced.records)} events, but Kafka was given ${grouped(written)}.`,
                        evidence,
                    );
                if (produced?.expected && written > produced.records)
                    return failing(
                        self,
                        `Kafka was given ${grouped(written)} events, ${grouped(written - produced.records)} more than the generator's manifest says: somebody else produces into this topic.`,
                        evidence,
                        {
                            hint: "Counts can only be exact for generated events alone. `tidegate down` and `up` begin again.",
                        },
                    );
                if (written === 0 && !wait.allowEmpty) return failing(self, "Nothing was ever produced.", evidence);
                return pass(`${grouped(produced?.records ?? written)} events`, evidence);
            },
        ),
        check(
            {
                id: "data.silver-arrived",
                title: `${silverName} holds rows`,
                look: `${silverName} in ${catalog.where}`,
                hint: "WAIT_FOR_SILVER_TIMEOUT_SECONDS and WAIT_FOR_SILVER_MIN_ROWS set the limits; the silver job's exceptions are in the Flink UI.",
            },
            ({ silver, bronze, arrived }, self) => {
                const evidence = { silver: silver.rows ?? null, minRows, allowEmpty: wait.allowEmpty };
                if (silver.table === undefined && !wait.allowEmpty)
                    return failing(
                        self,
                        `The catalog has no table ${silverName} after ${wait.timeoutSeconds} s.`,
                        evidence,
                    );
                if (silver.rows === undefined) return failing(self, uncounted(silver), evidence);
                if (!arrived)
                    return failing(
                        self,
                        silver.rows < minRows
                            ? `After ${wait.timeoutSeconds} s ${silverName} holds ${grouped(silver.rows)} rows, not ${grouped(minRows)}.`
                            : `After ${wait.timeoutSeconds} s ${bronzeName} holds ${bronze.rows === undefined ? "an unknown number of" : grouped(bronze.rows)} rows: the streaming job is behind.`,
                        evidence,
                    );
                return pass(`${grouped(silver.rows)} rows`, evidence);
            },
        ),
        check(
            {
                id: "data.bronze-complete",
                title: `${bronzeName} holds what was produced`,
                look: `${bronzeName} in ${catalog.where}`,
                hint: rerun,
            },
            ({ produced, events, bronze }, self) => {
                const wanted = produced?.expected?.bronze;
                const total = produced?.records ?? present(events);
                const evidence = { bronze: bronze.rows ?? null, produced: total, expected: wanted ?? null };
                if (bronze.rows === undefined) return failing(self, uncounted(bronze), evidence);
                if (wanted !== undefined && bronze.rows !== wanted)
                    return failing(
                        self,
                        `${bronzeName} holds ${grouped(bronze.rows)} rows, but exactly ${grouped(wanted)} have to come of the generated events (${signed(bronze.rows - wanted)}).`,
                        evidence,
                    );
                if (wanted !== undefined && (wanted > 0 || wait.allowEmpty))
                    return pass(`${grouped(bronze.rows)} rows, exactly as generated`, evidence);
                if (total === 0 && !wait.allowEmpty)
                    return failing(self, "Nothing was produced to compare with.", evidence);
                const least = Math.ceil(settings.bronzeShareMin * total);
                if (bronze.rows < least)
                    return failing(
                        self,
                        `${bronzeName} holds ${grouped(bronze.rows)} of ${grouped(total)} events, less than ${settings.bronzeShareMin * 100} % (${grouped(least)}).`,
                        evidence,
                    );
                return pass(`${grouped(bronze.rows)} of ${grouped(total)} events`, evidence);
            },
        ),
        check(
            {
                id: "data.every-record-accounted-for",
                title: "every event is in bronze or among the dead letters",
                look: `${eventsTopic}, ${bronzeName}, ${deadLetterTopic}`,
                hint: rerun,
            },
            async ({ events, deadLetters, bronze }, self) => {
                if (bronze.rows === undefined) return failing(self, uncounted(bronze), { bronze: null });
                const written = everWritten(events);
                const there = present(events);
                const accounted = (letters: number) => {
                    const sum = (bronze.rows ?? 0) + letters;
                    // What retention took may have been read before; what is still there must have been.
                    return { sum, right: sum >= there && sum <= written };
                };
                let letters = everWritten(deadLetters);
                let counting = "offsets";
                if (!accounted(letters).right && letters > 0) {
                    letters = await broker.deadLetterPositions(context.topics.deadLetters.name);
                    counting = "source positions";
                }
                const { sum, right } = accounted(letters);
                const evidence = { written, present: there, bronze: bronze.rows, deadLetters: letters, counting };
                if (!right)
                    return failing(
                        self,
                        sum < there
                            ? `${grouped(there - sum)} of ${grouped(there)} events are neither in bronze (${grouped(bronze.rows)}) nor among the dead letters (${grouped(letters)}).`
                            : `Bronze (${grouped(bronze.rows)}) and dead letters (${grouped(letters)}) are ${grouped(sum - written)} more than the ${grouped(written)} events: some were taken twice, or the topic was made anew and the table was not.`,
                        evidence,
                    );
                if (written === 0 && !wait.allowEmpty)
                    return failing(self, "There is no event to account for.", evidence);
                return pass(`${grouped(bronze.rows)} + ${grouped(letters)} dead letters`, evidence);
            },
        ),
        check(
            {
                id: "data.silver-not-more-than-bronze",
                title: `${silverName} holds rows, and not more than ${bronzeName}`,
                look: `${silverName} in ${catalog.where}`,
                hint: rerun,
            },
            ({ produced, bronze, silver }, self) => {
                const wanted = produced?.expected?.silver ?? null;
                const evidence = { silver: silver.rows ?? null, bronze: bronze.rows ?? null, expected: wanted };
                if (silver.rows === undefined) return failing(self, uncounted(silver), evidence);
                if (bronze.rows === undefined) return failing(self, uncounted(bronze), evidence);
                if (silver.rows <= 0 && !wait.allowEmpty) return failing(self, `${silverName} is empty.`, evidence);
                if (silver.rows > bronze.rows)
                    return failing(
                        self,
                        `${silverName} holds ${grouped(silver.rows)} rows, more than ${bronzeName} with ${grouped(bronze.rows)}: rows were written twice.`,
                        evidence,
                    );
                if (wanted !== null && silver.rows !== wanted)
                    return failing(
                        self,
                        `${silverName} holds ${grouped(silver.rows)} rows, but exactly ${grouped(wanted)} have to come of the generated events (${signed(silver.rows - wanted)}).`,
                        evidence,
                    );
                return pass(`${grouped(silver.rows)} of ${grouped(bronze.rows)} rows`, evidence);
            },
        ),
        check(
            {
                id: "data.snapshots-committed",
                title: "both tables have a committed snapshot of this rollout",
                look: catalog.where,
                hint: "A streaming job commits on checkpoints only; a batch job when it finishes. `tidegate run flink` runs the jobs again.",
            },
            ({ events, bronze, silver }, self) => {
                const wrong: string[] = [];
                for (const { name, table } of [bronze, silver]) {
                    const snapshot = table?.currentSnapshot;
                    // Of no rows neither Flink's job nor Iceberg makes a snapshot.
                    const mayBeNone = wait.allowEmpty && (name === silverName || everWritten(events) === 0);
                    if (mayBeNone && !snapshot) continue;
                    if (table === undefined) wrong.push(`there is no table ${name}`);
                    else if (!snapshot) wrong.push(`table ${name} has no snapshot: nothing was ever committed`);
                    else if (run.producedNow && snapshot.timestampMs < run.startedMs)
                        wrong.push(`the snapshot of ${name} is older than this rollout, which produced events`);
                }
                const evidence = {
                    bronze: bronze.table?.currentSnapshot?.id ?? null,
                    silver: silver.table?.currentSnapshot?.id ?? null,
                };
                return wrong.length > 0
                    ? failing(self, `${capitalised(wrong.join("; "))}.`, evidence)
                    : pass(evidence.silver === null ? "silver is empty, which is allowed" : "both", evidence);
            },
        ),
        check(
            {
                id: "data.dead-letters",
                title: "not more dead letters than allowed",
                look: deadLetterTopic,
                hint: "Each dead letter carries its reason: `tidegate logs dead-letters` shows them. DLQ_MAX, or gates.deadLettersMax, sets how many are still green.",
            },
            async ({ produced, deadLetters }, self) => {
                const wanted = produced?.expected?.deadLetters ?? null;
                const max = settings.deadLettersMax;
                const offsets = present(deadLetters);
                // Offsets may be more than dead letters (markers of transactions, repeats), never less.
                const ambiguous = offsets > 0 && (offsets > max || (wanted !== null && offsets !== wanted));
                const found = ambiguous ? await broker.deadLetterPositions(context.topics.deadLetters.name) : offsets;
                const evidence = { deadLetters: found, max, expected: wanted };
                if (found > max)
                    return failing(self, `${grouped(found)} dead letters, allowed are ${grouped(max)}.`, evidence);
                const taken = everWritten(deadLetters) - offsets;
                if (wanted !== null && found !== wanted && taken === 0)
                    return failing(
                        self,
                        `${grouped(found)} dead letters, but the generator broke exactly ${grouped(wanted)} events.`,
                        evidence,
                    );
                return pass(`${grouped(found)}, allowed are ${grouped(max)}`, evidence);
            },
        ),
    ];
}

function uncounted({ name }: TableState): string {
    return `The rows of ${name} cannot be counted: its snapshot's summary has no total-records, or it has equality deletes and nothing was given to count them.`;
}

function signed(difference: number): string {
    return difference > 0 ? `${grouped(difference)} too many` : `${grouped(-difference)} missing`;
}
