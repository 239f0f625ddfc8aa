/** What stacks are doing at this moment, in a line each. */
import { stripVTControlCharacters } from "node:util";
import pc from "picocolors";
import { duration } from "../core/duration";
import { workingStates, type LayerState } from "../graph/scheduler";
import type { RolloutEvent } from "../rollout/events";

export function amount(value: number, unit: string): string {
    if (unit === "bytes") return value >= 1e6 ? `${(value / 1e6).toFixed(1)} MB` : `${Math.round(value / 1e3)} kB`;
    return `${value.toLocaleString("en-US")} ${unit}`;
}

/** A name that is too long for its column keeps its distance all the same. */
export const inColumn = (name: string, width: number): string => `${name.padEnd(width - 1)} `;

/** A stack at work. */
export interface Active {
    state: LayerState;
    since: number;
    text: string;
    progress: string;
}

function activityText(event: Extract<RolloutEvent, { type: "activity" }>): { text: string; progress: string } {
    // A program's own words: they may steer a terminal, or have several lines.
    const text = stripVTControlCharacters(event.text).replace(/\s+/g, " ");
    const { done, total, unit = "" } = event;
    if (done === undefined) return { text, progress: "" };
    if (total === undefined || total === 0) return { text, progress: amount(done, unit) };
    const share = Math.min(1, done / total);
    const bar = "█".repeat(Math.round(share * 20)).padEnd(20, "░");
    return { text, progress: `${bar} ${Math.floor(share * 100)} % of ${amount(total, unit)}` };
}

/** Takes what an event says of the stacks that are at work. */
export function track(active: Map<string, Active>, event: RolloutEvent): void {
    if (event.type === "layer") {
        if (workingStates.includes(event.state)) {
            const before = active.get(event.layer);
            active.set(event.layer, { state: event.state, since: before?.since ?? Date.now(), text: "", progress: "" });
        } else active.delete(event.layer);
    } else if (event.type === "activity") {
        const entry = active.get(event.layer);
        if (entry) Object.assign(entry, activityText(event));
    }
}

/** One line for a stack at work: since when, and what it does at this moment. */
export function activeLine(layer: string, entry: Active, width: number): string {
    const seconds = (Date.now() - entry.since) / 1000;
    return `${pc.bold(inColumn(layer, width))}${pc.cyan(entry.state.padEnd(11))} ${duration(seconds).padStart(7)}  ${[entry.text, entry.progress].filter(Boolean).join("  ")}`;
}
