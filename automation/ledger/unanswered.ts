/** Creates to which no answer came, kept beside the ledger until they have been looked for: one object for each. */
import { createHash } from "node:crypto";
import { z } from "zod";
import type { UnansweredCreate } from "../engine/unanswered";
import type { LedgerStore } from "./store";

const createSchema = z.strictObject({
    urn: z.string(),
    type: z.string(),
    custom: z.literal(true),
    parent: z.string().optional(),
    provider: z.string().optional(),
    inputs: z.record(z.string(), z.unknown()).optional(),
});

const folderOf = (stack: string): string => `unanswered/${stack}`;

export class UnansweredCreates {
    constructor(private readonly store: LedgerStore) {}

    /** One that is kept already stays as it is. */
    async keep(stack: string, creates: readonly UnansweredCreate[]): Promise<void> {
        for (const create of creates) await this.store.create(this.nameOf(stack, create.urn), JSON.stringify(create));
    }

    async of(stack: string): Promise<UnansweredCreate[]> {
        const names = await this.store.list(folderOf(stack));
        const texts = await Promise.all(names.map((name) => this.store.read(`${folderOf(stack)}/${name}`)));
        return texts.flatMap((text) => {
            if (text === undefined) return [];
            const { parent, provider, inputs, ...rest } = createSchema.parse(JSON.parse(text));
            return [
                {
                    ...rest,
                    ...(parent === undefined ? {} : { parent }),
                    ...(provider === undefined ? {} : { provider }),
                    ...(inputs === undefined ? {} : { inputs }),
                },
            ];
        });
    }

    async forget(stack: string, creates: readonly UnansweredCreate[]): Promise<void> {
        for (const { urn } of creates) await this.store.remove(this.nameOf(stack, urn));
    }

    private nameOf(stack: string, urn: string): string {
        return `${folderOf(stack)}/${createHash("sha256").update(urn).digest("hex").slice(0, 32)}.json`;
    }
}
