/** Which release an environment goes back to. Pure: its marks and its proofs in, a release out. */
import type { NamedMark, Proof } from "./proof";

export interface WayBack {
    /** What was rolled out last, whether it was green or not. */
    readonly present: string;
    /** Undefined: there was nothing green before it. */
    readonly to: string | undefined;
}

/**
 * Where the present one is what was green last: the last one that was green before that was for the first time. So a second
 * rollback goes further back, and never forward again. Where it is not: what was green last; but of a way back that was not
 * green in the end, that one once more.
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
    const [, last] = rollouts.at(-1) ?? [];
    const present = last?.release;
    if (present === undefined) return undefined;
    const own = greens.filter(({ release }) => release === present);
    const lastGreen = rollouts.findLastIndex(([name]) => greens.some(({ mark }) => mark === name));
    const since = rollouts.slice(Math.max(0, lastGreen));
    if (own.length > 0 && since.some(([, { release }]) => release !== present)) {
        // One that was promoted anew is no way back. An `up` of what was green there before is, as is an older rollback.
        const green = greens.find(({ mark }) => mark === rollouts[lastGreen]?.[0])?.release;
        return { present, to: last?.from === undefined ? present : green };
    }
    const first = own.at(-1)?.mark;
    const before = greens.find(({ release, mark }) => release !== present && (first === undefined || mark < first));
    return { present, to: before?.release };
}
