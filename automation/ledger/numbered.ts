/** Records of one folder that are numbered as they are made: created and never changed. */
import type { LedgerStore } from "./store";

/** Names of the records of a folder, as they were made. What has another name is none of them. */
export const numberedIn = async (store: LedgerStore, folder: string): Promise<string[]> =>
    (await store.list(folder)).filter((name) => /^\d{8}\.json$/.test(name));

/** Answers with the record's name, without its ending, once it lasts. It sorts after all that are there, whatever the clock says. */
export async function createNumbered(store: LedgerStore, folder: string, record: object): Promise<string> {
    const last = (await numberedIn(store, folder)).at(-1);
    for (let next = Number(last?.slice(0, 8) ?? 0) + 1; ; next++) {
        const name = String(next).padStart(8, "0");
        if (await store.create(`${folder}/${name}.json`, `${JSON.stringify(record)}\n`)) return name;
    }
}
