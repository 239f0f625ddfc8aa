/**
 * The lines that stay of a run with many stacks: one for each that ends green, and all that was said of one that does not.
 * Lines of two stacks never mix. What is folded away is in the report.
 */
import pc from "picocolors";
import type { RolloutEvent } from "../rollout/events";
import { duration } from "../core/duration";
import { inColumn } from "./activity";
import { lastingLines } from "./views";

/** Up to so many stacks, every line is shown as it comes. */
export const foldedAbove = 24;

interface Held {
    readonly lines: string[];
    /** Red, though the stack may be green. */
    readonly red: string[];
    note: string;
    passed: number;
    checks: number;
}

interface Idle {
    readonly state: "blocked" | "skipped";
    readonly layer: string;
    readonly reason: string;
    count: number;
}

export class FoldedLines {
    private readonly held = new Map<string, Held>();
    private idle: Idle | undefined;

    constructor(
        layers: readonly string[],
        private readonly width: number,
    ) {
        for (const layer of layers) this.held.set(layer, empty());
    }

    /** What is to be written because of this event. */
    of(event: RolloutEvent): readonly string[] {
        if (event.type === "layer" && (event.state === "blocked" || event.state === "skipped")) {
            const before = this.idle?.state === event.state ? [] : this.flush();
            const { state, layer, reason = state } = event;
            this.idle ??= { state, layer, reason, count: 0 };
            this.idle.count += 1;
            return before;
        }
        return [...this.flush(), ...this.lines(event)];
    }

    /** What was held back and never ended. */
    rest(): readonly string[] {
        const left = [...this.flush(), ...[...this.held.values()].flatMap(({ lines }) => lines)];
        this.held.clear();
        return left;
    }

    private lines(event: RolloutEvent): readonly string[] {
        if (event.type === "run-finished") return this.rest();
        const line = lastingLines(event, this.width);
        const layer = "layer" in event ? event.layer : undefined;
        const held = layer === undefined ? undefined : this.held.get(layer);
        if (layer === undefined || held === undefined) return line === undefined ? [] : [line];
        if (event.type === "layer") {
            // What was looked at instead of a deployment, and was red, is done again.
            if (event.state === "deploying") held.passed = held.checks = 0;
            if (line === undefined) return [];
            this.held.delete(layer);
            if (event.state !== "succeeded") return [...held.lines, line];
            return [...held.red, doneLine(layer, event.seconds ?? 0, held, this.width)];
        }
        if (line === undefined) return [];
        held.lines.push(line);
        if (event.type === "note") held.note = event.text.split("\n")[0] ?? "";
        if (event.type === "check") {
            held.checks += 1;
            if (event.result.status === "pass") held.passed += 1;
            else held.red.push(line);
        }
        if (event.type === "hook" && !event.ok) held.red.push(line);
        return [];
    }

    private flush(): readonly string[] {
        const { idle } = this;
        this.idle = undefined;
        if (idle === undefined) return [];
        const { state, layer, reason, count } = idle;
        const what = state === "blocked" ? pc.yellow("– not started") : pc.dim("– left out");
        const more = count > 1 ? ` and ${count - 1} more` : "";
        return [`${pc.bold(inColumn(layer, this.width))}${what}${more}: ${reason}`];
    }
}

const empty = (): Held => ({ lines: [], red: [], note: "", passed: 0, checks: 0 });

function doneLine(layer: string, seconds: number, { note, passed, checks }: Held, width: number): string {
    const said = [note, checks > 0 ? `${passed} of ${checks} checks` : ""].filter(Boolean).join(", ");
    return `${pc.bold(inColumn(layer, width))}${pc.green("✓ done")} in ${duration(seconds)}${said === "" ? "" : pc.dim(`  ${said}`)}`;
}
