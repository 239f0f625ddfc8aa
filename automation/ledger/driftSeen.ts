/** What looks for drift have found, beside the ledger: for whoever asks how an environment stands, later and from elsewhere. */
import { z } from "zod";
import { parseJson } from "../core/json";
import type { LedgerStore } from "./store";

const schema = z.object({
    version: z.literal(1),
    /** ISO 8601, UTC. */
    time: z.iso.datetime(),
    /** Stacks that were asked, and those of them that differ. */
    stacks: z.array(z.string()),
    drifted: z.array(z.string()),
    user: z.string(),
    host: z.string(),
});
export type DriftSeen = Readonly<z.infer<typeof schema>>;

const folder = "drift";

export async function keepDrift(store: LedgerStore, seen: Omit<DriftSeen, "version">): Promise<void> {
    const name = `${seen.time.replace(/[-:.]/g, "")}-${process.pid}`;
    await store.create(`${folder}/${name}.json`, `${JSON.stringify({ version: 1, ...seen })}\n`);
}

/** Undefined where nobody has looked, or where it cannot be read. */
export async function lastDrift(store: LedgerStore): Promise<DriftSeen | undefined> {
    const name = (await store.list(folder)).at(-1);
    if (name === undefined) return undefined;
    const text = await store.read(`${folder}/${name}`).catch(() => undefined);
    return schema.safeParse(parseJson(text)).data;
}
