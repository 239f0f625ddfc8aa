/** Fewest rows, or nearly, in which every two values of different axes that may be together are together once. Deterministic. */

export type Row<A extends string> = Readonly<Record<A, string>>;

/** All rows that may be, in the order of the axes' values. */
export function product<A extends string>(
    axes: Readonly<Record<A, readonly string[]>>,
    allowed: (row: Row<A>) => boolean,
): readonly Row<A>[] {
    const names = Object.keys(axes) as A[];
    const rows = names.reduce<Partial<Record<A, string>>[]>(
        (some, axis) => some.flatMap((row) => axes[axis].map((value) => ({ ...row, [axis]: value }))),
        [{}],
    );
    return (rows as Row<A>[]).filter(allowed);
}

const pairsOf = <A extends string>(row: Row<A>): string[] => {
    const entries = Object.entries(row);
    return entries.flatMap(([axis, value], index) =>
        entries.slice(index + 1).map(([other, its]) => `${axis}=${String(value)} ${other}=${String(its)}`),
    );
};

/** Takes again and again the first of the rows that bring most pairs which are in none so far. */
export function pairwise<A extends string>(all: readonly Row<A>[]): readonly Row<A>[] {
    const missing = new Set(all.flatMap(pairsOf));
    const taken: Row<A>[] = [];
    const gain = (row: Row<A>): number => pairsOf(row).filter((pair) => missing.has(pair)).length;
    while (missing.size > 0) {
        const best = all.reduce((one, other) => (gain(other) > gain(one) ? other : one));
        taken.push(best);
        for (const pair of pairsOf(best)) missing.delete(pair);
    }
    return taken;
}
