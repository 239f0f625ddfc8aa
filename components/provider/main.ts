/** Entry of the provider plugin. Prints its port on stdout, as the engine expects, and nothing else. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { Bridge } from "./bridge";
import { engineAddress, serveEngine } from "./parent";
import { handlers } from "./registry";
import { serve } from "./server";
import { resolveTools, type Tools } from "./tools";

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
    let located: Promise<Tools> | undefined;
    const server = await serve({
        name: "tidegate",
        version,
        engineAddress: engineAddress(),
        resource: (type, context) => {
            const handler = handlers.get(type);
            if (handler !== undefined) return new Bridge(handler, { ...context, tools: () => (located ??= tools()) });
            const known = [...handlers.keys()].join(", ");
            throw new Error(`Tidegate's provider has no resource type '${type}'. It has ${known}.`);
        },
    });
    serveEngine(server);
}

main().catch((error: unknown) => {
    process.stderr.write(`Tidegate's provider could not start: ${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
});
