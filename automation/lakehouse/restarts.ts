/** Restarts of streaming jobs as they are when a rollout begins, against which its gate counts. */
import type { Outputs } from "../engine/snapshot";
import type { Environment } from "../../stacks/environment";
import { FlinkClient } from "../clients/flink";
import { RunStateFile } from "./runState";

/** Asks the Flink of the last run; one that does not answer, or is not there yet, has no jobs that could restart. */
export async function rememberRestarts(environment: Environment): Promise<void> {
    const file = new RunStateFile(environment.dataDirectory);
    const { flinkRest } = await file.read();
    if (flinkRest === null) return;
    const flink = new FlinkClient(flinkRest, { requestSeconds: 3 });
    const restarts = await flink
        .jobs()
        .then((jobs) =>
            Promise.all(
                jobs
                    .filter(({ state }) => state === "RUNNING")
                    .map(async ({ id }) => [id, (await flink.restarts(id)) ?? 0] as const),
            ),
        )
        .catch(() => []);
    await file.update({ restartsBefore: Object.fromEntries(restarts) });
}

/** The Flink of this run, where it is reached from here: on a cluster the operator counts. */
export async function rememberFlink(environment: Environment, outputs: ReadonlyMap<string, Outputs>): Promise<void> {
    const flinkRest = outputs.get("runtime")?.["flinkRest"];
    if (typeof flinkRest !== "string") return;
    await new RunStateFile(environment.dataDirectory).update({ flinkRest });
}
