/** What the containers of an environment may take of Docker's memory, in MiB: their limits, which components and preflight share. */
import { taskManagerMemory } from "../../components/runtime/flinkConfiguration";

/** Of those that no setting names. */
export const containerLimits = {
    lakekeeper: 512,
    migration: 256,
    postgres: 512,
    jobManager: 1152,
    sqlGateway: 1152,
    prometheus: 512,
} as const;

/** Over what Flink's own model counts. */
const reserve = 128;

/** Of a TaskManager with so many slots. */
export const taskManagerLimit = (slots: number): number =>
    Object.values(taskManagerMemory(slots)).reduce((sum: number, part: number) => sum + part, reserve);

type Settings = { readonly profile: string } | undefined;

export interface Limited {
    readonly storage?: Settings;
    readonly broker?: Settings;
    readonly catalog?: Settings;
    readonly runtime?: Settings;
    readonly observability?: Settings;
}

/** 0 where it has no container. The migration has ended before Flink starts. */
export function containerMemoryMiB({ storage, broker, catalog, runtime, observability }: Limited): number {
    const { lakekeeper, postgres, jobManager, sqlGateway, prometheus } = containerLimits;
    const ofDocker = (settings: Settings, of: (settings: Record<string, unknown>) => number): number =>
        settings?.profile === "docker" ? of(settings as unknown as Record<string, unknown>) : 0;
    return (
        ofDocker(storage, ({ memoryMiB }) => Number(memoryMiB)) +
        ofDocker(broker, ({ memoryMiB }) => Number(memoryMiB)) +
        ofDocker(catalog, () => lakekeeper + postgres) +
        ofDocker(runtime, ({ taskSlots }) => jobManager + sqlGateway + taskManagerLimit(Number(taskSlots))) +
        ofDocker(observability, () => prometheus)
    );
}
