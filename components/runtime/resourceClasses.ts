/** How large the processes of a job are. */

export interface ResourceClass {
    /** `cpu` in cores; `memory` of the whole process, as Flink writes it; `scratchGi` of its temporary files. */
    readonly jobManager: { readonly cpu: number; readonly memory: string };
    readonly taskManager: { readonly cpu: number; readonly memory: string };
    readonly scratchGi: number;
}

export type ResourceClassName = "small" | "medium" | "large";

/** The operator sets requests and limits of memory to the same. */
export const resourceClasses: Readonly<Record<ResourceClassName, ResourceClass>> = {
    small: {
        jobManager: { cpu: 0.5, memory: "1600m" },
        taskManager: { cpu: 1, memory: "2048m" },
        scratchGi: 5,
    },
    medium: {
        jobManager: { cpu: 1, memory: "2048m" },
        taskManager: { cpu: 2, memory: "4096m" },
        scratchGi: 10,
    },
    large: {
        jobManager: { cpu: 2, memory: "4096m" },
        taskManager: { cpu: 4, memory: "16384m" },
        scratchGi: 50,
    },
};
