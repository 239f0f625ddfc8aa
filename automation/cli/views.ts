/** How a rollout looks: a live view in a terminal, plain lines elsewhere, NDJSON for programs. */
import { createLogUpdate } from "log-update";
import pc from "picocolors";
import type { CheckResult } from "../gates";
import { workingStates, type LayerState } from "../graph/scheduler";
import { eventsVersion, type EventSink, type RolloutEvent } from "../rollout/events";
import { changesText } from "../rollout/teller";

export interface View {
    readonly sink: EventSink;
    /** Leaves the terminal as it should be. */
    close(): void;
}

export type Stream = Pick<NodeJS.WriteStream, "write"> & { readonly isTTY?: boolean; readonly columns?: number };

/** The view that suits where the output goes. */
export function viewFor(stream: NodeJS.WriteStream, json: boolean): View {
    if (json) return ndjsonView(stream);
    return stream.isTTY && !process.env.CI ? liveView(stream) : plainView(stream);
}

export function ndjsonView(stream: Stream): View {
    return {
        sink: (event) =>
            void stream.write(
                `${JSON.stringify({ version: eventsVersion, time: new Date().toISOString(), ...event })}\n`,
            ),
        close: () => {},
    };
}

const layerWidth = 14;

/** Seconds as people read them: 0.4 s, 12 s, 3 min 20 s. */
export function duration(seconds: number): string {
    if (seconds < 10) return `${seconds.toFixed(1)} s`;
    if (seconds < 100) return `${Math.round(seconds)} s`;
    return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

export function amount(value: number, unit: string): string {
    if (unit === "bytes") return value >= 1e6 ? `${(value / 1e6).toFixed(1)} MB` : `${Math.round(value / 1e3)} kB`;
    return `${value.toLocaleString("en-US")} ${unit}`;
}

const indent = (text: string, width: number): string => text.split("\n").join(`\n${" ".repeat(width)}`);

export function checkLine(result: CheckResult): string {
    const mark = result.status === "pass" ? pc.green("✓") : result.status === "fail" ? pc.red("✗") : pc.yellow("–");
    const stage = result.stage === "preflight" ? "" : `${result.stage} `;
    const text = `${mark} ${stage}${result.title}`;
    if (result.status === "pass") {
        const warnings = (result.warnings ?? []).map((warning) => `\n  ${pc.yellow("!")} ${indent(warning, 4)}`);
        return `${text}${result.summary ? pc.dim(`  ${result.summary}`) : ""}${warnings.join("")}`;
    }
    const details = [
        result.message,
        result.look && `look at: ${result.look}`,
        result.hint && `do: ${result.hint}`,
    ].filter(Boolean);
    return `${text}\n  ${indent(details.join("\n"), 2)}`;
}

/** The lines that stay, of one event; undefined where it leaves none. */
export function lastingLines(event: RolloutEvent): string | undefined {
    const at = (layer: string | undefined): string => pc.bold((layer ?? "").padEnd(layerWidth));
    switch (event.type) {
        case "run-started":
            return `${pc.bold(`${event.operation} ${event.environment}`)}: ${event.layers.join(" → ") || "nothing to do"}`;
        case "layer":
            if (event.state === "succeeded")
                return `${at(event.layer)}${pc.green("✓ done")} in ${duration(event.seconds ?? 0)}`;
            if (event.state === "failed")
                return `${at(event.layer)}${pc.red("✗ failed")} after ${duration(event.seconds ?? 0)}`;
            if (event.state === "interrupted")
                return `${at(event.layer)}${pc.yellow("– interrupted")} after ${duration(event.seconds ?? 0)}`;
            if (event.state === "blocked")
                return `${at(event.layer)}${pc.yellow("– not started")}: ${event.reason ?? ""}`;
            if (event.state === "skipped") return `${at(event.layer)}${pc.dim(`– left out: ${event.reason ?? ""}`)}`;
            return undefined;
        case "note":
            return `${at(event.layer)}${indent(event.text, layerWidth)}`;
        case "exercise":
            return `${at(event.layer)}${event.exercise}: ${indent(event.summary, layerWidth)} ${pc.dim(`(${duration(event.seconds)})`)}`;
        case "check":
            return `${at(event.layer)}${indent(checkLine(event.result), layerWidth)}`;
        case "resource":
            if (event.properties !== undefined) return `${at(event.layer)}${indent(resourceDiff(event), layerWidth)}`;
            return `${at(event.layer)}${event.op} ${event.resourceType.split(":").pop()} ${event.name}${event.diffs.length > 0 ? pc.dim(` (${event.diffs.join(", ")})`) : ""}`;
        case "preview": {
            const outputs = event.outputs.length > 0 ? pc.dim(` (outputs: ${event.outputs.join(", ")})`) : "";
            const advisory = event.advisory.map((why) => `\n${pc.yellow("advisory:")} ${why}: it may come otherwise`);
            return `${at(event.layer)}${changesText(event.changes, "would")}${outputs}${indent(advisory.join(""), layerWidth)}`;
        }
        case "hook":
            return `${at(event.layer)}${event.ok ? pc.green("✓") : event.blocking ? pc.red("✗") : pc.yellow("!")} ${event.point} ${event.name}  ${event.ok ? pc.dim(event.text) : indent(event.text, layerWidth)}`;
        case "problem": {
            const hint = event.hint === undefined ? "" : `\n${event.hint}`;
            return `${at(event.layer)}${pc.red(indent(event.message, layerWidth))}${indent(hint, layerWidth)} ${pc.dim(`[${event.code}]`)}`;
        }
        case "activity":
        case "run-finished":
            return undefined;
    }
}

const operators: Readonly<Record<string, string>> = {
    create: pc.green("+"),
    add: pc.green("+"),
    update: pc.yellow("~"),
    replace: pc.magenta("±"),
    delete: pc.red("-"),
    import: pc.cyan("="),
};

/** What a preview would change of a resource, its properties below it. */
function resourceDiff(event: Extract<RolloutEvent, { type: "resource" }>): string {
    const sign = (kind: string): string => operators[kind] ?? " ";
    const properties = (event.properties ?? []).map(({ path, kind, forces, before, after }) => {
        const values =
            before === undefined && after === undefined
                ? ""
                : `: ${[before, after].filter((value) => value !== undefined).join(" → ")}`;
        return `\n    ${sign(kind)} ${path}${values}${forces ? pc.magenta("  forces the replacement") : ""}`;
    });
    return `${sign(event.op)} ${event.op} ${event.resourceType.split(":").pop()} ${event.name}${properties.join("")}`;
}

interface Active {
    state: LayerState;
    since: number;
    text: string;
    progress: string;
}

function activityText(event: Extract<RolloutEvent, { type: "activity" }>): { text: string; progress: string } {
    if (event.done === undefined) return { text: event.text, progress: "" };
    const unit = event.unit ?? "";
    if (event.total === undefined || event.total === 0) return { text: event.text, progress: amount(event.done, unit) };
    const share = Math.min(1, event.done / event.total);
    const bar = "█".repeat(Math.round(share * 20)).padEnd(20, "░");
    return { text: event.text, progress: `${bar} ${Math.floor(share * 100)} % of ${amount(event.total, unit)}` };
}

function track(active: Map<string, Active>, event: RolloutEvent): void {
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

function activeLine(layer: string, entry: Active): string {
    const seconds = (Date.now() - entry.since) / 1000;
    return `${pc.bold(layer.padEnd(layerWidth))}${pc.cyan(entry.state.padEnd(11))} ${duration(seconds).padStart(7)}  ${[entry.text, entry.progress].filter(Boolean).join("  ")}`;
}

/** Lines as they happen, and a sign of life for what takes long. */
export function plainView(stream: Stream, everyMs = 10_000): View {
    const active = new Map<string, Active>();
    const write = (line: string): void => void stream.write(`${line}\n`);
    const timer = setInterval(() => {
        for (const [layer, entry] of active) if (Date.now() - entry.since >= everyMs) write(activeLine(layer, entry));
    }, everyMs);
    timer.unref();
    return {
        sink: (event) => {
            track(active, event);
            const lines = lastingLines(event);
            if (lines !== undefined) write(lines);
        },
        close: () => clearInterval(timer),
    };
}

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/** One line per layer at work, kept below everything that stays. */
export function liveView(stream: NodeJS.WriteStream): View {
    const active = new Map<string, Active>();
    const logUpdate = createLogUpdate(stream);
    let frame = 0;
    const draw = (): void => {
        const width = (stream.columns ?? 100) - 3;
        const lines = [...active].map(
            ([layer, entry]) =>
                `${pc.cyan(frames[frame % frames.length] ?? "")} ${clip(activeLine(layer, entry), width)}`,
        );
        if (lines.length === 0) logUpdate.clear();
        else logUpdate(lines.join("\n"));
    };
    const timer = setInterval(() => {
        frame++;
        draw();
    }, 120);
    timer.unref();
    return {
        sink: (event) => {
            track(active, event);
            const lines = lastingLines(event);
            if (lines !== undefined) {
                logUpdate.clear();
                stream.write(`${lines}\n`);
            }
            draw();
        },
        close: () => {
            clearInterval(timer);
            logUpdate.clear();
            logUpdate.done();
        },
    };
}

/** Cuts a coloured line to a number of visible characters. */
function clip(line: string, width: number): string {
    let visible = 0;
    return line.replace(/(\u001b\[[0-9;]*m)|([\s\S])/gu, (part, colour: string | undefined) => {
        if (colour !== undefined) return colour;
        return visible++ < width ? part : "";
    });
}
