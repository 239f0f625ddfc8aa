/** What `promote --onward` says, in words. Pure. */
import { shortId } from "../../release/manifest";
import type { Promotion } from "../../graph/promotion";
import type { OnwardTarget } from "../../release/onward";
import { ago } from "../../reports/standingText";

export const onwardColumns = ["environment", "wave", "state"] as const;

/** What takes a release to a target, whoever calls it. */
export const promoteCommand = ({ source, environment }: OnwardTarget, release: string): string =>
    `npx tidegate promote ${source} ${environment} --release ${shortId(release)}`;

export interface OnwardAbout {
    readonly release: string;
    readonly promotion: Promotion;
    readonly dryRun: boolean;
    /** Milliseconds since the epoch. */
    readonly now: number;
}

export function stateText(target: OnwardTarget, { release, promotion, dryRun, now }: OnwardAbout): string {
    const { environment, state, at, why, pause } = target;
    const rule = promotion[environment];
    const decides = pause ? "; then a person decides" : "";
    switch (state) {
        case "runs-it":
            return "runs it";
        case "promoted":
            return "promoted now";
        case "may-go":
            return dryRun ? `would be promoted now, from ${target.source}` : `may go, from ${target.source}`;
        case "waits":
            return `waits until ${timeText(at, now)}: ${why.join("; ")}${decides}`;
        case "person":
            return `waits for a person${why.length === 0 ? "" : ` (${why.join("; ")})`}: ${promoteCommand(target, release)}`;
        case "behind": {
            const stay =
                rule === undefined || rule.soakMinutes === 0
                    ? ""
                    : `, where it then stays for ${rule.soakMinutes} minutes`;
            return `behind ${why.join(rule?.every ? " and " : " or ")}${stay}${decides}`;
        }
        case "stopped":
            return `stopped: ${why.join("; ")}`;
        case "not-begun":
            return `not begun: ${why.join("; ")}`;
    }
}

/** 2026-11-26T12:00Z, in 57 min. */
export const timeText = (at: string | undefined, now: number): string =>
    at === undefined ? "" : `${at.slice(0, 16)}Z, in ${ago(at, now)}`;
