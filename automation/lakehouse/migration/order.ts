/**
 * The order of moves. Pure. Every order in which axes can move, one by one or together, so that what is between can be, is
 * looked at; there are at most 4,683. The best has, in this order:
 *
 * 1. the most moves, so that each changes as little as can be, and of those the one whose largest move is the smallest;
 * 2. the usual order of storage, broker, catalog, runtime and observability, as far as it can be kept;
 * 3. the foundation right before the first axis that needs it, first where none does, and last where it goes away.
 */
import { axes, type Axis } from "./axes";

export type Group = readonly Axis[];

/** Whether the axes of a group can move at one time, after those that have moved. */
export type CanMove = (moved: ReadonlySet<Axis>, group: Group) => boolean;

/** `leaves`: the environment has no foundation in the end. Undefined where there is no way at all. */
export function bestOrder(moving: readonly Axis[], canMove: CanMove, leaves: boolean): readonly Group[] | undefined {
    const all = chains(moving, new Set(), canMove);
    const best = leastOf(leastOf(leastOf(all, fewer), smaller), unusual);
    const at = (chain: readonly Group[]): number => chain.findIndex((group) => group.includes("foundation"));
    // One that is at the end is needed by nothing that moves.
    const isNeeded = best.every((chain) => at(chain) < chain.length - 1);
    const sign = leaves || isNeeded ? -1 : 1;
    return leastOf(best, (chain) => sign * at(chain))[0];
}

function chains(rest: readonly Axis[], moved: ReadonlySet<Axis>, canMove: CanMove): (readonly Group[])[] {
    if (rest.length === 0) return [[]];
    return subsets(rest)
        .filter((group) => canMove(moved, group))
        .flatMap((group) =>
            chains(
                rest.filter((axis) => !group.includes(axis)),
                new Set([...moved, ...group]),
                canMove,
            ).map((chain) => [group, ...chain]),
        );
}

/** All but the empty one, each in the order of the whole. */
const subsets = (all: readonly Axis[]): Group[] =>
    Array.from({ length: 2 ** all.length - 1 }, (_, bits) =>
        all.filter((_axis, index) => (((bits + 1) >> index) & 1) === 1),
    );

/** Worth: the least is the best. */
const fewer = (chain: readonly Group[]): number => -chain.length;
const smaller = (chain: readonly Group[]): number => Math.max(0, ...chain.map((group) => group.length));

/** Pairs that move the other way round; among equals, how late the first ones move. */
function unusual(chain: readonly Group[]): number {
    const others = chain
        .map((group) => group.filter((axis) => axis !== "foundation"))
        .filter(({ length }) => length > 0);
    const position = new Map<Axis, number>(
        others.flatMap((group, index) => group.map((axis) => [axis, index] as const)),
    );
    const positions = axes.map((axis) => position.get(axis)).filter((one) => one !== undefined);
    const turned = positions.flatMap((first, index) => positions.slice(index + 1).filter((second) => first > second));
    return positions.reduce((worth, one) => worth * axes.length + one, turned.length);
}

function leastOf<T>(all: readonly T[], worth: (one: T) => number): readonly T[] {
    const least = Math.min(...all.map(worth));
    return all.filter((one) => worth(one) === least);
}
