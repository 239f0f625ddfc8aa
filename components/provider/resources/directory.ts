/** `tidegate:embedded:Directory`: a directory that other processes fill. */
import { isAbsolute, join, normalize } from "node:path";
import { z } from "zod";
import { claim, exists, ownerMark, release } from "../daemon/ownership";
import { defineHandler } from "../handler";

const inputs = z.strictObject({
    path: z.string().refine((path) => isAbsolute(path) && normalize(path) === path, "has to be an absolute path"),
    deleteData: z.boolean().default(true),
});
export type DirectoryInputs = z.infer<typeof inputs>;

const state = z.object({ path: z.string() });

export const directoryHandler = defineHandler<DirectoryInputs, z.infer<typeof state>>({
    inputs,
    state,
    secretOutputs: [],
    replaceOnChange: ["path"],
    preview: (_old, { path }) => ({ path }),
    async create({ path }) {
        await claim(path, "the resource");
        return { id: path, state: { path } };
    },
    read: async ({ state: { path } }) => ((await exists(join(path, ownerMark))) ? { path } : undefined),
    async update(_old, { path }) {
        await claim(path, "the resource");
        return { path };
    },
    async delete({ inputs: { path, deleteData } }) {
        if (deleteData) await release(path);
    },
});
