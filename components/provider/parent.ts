/** The end of a plugin: with its engine, or when it is told to. */
import type { RunningServer } from "./server";

/** How often a plugin looks whether its engine is still there. A killed engine can't tell it to end. */
const parentPollMilliseconds = 500;

/** Prints the port on stdout, as the engine expects, and nothing else; ends with the engine. */
export function serveEngine(server: RunningServer): void {
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

/** Where the engine listens, as it tells a plugin; undefined where nobody has started it as one. */
export const engineAddress = (): string | undefined =>
    process.argv.slice(2).find((argument) => !argument.startsWith("-"));
