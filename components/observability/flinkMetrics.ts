/** Where a Flink on this machine tells its metrics: its REST API. */
import { jobMetrics } from "../../stacks/contracts";

export const flinkMetrics = (flinkRest: string): Record<string, string> => ({
    [jobMetrics]: `${flinkRest}/jobs/metrics`,
    flinkJobManager: `${flinkRest}/jobmanager/metrics`,
    flinkTaskManagers: `${flinkRest}/taskmanagers/metrics`,
});
