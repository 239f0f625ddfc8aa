/** All environments as one HTML page that needs nothing else: the way of releases between them, and how each stands. */
import type { Standing } from "../release/standing";
import { shortId } from "../release/manifest";
import { drawGraph } from "./drawing";
import { anchorOf, escaped } from "./markup";
import { healthStates, standingCells, standingColumns } from "./standingText";
import { styleSheet } from "./style";

/** @param now milliseconds since the epoch */
export function renderStatusPage(graph: string, standings: readonly Standing[], now: number): string {
    const title = `${graph}: environments`;
    const when = `${new Date(now).toISOString().slice(0, 19).replace("T", " ")} UTC`;
    return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title><style>${styleSheet}</style></head><body>
<h1>${escaped(title)}</h1>
<p class="dim">as they stood at ${escaped(when)}</p>
<h2>Promotion</h2>
${picture(standings)}
<h2>Environments</h2>
<div class="scroll" style="padding:.3rem 1rem">${tableOf(standings, now)}</div>
${unread(standings)}
</body></html>
`;
}

function picture(standings: readonly Standing[]): string {
    if (standings.length === 0) return `<p class="dim">There are no environments.</p>`;
    const names = new Set(standings.map(({ environment }) => environment));
    const drawn = drawGraph({
        boxes: standings.map((standing) => {
            const { environment, release, health, next } = standing;
            const { style, sign } = healthStates[health];
            const second = release === undefined ? health : `${shortId(release)} ${health}`;
            const waits = next.flatMap((one) => [...one.waits, ...(one.pause ? ["a person decides"] : [])]);
            return {
                ...{ name: environment, href: `#${anchorOf(environment)}`, style, sign, second },
                title: [environment, second, ...waits].join("\n"),
            };
        }),
        edges: standings.flatMap(({ environment, next }) =>
            next
                .filter(({ source }) => names.has(source))
                .map(({ source, release, waits, pause }) => ({
                    from: source,
                    to: environment,
                    stopped: release !== undefined && (waits.length > 0 || pause),
                })),
        ),
        label: "The way of releases from environment to environment",
    });
    return `<p class="key">From left to right: where releases come from. A dashed line: the newest release of its source may not go that way yet, or a person decides.</p><div class="scroll">${drawn}</div>`;
}

function tableOf(standings: readonly Standing[], now: number): string {
    const head = standingColumns.map((column) => `<th>${column}</th>`).join("");
    const rows = standings.map((standing) => {
        const { environment, health, drift } = standing;
        const drifted = drift !== undefined && drift.drifted.length > 0;
        const styles = new Map([
            [standingColumns.indexOf("for"), "w"],
            [standingColumns.indexOf("health"), healthStates[health].style as string],
            [standingColumns.indexOf("drift"), drifted ? "bad" : ""],
        ]);
        const cells = standingCells(standing, now).map(
            (cell, index) => `<td class="${styles.get(index) ?? ""}">${escaped(cell)}</td>`,
        );
        return `<tr id="${anchorOf(environment)}">${cells.join("")}</tr>`;
    });
    return `<table><tr>${head}</tr>${rows.join("")}</table>`;
}

function unread(standings: readonly Standing[]): string {
    const lines = standings.flatMap(({ environment, unread: all }) =>
        all.map((why) => `<li>${escaped(`${environment}: ${why}`)}</li>`),
    );
    return lines.length === 0 ? "" : `<h2>What could not be read</h2><ul class="notes">${lines.join("")}</ul>`;
}
