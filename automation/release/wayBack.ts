/** Which release an environment goes back to. Pure: its marks and its proofs in, a release out. */
import type { NamedMark, Proof } from "./proof";

export interface WayBack {
    /** What was rolled out last, whether it was green or not. */
    readonly present: string;
    /** Undefined: there was nothing green before it. */
    readonly to: string | undefined;
}

/**
 * The last one that was green before the present one was for the first time: so a second rollback goes further back, and
 * never forward again. Where the present one is a way back itself that was not green in the end, it is that one once more.
 *
 * @param marks in their order
 * @param greens proofs of green rollouts, the newest first
 * @returns undefined where it is not known what was rolled out last: it was taken down, or was no release
 */
export function wayBack(
    marks: readonly NamedMark[],
    greens: readonly Pick<Proof, "mark" | "release">[],
): WayBack | undefined {
    const rollouts = marks.filter(([, { operation }]) => operation !== "refresh");
    const present = rollouts.at(-1)?.[1].release;
    if (present === undefined) return undefined;
    const own = greens.filter(({ release }) => release === present);
    const lastGreen = rollouts.findLastIndex(([name]) => greens.some(({ mark }) => mark === name));
    const since = rollouts.slice(Math.max(0, lastGreen));
    if (own.length > 0 && since.some(([, { release }]) => release !== present)) return { present, to: present };
    const first = own.at(-1)?.mark;
    const before = greens.find(({ release, mark }) => release !== present && (first === undefined || mark < first));
    return { present, to: before?.release };
}
