/**
 * How long work tells what it does. Nothing outside automation/cli prints: everything else reports to a `Progress`,
 * and whoever runs it decides what a person sees.
 */
export interface Progress {
    /** What is being done now, replacing the last such line: "downloading flink-runtime-2.0.0.jar". */
    update(text: string): void;
    /** How far: `done` of `total`, in `unit` ("bytes", "events", "jars"); `total` is undefined while it is not known. */
    advance(done: number, total: number | undefined, unit: string): void;
    /** Something a person wants to keep, once: "Kafka 4.1.2 is in the cache already". */
    note(text: string): void;
}

export const silent: Progress = { update: () => {}, advance: () => {}, note: () => {} };
