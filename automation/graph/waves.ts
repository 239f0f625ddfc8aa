/** In which waves a release goes through environments: what the ways between them come to, from one on. Pure. */
import type { Promotion } from "./promotion";

export interface WaveStep {
    readonly environment: string;
    /** 1: it takes from where it begins. */
    readonly wave: number;
    /** Of those that it takes from: where it begins, and what is in a wave. In the order of the file. */
    readonly sources: readonly string[];
}

/**
 * How many promotions lie between the beginnings and each environment that a way leads to; of several ways the shortest,
 * and the longest where all of them have to be gone.
 *
 * @param beginnings wave 0 @default those that take from none
 */
export function wavesOf(
    promotion: Promotion,
    beginnings: readonly string[] = Object.keys(promotion).filter((name) => promotion[name]?.from.length === 0),
): ReadonlyMap<string, number> {
    const waves = new Map<string, number>(beginnings.map((name) => [name, 0]));
    const unreached = new Set<string>();
    // There is no circle: a graph with one is refused as it is read.
    const waveOf = (name: string): number | undefined => {
        const known = waves.get(name);
        if (known !== undefined || unreached.has(name)) return known;
        const rule = promotion[name];
        const before = (rule?.from ?? []).map(waveOf).filter((wave) => wave !== undefined);
        if (before.length === 0) {
            unreached.add(name);
            return undefined;
        }
        const wave = 1 + (rule?.every ? Math.max(...before) : Math.min(...before));
        waves.set(name, wave);
        return wave;
    };
    for (const name of Object.keys(promotion)) waveOf(name);
    return waves;
}

/** Everything that the ways lead to from an environment, wave by wave, in each in the order of the file. */
export function stepsFrom(promotion: Promotion, source: string): WaveStep[] {
    const waves = wavesOf(promotion, [source]);
    return Object.entries(promotion)
        .flatMap(([environment, { from }]) => {
            const wave = waves.get(environment);
            const sources = from.filter((one) => waves.has(one));
            return wave === undefined || wave === 0 ? [] : [{ environment, wave, sources }];
        })
        .sort((a, b) => a.wave - b.wave);
}
