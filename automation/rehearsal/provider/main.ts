/** Entry of the plugins that simulate a cloud; the first argument is the name of the provider. */
import { setTimeout as delay } from "node:timers/promises";
import { engineAddress, serveEngine } from "../../../components/provider/parent";
import { serve } from "../../../components/provider/server";
import type { Values } from "../../../components/provider/values";
import { SimulatedCalls, useRows, type Weather } from "../calls";
import { SimulatedCloud } from "../cloud";
import { byChance, calm, planned } from "../faults";
import { cloudOf, readRehearsal, rehearsalVariable } from "../place";
import { allTables, tableOf } from "../tables";

/** For answers that are given and not sent yet. */
const flushMilliseconds = 100;

async function main(): Promise<void> {
    const [name = ""] = process.argv.splice(2, 1);
    const directory = process.env[rehearsalVariable];
    if (directory === undefined || directory === "")
        throw new Error(`${rehearsalVariable} names no folder: this plugin is for \`tidegate rehearse\` alone.`);
    const { faults, chaos, secondsPerSecond, elsewhere, apiServer } = readRehearsal(directory);
    const cloud = new SimulatedCloud(cloudOf(directory));
    const table = tableOf(name);
    const beyond =
        apiServer === null || name !== "kubernetes" ? undefined : (await import("../through.js")).openBeyond(apiServer);
    const rows = new Map(table.rows.map((row) => [row.token, row]));
    useRows(() => [...allTables().values()].flatMap((one) => one.rows), elsewhere);
    let crashing = false;
    const weather: Weather = {
        happening: (call, of) => {
            const fault = planned(faults, call, of);
            return chaos === null || fault !== calm() ? fault : byChance(chaos, call, of);
        },
        secondsPerSecond,
        crash: async () => {
            crashing = true;
            // What else has happened is answered: a lost answer is a fault of its own.
            await delay(flushMilliseconds);
            process.kill(process.pid, "SIGKILL");
            return new Promise<never>(() => {});
        },
        get crashing() {
            return crashing;
        },
    };
    let settings: Values = {};
    let seen = cloud;
    const server = await serve({
        name,
        version: table.version,
        engineAddress: engineAddress(),
        configure: (given) => {
            settings = given;
            if (table.scope !== undefined) seen = new SimulatedCloud(cloud.directory, table.scope(given));
        },
        resource: (type, context) => {
            const row = rows.get(type);
            if (row === undefined)
                throw new Error(
                    `Nothing is known of ${type}: a rehearsal cannot tell what the real ${name} would do with it. ` +
                        `It knows ${rows.size} types; docs/rehearsal-fidelity.md lists them.`,
                );
            return new SimulatedCalls(row, seen, settings, context, weather, beyond);
        },
        invoke: (token, args) => {
            const invoke = table.invokes[token];
            if (invoke === undefined) throw new Error(`Nothing is known of the function ${token} of ${name}.`);
            return Promise.resolve(invoke(args, settings, seen));
        },
    });
    serveEngine(server);
}

main().catch((error: unknown) => {
    process.stderr.write(
        `The simulated provider could not start: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exit(1);
});
