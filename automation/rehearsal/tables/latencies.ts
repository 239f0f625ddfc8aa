/** Latencies that many rows share, with where they come from. Seconds. */
import type { Latency } from "../row";

/** One call that settles a property of something that is there. */
export const setting: Latency = {
    create: 1,
    update: 1,
    delete: 1,
    source: "one API call; no published figure, counted as a second",
};

/** A thing that is there as soon as the call is answered. */
export const immediate: Latency = {
    create: 2,
    update: 1,
    delete: 1,
    source: "a few API calls; no published figure, counted as two seconds",
};
