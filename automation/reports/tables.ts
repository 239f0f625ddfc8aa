/** The parts of the HTML report that tell of one stack, and of what is red. */
import { duration } from "../core/duration";
import type { CheckResult } from "../gates";
import { stageTitles, type EvidenceValue } from "../gates/check";
import type { Change, HookFacts, LayerFacts } from "./facts";
import { anchorOf, escaped, linked } from "./markup";
import type { Trouble } from "./troubles";

export function troubleCard({ where, title, id, message, look, hint, blocking }: Trouble): string {
    const place =
        where === undefined || where === "preflight"
            ? escaped(where ?? "")
            : `<a href="#${anchorOf(where)}">${escaped(where)}</a>`;
    const advice = [
        ["look at", look],
        ["do", hint],
    ] as const;
    const lines = advice.flatMap(([what, text]) =>
        text === undefined || text === "" ? [] : [`<p><b>${what}</b> ${linked(text)}</p>`],
    );
    return `<div class="trouble${blocking ? "" : " held"}"><p>${[place, `<strong>${escaped(title)}</strong>`, `<code class="dim">${escaped(id)}</code>`].join(" ")}</p><pre>${escaped(message)}</pre>${lines.join("")}</div>`;
}

export function changeTable(changes: readonly Change[]): string {
    const rows = changes.map(({ word, loss, type, name, diffs }) => {
        const properties = diffs.map((path) => `<code>${escaped(path)}</code>`).join(", ");
        const style = loss ? "bad" : word.startsWith("create") ? "good" : "cut";
        return `<tr><td class="w op ${style}">${escaped(word)}</td><td>${escaped(name)}<br><code class="dim">${escaped(type)}</code></td><td>${properties}</td></tr>`;
    });
    return `<table><tr><th class="o"></th><th>resource</th><th class="t">properties that differ</th></tr>${rows.join("")}</table>`;
}

export function exerciseTable(exercises: LayerFacts["exercises"]): string {
    const rows = exercises.map(
        ({ name, summary, seconds }) =>
            `<tr><td class="w o">${escaped(name)}</td><td>${escaped(summary)}</td><td class="n dim">${duration(seconds)}</td></tr>`,
    );
    return `<table>${rows.join("")}</table>`;
}

export function hookTable(hooks: readonly HookFacts[]): string {
    const rows = hooks.map(({ ok, blocking, point, name, text, look, hint }) => {
        const mark = sign(ok ? "pass" : blocking ? "fail" : "not-run");
        return `<tr><td class="m">${mark}</td><td class="t">${escaped(name)}<br><span class="dim">${point}</span></td><td>${said([text], look, hint)}</td></tr>`;
    });
    return `<table>${rows.join("")}</table>`;
}

export function checkTable(checks: readonly CheckResult[]): string {
    const rows = checks.map((check) => {
        const { id, stage, title, status, blocking, summary, warnings = [], message, look, hint } = check;
        const mark = sign(status === "fail" && blocking === false ? "not-run" : status);
        const texts = [summary, message, ...warnings.map((warning) => `! ${warning}`)];
        return `<tr><td>${mark}</td><td class="w dim">${escaped(stageTitles[stage])}</td><td>${escaped(title)}<br><code class="dim">${escaped(id)}</code></td><td>${said(texts, look, hint)}${evidence(check)}</td><td class="n dim">${status === "not-run" ? "" : duration(check.seconds)}</td></tr>`;
    });
    return `<table><tr><th class="m"></th><th class="o">stage</th><th class="t">what has to hold</th><th>evidence</th><th class="o"></th></tr>${rows.join("")}</table>`;
}

export const noteList = (notes: readonly string[]): string =>
    `<ul class="notes">${notes.map((note) => `<li>${escaped(note)}</li>`).join("")}</ul>`;

const sign = (status: CheckResult["status"]): string =>
    ({
        pass: `<span class="good">✓</span>`,
        fail: `<span class="bad">✗</span>`,
        "not-run": `<span class="cut">–</span>`,
    })[status];

function said(texts: readonly (string | undefined)[], look?: string, hint?: string): string {
    const lines = texts.filter((text): text is string => text !== undefined && text !== "").map(escaped);
    if (look) lines.push(`<span class="dim">look at</span> ${linked(look)}`);
    if (hint) lines.push(`<span class="dim">do</span> ${escaped(hint)}`);
    return lines.join("<br>").replaceAll("\n", "<br>");
}

/** What was measured. */
function evidence({ evidence: facts }: CheckResult): string {
    const chips = Object.entries(facts).map(
        ([name, value]) => `<code><span class="dim">${escaped(name)}</span> ${escaped(valueText(value))}</code>`,
    );
    return chips.length === 0 ? "" : `<div class="chips">${chips.join("")}</div>`;
}

function valueText(value: EvidenceValue): string {
    if (typeof value === "number") return value.toLocaleString("en-US");
    if (Array.isArray(value)) return value.join(", ") || "none";
    if (typeof value === "object" && value !== null)
        return Object.entries(value)
            .map(([key, count]) => `${key} ${count.toLocaleString("en-US")}`)
            .join(", ");
    return String(value);
}
