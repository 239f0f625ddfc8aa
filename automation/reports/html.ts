/** One run as one self-contained HTML page: no script, no request to anywhere. */
import type { CheckResult } from "../gates";
import type { LayerFacts, RunFacts } from "./facts";

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const phaseColours: Readonly<Record<string, string>> = {
    preflight: "#94a3b8",
    deploying: "#3b82f6",
    exercising: "#a855f7",
    validating: "#14b8a6",
};

const css = `
:root{color-scheme:light dark;--fg:#0f172a;--dim:#64748b;--bg:#fff;--card:#f8fafc;--line:#e2e8f0;--green:#15803d;--red:#b91c1c;--amber:#b45309}
@media(prefers-color-scheme:dark){:root{--fg:#e2e8f0;--dim:#94a3b8;--bg:#0f172a;--card:#1e293b;--line:#334155;--green:#4ade80;--red:#f87171;--amber:#fbbf24}}
*{box-sizing:border-box}body{font:15px/1.5 system-ui,sans-serif;color:var(--fg);background:var(--bg);margin:0 auto;max-width:60rem;padding:2rem 1rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}.dim{color:var(--dim)}.green{color:var(--green)}.red{color:var(--red)}.amber{color:var(--amber)}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}
.lane{position:relative;height:1.1rem;background:var(--card);border-radius:3px;min-width:18rem}.lane i{position:absolute;top:0;bottom:0;border-radius:3px;min-width:2px}
pre{background:var(--card);border:1px solid var(--line);border-radius:6px;padding:.8rem;white-space:pre-wrap;overflow-wrap:anywhere}
td:last-child{white-space:nowrap}.key i{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin:0 .3em 0 1em}code{overflow-wrap:anywhere}`;

export function renderHtml(facts: RunFacts): string {
    const state = facts.ok ? `<span class="green">green</span>` : `<span class="red">red</span>`;
    return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>tidegate ${escape(facts.operation)} ${escape(facts.environment)}</title><style>${css}</style></head><body>
<h1>tidegate ${escape(facts.operation)} ${escape(facts.environment)}: ${state}</h1>
<p class="dim">${escape(facts.startedAt)}, ${seconds(facts.seconds)}</p>
${facts.problem ? `<pre class="red">${escape(facts.problem.message)}${facts.problem.hint ? `\n\n${escape(facts.problem.hint)}` : ""}\n\n[${escape(facts.problem.code)}]</pre>` : ""}
${places(facts.places)}
<h2>Timeline</h2>
<p class="key dim">${Object.entries(phaseColours)
        .map(([name, colour]) => `<i style="background:${colour}"></i>${name}`)
        .join("")}</p>
<table>${facts.layers.map((layer) => timelineRow(layer, facts.seconds)).join("\n")}</table>
${facts.preflight.length > 0 ? `<h2>Preflight</h2>${checkTable(facts.preflight)}` : ""}
${facts.layers
    .filter((layer) => layer.startedAt !== undefined)
    .map(layerSection)
    .join("\n")}
</body></html>
`;
}

const seconds = (value: number): string => `${value.toFixed(1)} s`;

function places(entries: Readonly<Record<string, string>>): string {
    const rows = Object.entries(entries).map(([name, where]) => {
        const shown = /^https?:/.test(where)
            ? `<a href="${escape(where)}">${escape(where)}</a>`
            : `<code>${escape(where)}</code>`;
        return `<tr><td>${escape(name)}</td><td>${shown}</td></tr>`;
    });
    return rows.length === 0 ? "" : `<h2>Where to look</h2><table>${rows.join("")}</table>`;
}

function timelineRow(layer: LayerFacts, total: number): string {
    const bars = layer.phases.map((phase) => {
        const left = (phase.from / total) * 100;
        const width = ((phase.to - phase.from) / total) * 100;
        return `<i style="left:${left.toFixed(2)}%;width:${width.toFixed(2)}%;background:${phaseColours[phase.state] ?? "#999"}" title="${phase.state} ${seconds(phase.to - phase.from)}"></i>`;
    });
    const took =
        layer.startedAt === undefined || layer.endedAt === undefined ? "" : seconds(layer.endedAt - layer.startedAt);
    return `<tr><td>${escape(layer.name)}</td><td class="${colourOf(layer.state)}">${layer.state}</td><td class="dim">${took}</td><td style="width:55%"><div class="lane">${bars.join("")}</div></td></tr>`;
}

const colourOf = (state: string): string => (state === "succeeded" ? "green" : state === "failed" ? "red" : "amber");

function layerSection(layer: LayerFacts): string {
    const exercises = layer.exercises.map(
        (exercise) =>
            `<tr><td>${escape(exercise.name)}</td><td>${escape(exercise.summary)}</td><td class="dim">${seconds(exercise.seconds)}</td></tr>`,
    );
    const resources = layer.resources.map(
        (resource) => `${resource.op} ${resource.type.split(":").pop() ?? ""} ${resource.name}`,
    );
    return `<h2>${escape(layer.name)}</h2>
${resources.length > 0 ? `<p class="dim">${escape(resources.join(" · "))}</p>` : ""}
${exercises.length > 0 ? `<table>${exercises.join("")}</table>` : ""}
${layer.checks.length > 0 ? checkTable(layer.checks) : ""}`;
}

function checkTable(checks: readonly CheckResult[]): string {
    const row = (check: CheckResult): string => {
        const mark =
            check.status === "pass"
                ? `<span class="green">✓</span>`
                : check.status === "fail"
                  ? `<span class="red">✗</span>`
                  : `<span class="amber">–</span>`;
        const said = [
            check.summary,
            check.message,
            check.look && `look at: ${check.look}`,
            check.hint && `do: ${check.hint}`,
        ].filter((text): text is string => Boolean(text));
        return `<tr><td>${mark}</td><td>${check.stage === "preflight" ? "" : check.stage}</td><td>${escape(check.title)}<br><span class="dim">${escape(check.id)}</span></td><td>${said.map(escape).join("<br>")}</td><td class="dim">${seconds(check.seconds)}</td></tr>`;
    };
    return `<table>${checks.map(row).join("\n")}</table>`;
}
