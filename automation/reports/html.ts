/**
 * One run as one HTML page that needs nothing else: no script, and a policy by which a browser asks nobody for anything.
 * What is red stands first, then the graph, when what ran, and each stack with its changes and the evidence of its gates.
 */
import { duration } from "../core/duration";
import {
    allChecks,
    resourceChanges,
    changesSummary,
    isUnchanged,
    secondsOf,
    type LayerFacts,
    runTitle,
    type RunFacts,
    type RunVerdict,
} from "./facts";
import { anchorOf, escaped, linked } from "./markup";
import { renderPicture } from "./picture";
import { shownState } from "./states";
import { styleSheet } from "./style";
import { checkTable, changeTable, exerciseTable, hookTable, noteList, troubleCard } from "./tables";
import { renderTimeline } from "./timeline";
import { troublesOf } from "./troubles";

/** Up to so many stacks, all of them lie open. */
const openAtMost = 8;

export function renderHtml(facts: RunFacts): string {
    const title = runTitle(facts);
    const { style, word } = verdicts[facts.verdict];
    return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(`${title}: ${word}`)}</title><style>${styleSheet}</style></head><body>
<h1>${escaped(title)} <span class="badge ${style}">${word}</span></h1>
<p class="dim">${origin(facts)}</p>
${tiles(facts)}
${troubles(facts)}
<h2>Graph</h2>
${picture(facts)}
${renderTimeline(facts)}
${facts.preflight.length > 0 ? `<h2>Preflight</h2>${checkTable(facts.preflight)}` : ""}
${stacks(facts)}
${places(facts.places)}
</body></html>
`;
}

const verdicts: Readonly<Record<RunVerdict, { readonly style: string; readonly word: string }>> = {
    green: { style: "good", word: "✓ green" },
    red: { style: "bad", word: "✗ red" },
    interrupted: { style: "cut", word: "! interrupted" },
    drifted: { style: "bad", word: "≠ drifted" },
};

function origin({ graph, run, startedAt }: RunFacts): string {
    const when = `${startedAt.slice(0, 10)} ${startedAt.slice(11, 19)} UTC`;
    return [`graph ${graph}`, ...(run === undefined ? [] : [`run ${run}`]), when].map(escaped).join(" · ");
}

function tiles(facts: RunFacts): string {
    const { layers, operation, seconds } = facts;
    const part = layers.filter(({ state }) => state !== "skipped");
    const count = (holds: (layer: LayerFacts) => boolean): number => part.filter(holds).length;
    const checks = allChecks(facts);
    const changes = part.flatMap((layer) => resourceChanges(layer, operation));
    const unchanged = count((layer) => isUnchanged(layer, operation));
    const held = count(({ state }) => state === "blocked" || state === "pending" || state === "ready");
    const failed = count(({ state }) => state === "failed" || state === "interrupted");
    const rest = [
        ...(unchanged > 0 ? [`${unchanged} unchanged`] : []),
        ...(failed > 0 ? [`${failed} failed`] : []),
        ...(held > 0 ? [`${held} not started`] : []),
        ...(layers.length > part.length ? [`${layers.length - part.length} left out`] : []),
    ];
    const entries: readonly (readonly [string, string])[] = [
        [
            `${count(({ state }) => state === "succeeded")} of ${part.length}`,
            `stacks green${rest.length > 0 ? `, ${rest.join(", ")}` : ""}`,
        ],
        ...(checks.length > 0
            ? [
                  [
                      `${checks.filter(({ status }) => status === "pass").length} of ${checks.length}`,
                      "checks green",
                  ] as const,
              ]
            : []),
        [
            String(changes.length),
            changes.length === 0
                ? operation === "preview"
                    ? "resources to change"
                    : "resources changed"
                : changesSummary(changes, operation),
        ],
        [duration(seconds), "from beginning to end"],
    ];
    return `<div class="tiles">${entries.map(([value, what]) => `<div class="tile"><b>${escaped(value)}</b><span>${escaped(what)}</span></div>`).join("")}</div>`;
}

function troubles(facts: RunFacts): string {
    const all = troublesOf(facts);
    const [red, held] = [all.filter(({ blocking }) => blocking), all.filter(({ blocking }) => !blocking)];
    return [
        red.length > 0 ? `<h2>What is red</h2>${red.map(troubleCard).join("\n")}` : "",
        held.length > 0 ? `<h2>Red, and holding nothing up</h2>${held.map(troubleCard).join("\n")}` : "",
    ].join("");
}

function picture(facts: RunFacts): string {
    const drawn = renderPicture(facts);
    if (drawn === undefined) return `<div class="scroll levels">${levels(facts)}</div>`;
    return `<p class="key">From left to right: what stands on what; an edge that others imply is not drawn.</p><div class="scroll">${drawn}</div>`;
}

/** Of a graph that is too large to be drawn: a row for each level. */
function levels({ layers, operation }: RunFacts): string {
    const rows: LayerFacts[][] = [];
    const level = new Map<string, number>();
    for (const layer of layers) {
        const own = Math.max(-1, ...layer.dependsOn.map((up) => level.get(up) ?? -1)) + 1;
        level.set(layer.name, own);
        (rows[own] ??= []).push(layer);
    }
    const chip = (layer: LayerFacts): string => {
        const { style, sign } = shownState(layer, operation);
        return `<a class="${style}" href="#${anchorOf(layer.name)}">${sign} ${escaped(layer.name)}</a>`;
    };
    return rows
        .map((row, index) => `<div><span class="dim">${index + 1}</span>${row.map(chip).join("")}</div>`)
        .join("");
}

function stacks(facts: RunFacts): string {
    if (facts.layers.length === 0) return "";
    const few = facts.layers.length <= openAtMost;
    return `<h2>Stacks</h2>${facts.layers.map((layer) => stack(layer, facts, few)).join("\n")}`;
}

function stack(layer: LayerFacts, { operation }: RunFacts, few: boolean): string {
    const { style, sign, word } = shownState(layer, operation);
    const changes = resourceChanges(layer, operation);
    const passed = layer.checks.filter(({ status }) => status === "pass").length;
    const seconds = secondsOf(layer);
    const said = [
        changesSummary(changes, operation),
        layer.checks.length > 0 ? `${passed} of ${layer.checks.length} checks` : "",
        seconds === undefined ? "" : duration(seconds),
    ].filter((text) => text !== "");
    const body = [
        part("Notes", noteList(layer.notes), layer.notes),
        part("Changes", changeTable(changes), changes),
        part("Hooks", hookTable(layer.hooks), layer.hooks),
        part("Exercises", exerciseTable(layer.exercises), layer.exercises),
        part("Gates", checkTable(layer.checks), layer.checks),
    ].join("");
    const bad = style === "bad" || style === "cut";
    const reason = layer.reason === undefined ? "" : `: ${escaped(layer.reason)}`;
    const after = layer.dependsOn.length === 0 ? "Stands on nothing." : `Stands on ${layer.dependsOn.join(", ")}.`;
    // The anchor is inside, so that a browser that is sent to it opens what lies around it.
    return `<details${bad ? ` class="bad"` : ""}${bad || (few && body !== "") ? " open" : ""}><summary><b>${escaped(layer.name)}</b><span class="${style}">${sign} ${escaped(word)}${reason}</span><span class="dim right">${escaped(said.join(" · "))}</span></summary>
<div class="body" id="${anchorOf(layer.name)}"><p class="dim">${escaped(after)}</p>${body}</div></details>`;
}

const part = (heading: string, html: string, of: readonly unknown[]): string =>
    of.length === 0 ? "" : `<h3>${heading}</h3>${html}`;

function places(entries: Readonly<Record<string, string>>): string {
    const rows = Object.entries(entries).map(([name, where]) => {
        return `<tr><td class="w t">${escaped(name)}</td><td>${linked(where)}</td></tr>`;
    });
    return rows.length === 0 ? "" : `<h2>Where to look</h2><table>${rows.join("")}</table>`;
}
