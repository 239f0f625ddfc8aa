/** How an environment stands, in words: the same in the table of the command line and on the page. */
import { holdText } from "../release/holds";
import { shortId } from "../release/manifest";
import type { Health, Next, Standing } from "../release/standing";
import type { ShownState } from "./states";

export const standingColumns = [
    "environment",
    "wave",
    "runs",
    "for",
    "health",
    "drift",
    "hold",
    "last promotion",
    "next eligible",
] as const;

export const healthStates: Readonly<Record<Health, Pick<ShownState, "style" | "sign">>> = {
    green: { style: "good", sign: "✓" },
    red: { style: "bad", sign: "✗" },
    running: { style: "cut", sign: "…" },
    interrupted: { style: "cut", sign: "!" },
    "cut off": { style: "cut", sign: "?" },
    "taken down": { style: "out", sign: "·" },
    never: { style: "out", sign: "·" },
    unknown: { style: "held", sign: "?" },
};

/** Cells in the order of the columns. `now` in milliseconds since the epoch. */
export function standingCells(standing: Standing, now: number): readonly string[] {
    const { environment, since } = standing;
    return [
        environment,
        standing.wave?.toString() ?? "",
        runsText(standing),
        since === undefined ? "" : ago(since, now),
        healthText(standing),
        driftText(standing, now),
        standing.hold === undefined ? "" : holdText(standing.hold),
        promotionText(standing, now),
        standing.next.map((next) => nextText(next, now)).join("; "),
    ];
}

function runsText({ release, since, begun, health }: Standing): string {
    const there = release === undefined ? (since === undefined ? "" : "no release") : shortId(release);
    if (begun === undefined) return there || (health === "unknown" ? "unknown" : "nothing");
    const what = begun.release === undefined ? "what is no release" : shortId(begun.release);
    const after = {
        up: `${what} was begun`,
        rollback: `a rollback to ${what} was begun`,
        refresh: "a refresh was begun",
        down: "a down was begun",
    }[begun.operation];
    return there === "" ? after : `${there}, then ${after}`;
}

function healthText({ health, by, checks, failed }: Standing): string {
    const more = [
        ...(checks === undefined ? [] : [`${checks} checks`]),
        ...(by === "proof" ? ["by its proof"] : []),
        ...failed,
    ];
    return `${healthStates[health].sign} ${health}${more.length === 0 ? "" : `: ${more.join(", ")}`}`;
}

function driftText({ drift, driftBefore }: Standing, now: number): string {
    if (drift === undefined) return "not known";
    const what = drift.drifted.length === 0 ? "none" : drift.drifted.join(", ");
    return `${what}, ${ago(drift.time, now)} ago${driftBefore ? ", before the last run" : ""}`;
}

function promotionText({ promotion }: Standing, now: number): string {
    if (promotion === undefined) return "";
    const { release, from, time, user, host } = promotion;
    const what = release === undefined ? "" : `${shortId(release)} `;
    return `${what}${from === undefined ? "" : `from ${from} `}by ${user}@${host}, ${ago(time, now)} ago`;
}

function nextText({ source, release, at, waits, pause }: Next, now: number): string {
    if (release === undefined) return waits.join("; ") || `nothing new in ${source}`;
    const what = `${shortId(release)} from ${source}`;
    if (waits.length === 0) return `${what}: ${pause ? "a person decides" : "now"}`;
    const then = pause && at !== undefined ? ", then a person decides" : "";
    const when = at === undefined ? "not before something is done" : `at ${at.slice(0, 16)}Z, in ${ago(at, now)}`;
    return `${what}: ${when}${then} (${waits.join("; ")})`;
}

/** Between a time and now, as people say it: 4 min, 3 h, 12 d. */
export function ago(time: string, now: number): string {
    const minutes = Math.abs(now - Date.parse(time)) / 60_000;
    if (minutes < 1) return `${Math.floor(minutes * 60)} s`;
    if (minutes < 120) return `${Math.floor(minutes)} min`;
    return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60 / 24)} d`;
}
