/**
 * The embedded lakehouse's first release rolled out as a whole, and then one that differs from it in one SQL file: how long
 * each takes, and which layers are touched. An environment that takes releases from another is rolled out the same way; its
 * promotion asks the store of releases beside that, which takes no second. Prints JSON.
 *
 *     npx tidegate exec -- npm run ts -- bench/promotion.ts --events 20000 --file sql/templates/silver.sql
 */
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { Checkout } from "../tests/_helpers/checkout";

const made = z.object({ release: z.string() });
const difference = z.object({ stacks: z.array(z.object({ stack: z.string() })) });
const shown = z.object({
    records: z.array(z.object({ entry: z.looseObject({ type: z.string(), stack: z.string().optional() }) })),
});

const seconds = (begun: number): number => Math.round((performance.now() - begun) / 100) / 10;

async function json<T>(checkout: Checkout, args: readonly string[], schema: z.ZodType<T>): Promise<T> {
    const { code, stdout, stderr } = await checkout.run([...args, "--json"]);
    if (code !== 0) throw new Error(`tidegate ${args.join(" ")} failed:\n${stderr}`);
    return schema.parse(JSON.parse(stdout));
}

/** Rolls out what lies there, as a release. */
async function rollOut(checkout: Checkout, events: string) {
    const making = performance.now();
    const { release } = await json(checkout, ["release", "create"], made);
    const create = seconds(making);
    const begun = performance.now();
    const { code, stdout, stderr } = await checkout.run(["up", "local", "--release", release, "--events", events]);
    if (code !== 0) throw new Error(`tidegate up failed:\n${stdout}${stderr}`);
    const { records } = await json(checkout, ["show", "last"], shown);
    const touched = records.flatMap(({ entry }) => (entry.type === "operation-started" ? [entry.stack] : []));
    return { release, createSeconds: create, rolloutSeconds: seconds(begun), touched };
}

async function main(): Promise<void> {
    const { values } = parseArgs({
        options: {
            events: { type: "string", default: "20000" },
            file: { type: "string", default: "sql/templates/silver.sql" },
        },
    });
    const checkout = Checkout.create();
    try {
        const whole = await rollOut(checkout, values.events);
        appendFileSync(join(checkout.directory, values.file), "-- another release\n");
        const changed = await rollOut(checkout, values.events);
        const { stacks } = await json(checkout, ["release", "diff", whole.release, changed.release], difference);
        const differs = stacks.map(({ stack }) => stack);
        process.stdout.write(`${JSON.stringify({ file: values.file, differs, whole, changed }, null, 2)}\n`);
    } finally {
        await checkout.remove();
    }
}

void main();
