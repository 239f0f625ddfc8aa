/** How a rollout looks where there is no terminal: plain lines, NDJSON for programs. live.ts is for terminals. */
import pc from "picocolors";
import { activeLine, inColumn, track, type Active } from "./activity";
import { duration } from "../core/duration";
import type { CheckResult } from "../gates";
import { eventsVersion, type EventSink, type RolloutEvent } from "../rollout/events";
import { changesText } from "../rollout/teller";

export interface View {
    readonly sink: EventSink;
    /** Leaves the terminal as it should be. */
    close(): void;
}

export type Stream = Pick<NodeJS.WriteStream, "write"> & { readonly isTTY?: boolean; readonly columns?: number };

export function ndjsonView(stream: Stream): View {
    return {
        sink: (event) =>
            void stream.write(
                `${JSON.stringify({ version: eventsVersion, time: new Date().toISOString(), ...event })}\n`,
            ),
        close: () => {},
    };
}

/** Of the column of names, unless a run has longer ones. */
const narrow = 14;
const wide = 32;

/** How wide the column of names has to be for the stacks of a run. */
export const columnFor = (names: readonly string[]): number =>
    Math.min(wide, Math.max(narrow, ...names.map(({ length }) => length + 2)));

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

/** The stacks of a run: their names, where they can be read at a glance. */
function named(layers: readonly string[]): string {
    if (layers.length === 0) return "nothing to do";
    return layers.length > 12 ? `${layers.length} stacks` : layers.join(" → ");
}

/** The lines that stay, of one event; undefined where it leaves none. */
export function lastingLines(event: RolloutEvent, layerWidth = narrow): string | undefined {
    const at = (layer: string | undefined): string => pc.bold(inColumn(layer ?? "", layerWidth));
    switch (event.type) {
        case "run-started":
            return `${pc.bold(`${event.operation} ${event.environment}`)}${event.simulated ? pc.yellow(" (simulated)") : ""}: ${named(event.layers)}`;
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

/** Lines as they happen, and a sign of life for what takes long. */
export function plainView(stream: Stream, everyMs = 10_000): View {
    const active = new Map<string, Active>();
    let width = narrow;
    const write = (line: string): void => void stream.write(`${line}\n`);
    const timer = setInterval(() => {
        for (const [layer, entry] of active)
            if (Date.now() - entry.since >= everyMs) write(activeLine(layer, entry, width));
    }, everyMs);
    timer.unref();
    return {
        sink: (event) => {
            if (event.type === "run-started") width = columnFor(event.layers);
            track(active, event);
            const lines = lastingLines(event, width);
            if (lines !== undefined) write(lines);
        },
        close: () => clearInterval(timer),
    };
}
