/**
 * From a stopped, set-up machine to all gates green: `tidegate up` with N events in a checkout of its own, beside a
 * second `up` in which nothing changed. Prints JSON: total seconds, where they went, resident memory.
 *
 *     npx tidegate exec -- npm run ts -- bench/rollout.ts --events 100000
 */
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { Checkout } from "../tests/_helpers/checkout";

const report = z.object({
    seconds: z.number(),
    ok: z.boolean(),
    layers: z.array(
        z.object({
            name: z.string(),
            phases: z.array(z.object({ state: z.string(), from: z.number(), to: z.number() })),
            exercises: z.array(z.object({ name: z.string(), summary: z.string(), seconds: z.number() })),
        }),
    ),
});

const status = z.object({ processes: z.array(z.object({ name: z.string(), bytes: z.number().nullable() })) });

async function up(checkout: Checkout, events: number) {
    const begun = performance.now();
    const { code, stdout } = await checkout.run(["up", "--events", String(events)]);
    const wall = (performance.now() - begun) / 1000;
    if (code !== 0) throw new Error(`tidegate up failed:\n${stdout}`);
    const facts = report.parse(
        JSON.parse(await readFile(join(checkout.dataDirectory, "reports", "last-run.json"), "utf8")),
    );
    const phases = Object.fromEntries(
        facts.layers.map(({ name, phases: parts }) => [
            name,
            Object.fromEntries(parts.map(({ state, from, to }) => [state, round(to - from)])),
        ]),
    );
    const exercises = Object.fromEntries(
        facts.layers.flatMap((layer) =>
            layer.exercises.map(({ name, seconds, summary }) => [name, { seconds, summary }]),
        ),
    );
    return { wallSeconds: round(wall), rolloutSeconds: round(facts.seconds), phases, exercises };
}

const round = (value: number): number => Math.round(value * 100) / 100;

async function main(): Promise<void> {
    const { values } = parseArgs({ options: { events: { type: "string", default: "100000" } } });
    const events = Number(values.events);
    const checkout = Checkout.create();
    try {
        const stopped = await up(checkout, events);
        const unchanged = await up(checkout, events);
        const validation = performance.now();
        const validated = await checkout.run(["validate", "--json"]);
        const validateSeconds = round((performance.now() - validation) / 1000);
        const { processes } = status.parse(JSON.parse((await checkout.run(["status", "--json"])).stdout));
        const megabytes = Object.fromEntries(
            processes.map(({ name, bytes }) => [name, Math.round((bytes ?? 0) / 1e6)]),
        );
        const total = Object.values(megabytes).reduce((sum, value) => sum + value, 0);
        const result = {
            events,
            cores: availableParallelism(),
            stopped,
            unchanged,
            validate: { seconds: validateSeconds, green: validated.code === 0 },
            residentMegabytes: { total, ...megabytes },
        };
        process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    } finally {
        await checkout.remove();
    }
}

void main();
