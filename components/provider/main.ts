/** Entry of the provider plugin. Prints its port on stdout, as the engine expects, and nothing else. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { handlers } from "./registry";
import { serve } from "./server";
import { resolveTools } from "./tools";

/** How often the plugin looks whether its engine is still there. A killed engine can't tell it to end. */
const parentPollMilliseconds = 500;

const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(resolve(__dirname, "../../package.json"), "utf8")));

/** Loaded when the first process is started: a plugin that only answers diffs doesn't need the toolchain. */
const tools = () =>
    resolveTools(() =>
        (require("../../automation/toolchain") as typeof import("../../automation/toolchain")).locateTools(),
    );

async function main(): Promise<void> {
    // Inherited by the daemons: their logs and data are for their owner alone.
    process.umask(0o077);
    const engineAddress = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
    const server = await serve({ version, handlers, engineAddress, tools });
    const parent = process.ppid;
    let ending = false;
    const end = () => {
        if (ending) return;
        ending = true;
        void server.stop().finally(() => process.exit(0));
    };
    setInterval(() => process.ppid !== parent && end(), parentPollMilliseconds).unref();
    process.on("SIGTERM", end);
    process.on("SIGINT", end);
    process.stdout.write(`${server.port}\n`);
}

main().catch((error: unknown) => {
    process.stderr.write(`Tidegate's provider could not start: ${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
});
