/** When each stack of a run was worked on, as HTML: a lane per stack, a bar per phase. */
import { duration } from "../core/duration";
import { secondsOf, type LayerFacts, type RunFacts } from "./facts";
import { anchorOf, escaped } from "./markup";
import { shownState } from "./states";
import { phaseColours } from "./style";

const many = 40;

/** Empty where nothing was begun. */
export function renderTimeline(facts: RunFacts): string {
    const { operation, seconds } = facts;
    const begun = facts.layers
        .filter(({ startedAt }) => startedAt !== undefined)
        .toSorted((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0));
    if (begun.length === 0) return "";
    const total = Math.max(seconds, 0.001);
    const tick = tickOf(total);
    const marks = Array.from({ length: Math.floor(total / tick) + 1 }, (_, index) => index * tick);
    const axis = marks.map((at) => `<span style="left:${share(at, total)}">${at === 0 ? "0" : tickText(at)}</span>`);
    const deploying = { up: "up", preview: "preview", drift: "refresh", refresh: "refresh", down: "destroy" }[
        operation
    ];
    const key = Object.entries(phaseColours)
        .filter(([phase]) => begun.some(({ phases }) => phases.some(({ state }) => state === phase)))
        .map(([phase, colour]) => `<i style="background:${colour}"></i>${phase === "deploying" ? deploying : phase}`);
    return `<h2>Timeline</h2><p class="key">${key.join("")}</p>
<div class="times${begun.length > many ? " many" : ""}" style="--tick:${share(tick, total)}"><div class="axis">${axis.join("")}</div>
${begun.map((layer) => lane(layer, total, operation)).join("\n")}
</div>`;
}

function lane(layer: LayerFacts, total: number, operation: RunFacts["operation"]): string {
    const bars = layer.phases.map(({ state, from, to }) => {
        const colour = phaseColours[state as keyof typeof phaseColours] ?? "#999";
        return `<i style="left:${share(from, total)};width:${share(to - from, total)};background:${colour}" title="${state} ${duration(to - from)}"></i>`;
    });
    const took = secondsOf(layer);
    const { style, sign, word } = shownState(layer, operation);
    return `<a href="#${anchorOf(layer.name)}">${escaped(layer.name)}</a><span class="${style}">${sign} ${word}</span><span class="dim">${took === undefined ? "" : duration(took)}</span><div class="lane">${bars.join("")}</div>`;
}

const share = (part: number, total: number): string => `${((part / total) * 100).toFixed(2)}%`;

/** Four to ten marks, at round figures. */
function tickOf(total: number): number {
    const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
    return steps.find((step) => total / step <= 10) ?? Math.ceil(total / 10 / 3600) * 3600;
}

const tickText = (seconds: number): string =>
    seconds < 60 ? `${Math.round(seconds * 10) / 10} s` : `${Math.round((seconds / 60) * 10) / 10} min`;
