/** Reads the files that a migration is from and to. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { readEnvironmentFile } from "../../../stacks/environment";
import type { Side } from "./mixes";

/** @throws TidegateError `environment-invalid` */
export async function readSide(named: string): Promise<Side> {
    const file = resolve(named);
    const settings = await readEnvironmentFile(file);
    const text = await readFile(file, "utf8");
    return { file, text, raw: z.record(z.string(), z.unknown()).parse(parse(text)), settings };
}
