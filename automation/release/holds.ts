/**
 * Whether promotion to an environment is held, until somebody lifts it. Beside the proofs, so that whoever promotes sees it
 * without the environment's ledger. Each hold and each lifting is a record, and the last counts.
 */
import { hostname, userInfo } from "node:os";
import { z } from "zod";
import { parseJson } from "../core/json";
import type { DeepReadonly } from "../core/readonly";
import { createNumbered, numberedIn } from "../ledger/numbered";
import type { LedgerStore } from "../ledger/store";
import { placeOf } from "./store";

const holdSchema = z.strictObject({
    version: z.literal(1),
    environment: z.string(),
    /** False: this lifts the hold before it. */
    held: z.boolean(),
    why: z.string(),
    /** ISO 8601, UTC. */
    time: z.iso.datetime(),
    user: z.string(),
    host: z.string(),
});
export type HoldRecord = DeepReadonly<z.infer<typeof holdSchema>>;

export class Holds {
    private readonly place: string;

    /** `store`: of the releases. `simulated`: of rehearsals. */
    constructor(
        private readonly store: LedgerStore,
        simulated: boolean,
    ) {
        this.place = `${placeOf(simulated)}holds`;
    }

    /** All that was ever held and lifted, the last at the end. One that cannot be read is a hold of which no more is known. */
    async history(environment: string): Promise<HoldRecord[]> {
        const folder = `${this.place}/${environment}`;
        return Promise.all(
            (await numberedIn(this.store, folder)).map(async (file) => {
                const parsed = holdSchema.safeParse(parseJson(await this.store.read(`${folder}/${file}`)));
                if (parsed.success && parsed.data.environment === environment) return parsed.data;
                return unreadable(environment, `${folder}/${file}`);
            }),
        );
    }

    /** What holds it now; undefined where nothing does. */
    async of(environment: string): Promise<HoldRecord | undefined> {
        const last = (await this.history(environment)).at(-1);
        return last?.held === true ? last : undefined;
    }

    async hold(environment: string, why: string): Promise<HoldRecord> {
        return this.record(environment, true, why);
    }

    /** Answers with what it lifted; undefined where nothing was held. */
    async lift(environment: string, why: string): Promise<HoldRecord | undefined> {
        const before = await this.of(environment);
        if (before !== undefined) await this.record(environment, false, why);
        return before;
    }

    private async record(environment: string, held: boolean, why: string): Promise<HoldRecord> {
        const made = { time: new Date().toISOString(), user: userInfo().username, host: hostname() };
        const record: HoldRecord = { version: 1, environment, held, why, ...made };
        await createNumbered(this.store, `${this.place}/${environment}`, record);
        return record;
    }
}

const unreadable = (environment: string, file: string): HoldRecord => ({
    version: 1,
    environment,
    held: true,
    why: `${file} cannot be read`,
    time: new Date(0).toISOString(),
    user: "somebody unknown",
    host: "somewhere",
});

/** For people: who, when, why. */
export const holdText = ({ user, host, time, why }: HoldRecord): string => `by ${user}@${host} at ${time}: ${why}`;
