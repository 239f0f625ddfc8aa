/**
 * Environments between two others: some of the axes as the one file has them, the rest as the other. Pure. Whether one can be
 * is asked of the schema of environment files, and so of stacks/fit, as for a file that a person has written; and of nothing
 * else but whose the things are that it would use.
 */
import { delimiter, dirname } from "node:path";
import { stringify } from "yaml";
import { z } from "zod";
import { kubeconfigPaths } from "../../../components/foundation/kubeconfigPaths";
import { environmentSchema, type EnvironmentFile } from "../../../stacks/environment";
import { clouds } from "../../../stacks/settings/clouds";
import { axes, isElsewhere, keysOf, placeOf, differs, type Axis } from "./axes";

type Raw = Readonly<Record<string, unknown>>;

/** An environment's file, as it is written and as it is understood. */
export interface Side {
    /** Absolute. */
    readonly file: string;
    readonly text: string;
    readonly raw: Raw;
    readonly settings: EnvironmentFile;
}

export interface Mix {
    readonly raw: Raw;
    /** Undefined where it cannot be. */
    readonly settings: EnvironmentFile | undefined;
    /** Why it cannot be; empty where it can. */
    readonly problems: readonly string[];
}

/** Profiles that name a thing which is there once, whoever names it: another environment would use the very same. */
const shared: ReadonlySet<string> = new Set(["external", "lakekeeper", "kubeconfig"]);

const section = z.record(z.string(), z.unknown()).catch({});

export class Mixes {
    /** Whether both files are of one environment, which is there. */
    readonly inPlace: boolean;
    /** Axes that move, in their usual order. */
    readonly moving: readonly Axis[];
    private readonly known = new Map<string, Mix>();

    constructor(
        readonly from: Side,
        readonly to: Side,
    ) {
        this.inPlace = from.settings.name === to.settings.name;
        // What begins anew has nothing that other settings of the same thing could be moved from.
        const moves = this.inPlace ? differs : isElsewhere;
        this.moving = axes.filter((axis) => moves(from.settings, to.settings, axis));
    }

    /** `moved`: the axes that are as in `to`. */
    of(moved: ReadonlySet<Axis>): Mix {
        const key = this.moving.filter((axis) => moved.has(axis)).join();
        const known = this.known.get(key) ?? this.mix(moved);
        this.known.set(key, known);
        return known;
    }

    isLast(moved: ReadonlySet<Axis>): boolean {
        return this.moving.every((axis) => moved.has(axis));
    }

    private mix(moved: ReadonlySet<Axis>): Mix {
        if (this.isLast(moved)) return { raw: this.to.raw, settings: this.to.settings, problems: [] };
        if (this.inPlace && !this.moving.some((axis) => moved.has(axis)))
            return { raw: this.from.raw, settings: this.from.settings, problems: [] };
        const raw = this.composed(moved);
        const parsed = environmentSchema.safeParse(raw);
        const problems = [
            ...this.ofAnother(moved),
            ...(parsed.success
                ? []
                : parsed.error.issues.map(({ path, message }) =>
                      path.length === 0 ? message : `'${path.map(String).join(".")}': ${message}`,
                  )),
        ];
        return { raw, settings: problems.length === 0 ? parsed.data : undefined, problems };
    }

    private composed(moved: ReadonlySet<Axis>): Raw {
        const { from, to, inPlace } = this;
        const sideOf = (axis: Axis): Side => (this.moving.includes(axis) && !moved.has(axis) ? from : to);
        const ofAxes = Object.entries(keysOf).flatMap(([axis, keys]) =>
            keys.flatMap((key) => {
                const side = sideOf(axis as Axis);
                return side.raw[key] === undefined ? [] : [[key, absolute(key, side)] as const];
            }),
        );
        const axisKeys = new Set<string>(Object.values(keysOf).flat());
        // What belongs to no axis goes with the last move where the environment is there, for it protects what is; else it is so from the start.
        const base = inPlace ? from.raw : { ...to.raw, ...unprotected(to.raw) };
        const other = inPlace ? to.raw : from.raw;
        const accounts = clouds.flatMap((cloud) =>
            base[cloud] === undefined && other[cloud] !== undefined ? [[cloud, other[cloud]] as const] : [],
        );
        const vault = section.parse(to.raw["secrets"])["vault"] ?? section.parse(from.raw["secrets"])["vault"];
        const ofSecrets = section.parse(sideOf("runtime").raw["secrets"]);
        const secrets = { ...(vault === undefined ? {} : { vault }), ...ofSecrets };
        return {
            ...Object.fromEntries(Object.entries(base).filter(([key]) => !axisKeys.has(key))),
            ...Object.fromEntries(accounts),
            ...Object.fromEntries(ofAxes),
            ...(Object.keys(secrets).length === 0 ? {} : { secrets }),
            name: to.settings.name,
        };
    }

    /** What a new environment would share with the one that goes on running, and write to. */
    private ofAnother(moved: ReadonlySet<Axis>): string[] {
        if (this.inPlace) return [];
        const { from, to } = this;
        return this.moving
            .filter((axis) => !moved.has(axis) && shared.has(from.settings[axis]?.profile ?? ""))
            .map(
                (axis) =>
                    `'${axis}': ${placeOf(from.settings, axis).label} is what ${from.settings.name} uses: ${to.settings.name} would write to it`,
            );
    }
}

/** What is moved away again must not be protected meanwhile; the last file protects as it says. */
function unprotected(raw: Raw): Raw {
    const policies = section.parse(raw["policies"]);
    return {
        protectData: false,
        policies: { ...policies, levels: { ...section.parse(policies["levels"]), "deletion-protection": "disabled" } },
    };
}

/** A kubeconfig is named from where the file lies, and a mix lies elsewhere. */
function absolute(key: string, { raw, file }: Side): unknown {
    const value = raw[key];
    if (key !== "foundation") return value;
    const foundation = section.parse(value);
    const named = foundation["file"];
    if (typeof named !== "string") return value;
    return { ...foundation, file: kubeconfigPaths(named, dirname(file)).join(delimiter) };
}

/** The file of a mix. `title`: what it is. */
export const mixText = (raw: Raw, title: string): string =>
    `# ${title}. Written by \`tidegate migrate\`: a change of it by hand is lost.\n${stringify(raw)}`;
