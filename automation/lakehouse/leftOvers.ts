/** Processes that run although no stack knows them any more: of a state that was lost, or of an `up` that was killed. */
import { daemonOf, readRecord } from "../../components/provider/daemon/record";
import { stop } from "../../components/provider/daemon/daemon";
import type { Environment } from "../../stacks/environment";
import { processDirectories } from "./gates";

/** Stops them and returns their names. */
export async function stopLeftOvers(environment: Environment): Promise<string[]> {
    const stopped: string[] = [];
    for (const directory of await processDirectories(environment)) {
        const record = await readRecord(directory);
        if (record === undefined || (await daemonOf(record)) === undefined) continue;
        await stop(record.name, record, { signal: "SIGTERM", graceSeconds: 15 }, []);
        stopped.push(record.name);
    }
    return stopped;
}
