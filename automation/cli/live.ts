/**
 * How a rollout looks in a terminal: one line per stack at work, with its current resource, below everything that stays.
 * There are never more of them than the terminal has rows for.
 */
import { createLogUpdate } from "log-update";
import pc from "picocolors";
import sliceAnsi from "slice-ansi";
import type { LayerState } from "../graph/scheduler";
import type { RolloutEvent } from "../rollout/events";
import { activeLine, track, type Active } from "./activity";
import { FoldedLines, foldedAbove } from "./folding";
import { columnFor, lastingLines, type View } from "./views";

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/** How far a run is; told where it has more stacks than are seen at a glance. */
export class Tally {
    private readonly states = new Map<string, LayerState>();
    private total = 0;

    take(event: RolloutEvent): void {
        if (event.type === "run-started") this.total = event.layers.length;
        else if (event.type === "layer" && event.state !== "skipped") this.states.set(event.layer, event.state);
    }

    /** Undefined where there are few. */
    line(active: number): string | undefined {
        if (this.total < 10) return undefined;
        const count = (state: LayerState): number => [...this.states.values()].filter((one) => one === state).length;
        const failed = count("failed") + count("interrupted");
        const blocked = count("blocked");
        return [
            `${count("succeeded")} of ${this.total} done`,
            `${active} at work`,
            ...(failed > 0 ? [pc.red(`${failed} failed`)] : []),
            ...(blocked > 0 ? [pc.yellow(`${blocked} not started`)] : []),
        ].join(pc.dim(" · "));
    }
}

export interface Screen {
    readonly rows: number;
    readonly columns: number;
}

/**
 * The lines at the bottom of the screen, none longer than it is wide. A third of the rows is kept for what stays; those
 * that work longest are shown first.
 */
export function liveLines(
    active: ReadonlyMap<string, Active>,
    tally: string | undefined,
    { rows, columns }: Screen,
    frame: number,
    width: number,
): readonly string[] {
    const limit = Math.max(1, Math.floor((rows * 2) / 3));
    const room = Math.max(1, limit - (tally === undefined ? 0 : 1));
    const all = [...active].toSorted(([, a], [, b]) => a.since - b.since);
    const shown = all.length > room ? all.slice(0, room - 1) : all;
    const mark = pc.cyan(frames[frame % frames.length] ?? "");
    const lines = shown.map(([layer, entry]) => `${mark} ${activeLine(layer, entry, width)}`);
    if (shown.length < all.length) lines.push(pc.dim(`  and ${all.length - shown.length} more at work`));
    if (tally !== undefined && all.length > 0) lines.push(`  ${tally}`);
    return lines.slice(0, limit).map((line) => sliceAnsi(line, 0, columns - 1));
}

export function liveView(stream: NodeJS.WriteStream): View {
    const active = new Map<string, Active>();
    const tally = new Tally();
    const logUpdate = createLogUpdate(stream);
    let folded: FoldedLines | undefined;
    let width = columnFor([]);
    let frame = 0;
    const draw = (): void => {
        const screen = { rows: stream.rows || 24, columns: stream.columns || 100 };
        const lines = liveLines(active, tally.line(active.size), screen, frame, width);
        if (active.size === 0) logUpdate.clear();
        else logUpdate(lines.join("\n"));
    };
    const stay = (lines: readonly string[]): void => {
        if (lines.length === 0) return;
        logUpdate.clear();
        stream.write(`${lines.join("\n")}\n`);
    };
    const timer = setInterval(() => {
        frame++;
        draw();
    }, 120);
    timer.unref();
    return {
        sink: (event) => {
            if (event.type === "run-started") {
                width = columnFor(event.layers);
                // What a look ahead finds is its result; of a rollout it is in the report.
                const many = event.operation === "up" && event.layers.length > foldedAbove;
                folded = many ? new FoldedLines(event.layers, width) : undefined;
            }
            track(active, event);
            tally.take(event);
            const line = folded === undefined ? lastingLines(event, width) : undefined;
            stay(folded?.of(event) ?? (line === undefined ? [] : [line]));
            draw();
        },
        close: () => {
            clearInterval(timer);
            stay(folded?.rest() ?? []);
            logUpdate.clear();
            logUpdate.done();
        },
    };
}
