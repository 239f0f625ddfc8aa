/** Whether the quota of Flink's namespace lets all jobs run at once. Pure. */
import { problem, type Problem } from "../../components/cloud/problem";
import { resourceClasses } from "../../components/runtime/resourceClasses";
import type { Environment } from "./environment";

/** MiB. */
const units: Readonly<Record<string, number>> = { Mi: 1, Gi: 2 ** 10, Ti: 2 ** 20 };

interface Demand {
    /** Cores. */
    readonly cpu: number;
    /** MiB. */
    readonly memory: number;
    readonly pods: number;
}

type Runtime = Extract<Environment["runtime"], { profile: "kubernetes" }>;

/** Of one job: its JobManager, and as many TaskManagers as its parallelism needs. */
function demandOf({ resourceClass, taskSlots }: Runtime, parallelism: number): Demand {
    const { jobManager, taskManager } = resourceClasses[resourceClass];
    const taskManagers = Math.ceil(parallelism / taskSlots);
    return {
        cpu: jobManager.cpu + taskManagers * taskManager.cpu,
        // Flink writes `m` for MiB.
        memory: Number.parseInt(jobManager.memory) + taskManagers * Number.parseInt(taskManager.memory),
        pods: 1 + taskManagers,
    };
}

/** Bronze runs always, and silver beside it; a pod over the quota is refused, and its job waits for ever. */
export function* quotas({ foundation, runtime }: Environment): Generator<Problem> {
    if (foundation === undefined || runtime?.profile !== "kubernetes") return;
    const { parallelism, autoscaler } = runtime;
    const most = autoscaler.enabled ? Math.max(parallelism, autoscaler.maxParallelism) : parallelism;
    const [bronze, silver] = [demandOf(runtime, most), demandOf(runtime, parallelism)];
    const { flink } = foundation.quotas;
    const [, amount, unit = ""] = /^(\d+)(Mi|Gi|Ti)$/.exec(flink.memory) ?? [];
    const cpu = bronze.cpu + silver.cpu;
    const memory = bronze.memory + silver.memory;
    const pods = bronze.pods + silver.pods;
    const told: readonly (readonly [key: keyof typeof flink, asked: number, there: number, inFile: string])[] = [
        ["cpu", Math.ceil(cpu), Number(flink.cpu), `"${Math.ceil(cpu)}" (cores)`],
        ["memory", memory, Number(amount) * (units[unit] ?? Number.NaN), `${Math.ceil(memory / 2 ** 10)}Gi`],
        ["pods", pods, flink.pods, String(pods)],
    ];
    // Of the namespace's other pods nothing is known but that they are small: it is the least.
    const short = told.filter(([, asked, there]) => asked > there);
    if (short.length > 0)
        yield problem(
            "runtime.parallelism",
            `asks with class '${runtime.resourceClass}' for more than foundation.quotas.flink has, where bronze${
                most === parallelism ? "" : `, scaled to ${most},`
            } and silver run at once`,
            `Set ${short.map(([key, , , inFile]) => `foundation.quotas.flink.${key} to at least ${inFile}`).join(", ")}; or take a lower parallelism, more taskSlots or a smaller class.`,
        );
}
