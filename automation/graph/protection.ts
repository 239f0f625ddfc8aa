/** What a graph says of changes that must not happen by the way. Pure: what may be written, and what it means where it is left out. */
import { z } from "zod";

const limit = z.number().int().min(0);

export const changeBudgetSchema = z.strictObject({
    create: limit.optional(),
    update: limit.optional(),
    replace: limit.optional(),
    delete: limit.optional(),
    stateful: z
        .strictObject({ replace: limit.default(0), delete: limit.default(0) })
        .prefault({})
        .describe("Of resources that hold data. Default: none, but for those that are approved by name."),
});
/** How many resources one rollout may change at most, by what is done to them; what is absent has no limit. */
export type ChangeBudget = z.infer<typeof changeBudgetSchema>;

export const protectedSchema = z
    .union([z.boolean(), z.array(z.string())])
    .default(false)
    .describe("Whether its data is guarded and a `down` has to be confirmed: always, or in these environments.");

export const statefulSchema = z
    .array(z.string().regex(/^!?[^!\s]+$/, "a type token; `*` stands for anything, `!` before it takes it out"))
    .default([])
    .describe("Types whose replacement or deletion loses data, beside those that are known.");
