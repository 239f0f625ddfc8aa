/**
 * The moves from one environment to another, one axis at a time. Pure: two files in, moves and refusals out. Nothing is
 * refused later that can be refused here, and everything that stands in the way is told at once.
 */
import { isDeepStrictEqual } from "node:util";
import { clouds } from "../../../stacks/settings/clouds";
import { axes, placeOf, isElsewhere, type Axis } from "./axes";
import { fatesOf, protectedAxes, type Fate, type Step } from "./fates";
import { Mixes, mixText, type Side } from "./mixes";
import { bestOrder, type Group } from "./order";

export interface Move {
    /** From 1. */
    readonly number: number;
    readonly axes: readonly { readonly axis: Axis; readonly from: string; readonly to: string }[];
    /** Why they move at one time; empty where it is one axis. */
    readonly together: readonly string[];
    /** What the environment's file says after it. */
    readonly text: string;
    readonly data: readonly Fate[];
    /** Layers of which no data may go. */
    readonly keeps: readonly Axis[];
}

export interface Refusal {
    readonly code: "migration-unreachable" | "migration-loses-data" | "migration-protected";
    readonly what: string;
    /** One by one, where the moves do not tell it. */
    readonly why?: readonly string[];
    readonly todo: string;
}

export interface Plan {
    /** That migrates. */
    readonly environment: string;
    /** Of `--from`: where it is another one it is not touched. */
    readonly from: string;
    readonly inPlace: boolean;
    readonly moves: readonly Move[];
    readonly refusals: readonly Refusal[];
}

export interface Allowed {
    /** Axes whose data may be lost. @default none */
    readonly lose?: readonly string[];
    /** Whether more than two axes may move at one time. @default false */
    readonly together?: boolean;
}

const axesAtOnce = 2;

export function planOf(from: Side, to: Side, { lose = [], together = false }: Allowed = {}): Plan {
    const mixes = new Mixes(from, to);
    const { inPlace, moving } = mixes;
    const about = { environment: to.settings.name, from: from.settings.name, inPlace };
    const impossible = [...outsideAxes(mixes)];
    if (impossible.length > 0) return { ...about, moves: [], refusals: impossible };
    const order = bestOrder(
        moving,
        (moved, group) => apart(mixes, moved, group).length === 0,
        to.settings.foundation === undefined,
    );
    if (order === undefined) return { ...about, moves: [], refusals: [noWay(mixes)] };
    const moves = order.map((group, index) => moveOf(mixes, order, group, index));
    return {
        ...about,
        moves,
        refusals: [
            ...tooManyAtOnce(moves, together),
            ...order.flatMap((_group, index) => stillProtected(mixes, order, index)),
            ...lossesOf(moves, lose),
        ],
    };
}

const namesOf = (some: readonly Axis[]): string =>
    some.length < 2 ? some.join() : `${some.slice(0, -1).join(", ")} and ${some.at(-1)}`;

/** What differs and is no axis, and what an environment that is there cannot change in place. */
function* outsideAxes({ from, to, inPlace, moving }: Mixes): Generator<Refusal> {
    const unreachable = (what: string, todo: string): Refusal => ({ code: "migration-unreachable", what, todo });
    const { name } = to.settings;
    if (moving.length === 0)
        yield unreachable(
            `No axis of ${name} differs between the two files: there is nothing to move`,
            `\`npx tidegate up ${name}\` rolls out what else has changed.`,
        );
    if (!inPlace) return;
    if (!isDeepStrictEqual(from.settings.state, to.settings.state))
        yield unreachable(
            `'state' of ${name} differs between the two files: states and the ledger are not moved`,
            "Give both the same; Pulumi moves a state by `pulumi stack export` and `import`.",
        );
    if (from.settings.dataset !== to.settings.dataset)
        yield unreachable(
            `'dataset' of ${name} differs between the two files, and is no axis: topics and tables would be others`,
            "Change it before or after, by itself.",
        );
    for (const cloud of clouds) {
        const [one, other] = [from.settings[cloud], to.settings[cloud]];
        if (one !== undefined && other !== undefined && !isDeepStrictEqual(one, other))
            yield unreachable(
                `'${cloud}' of ${name} differs between the two files: an environment is in one account and region of a cloud`,
                "Migrate into another environment, with a name of its own.",
            );
    }
}

/** Why a group cannot move after those that have moved; empty where it can. */
function apart(mixes: Mixes, moved: ReadonlySet<Axis>, group: Group): readonly string[] {
    const after = mixes.of(new Set([...moved, ...group]));
    const before = mixes.of(moved);
    if (after.settings === undefined) return after.problems;
    return before.settings === undefined || !isThere(mixes, moved)
        ? []
        : torn(mixes, { before: before.settings, after: after.settings }, group);
}

/** Whether anything was rolled out that a move could take data from. */
const isThere = ({ inPlace }: Mixes, moved: ReadonlySet<Axis>): boolean => inPlace || moved.size > 0;

/** What a mix may be, and a move may not: what is between would not go on with what it has. */
function torn({ moving, from, to }: Mixes, { before, after }: Step, group: Group): string[] {
    const moves = (axis: Axis): boolean => group.includes(axis) && isElsewhere(before, after, axis);
    const both = (["storage", "catalog"] as const).every(
        (axis) =>
            moving.includes(axis) && from.settings[axis] !== undefined && isElsewhere(from.settings, to.settings, axis),
    );
    const tables = before.runtime !== undefined && after.runtime !== undefined;
    return [
        ...(both && moves("storage") !== moves("catalog")
            ? ["'catalog': its entries name the tables' files on the storage by absolute paths"]
            : []),
        ...(tables &&
        before.broker !== undefined &&
        moves("broker") &&
        !moves("storage") &&
        !moves("catalog") &&
        after.mode === "batch"
            ? [
                  "'broker': the batch job goes on from offsets that are in bronze, and refuses topics that it was not read from (topic-recreated)",
              ]
            : []),
    ];
}

function noWay(mixes: Mixes): Refusal {
    const all = mixes.moving;
    const reasons = [
        ...new Set([...all.map((axis) => [axis] as Group), all].flatMap((group) => apart(mixes, new Set(), group))),
    ];
    return {
        code: "migration-unreachable",
        what: `There is no way from ${mixes.from.file} to ${mixes.to.file}`,
        why: reasons,
        todo: "Take what is named out of the way. Of a batch job: drop bronze and silver and change `mode` to streaming_bronze first.",
    };
}

const before = (order: readonly Group[], index: number): ReadonlySet<Axis> => new Set(order.slice(0, index).flat());
const after = (order: readonly Group[], index: number): ReadonlySet<Axis> => before(order, index + 1);

/** Undefined where nothing is there before it. */
function stepOf(mixes: Mixes, order: readonly Group[], index: number): Step | undefined {
    if (!isThere(mixes, before(order, index))) return undefined;
    const [one, other] = [mixes.of(before(order, index)).settings, mixes.of(after(order, index)).settings];
    return one === undefined || other === undefined ? undefined : { before: one, after: other };
}

function moveOf(mixes: Mixes, order: readonly Group[], group: Group, index: number): Move {
    const { from, to } = mixes;
    const number = index + 1;
    const step = stepOf(mixes, order, index);
    const data = step === undefined ? [begun(from, to)] : fatesOf(step);
    const moved = after(order, index);
    const title = `${to.settings.name} after move ${number} of ${order.length}: ${namesOf(group)}`;
    return {
        number,
        axes: group.map((axis) => ({
            axis,
            from: placeOf(from.settings, axis).label,
            to: placeOf(to.settings, axis).label,
        })),
        together:
            group.length === 1
                ? []
                : group.map((axis) => `${axis} alone: ${apart(mixes, before(order, index), [axis])[0] ?? "could be"}`),
        text: mixes.isLast(moved) ? to.text : mixText(mixes.of(moved).raw, title),
        data,
        keeps: step === undefined ? [] : keptBy(step, data),
    };
}

const keptBy = ({ before: one, after: other }: Step, data: readonly Fate[]): Axis[] =>
    axes.filter(
        (axis) =>
            other[axis] !== undefined &&
            !isElsewhere(one, other, axis) &&
            !data.some((about) => about.axis === axis && about.fate === "lost"),
    );

const begun = (from: Side, to: Side): Fate => ({
    axis: "storage",
    what: `everything that ${from.settings.name} holds`,
    fate: "kept",
    why: `it stays in ${from.settings.name}, which goes on running and is not touched; nothing of it is copied: ${to.settings.name} begins empty`,
});

function tooManyAtOnce(moves: readonly Move[], together: boolean): Refusal[] {
    if (together) return [];
    return moves
        .filter((move) => move.axes.length > axesAtOnce)
        .map(({ number, axes: moving }) => ({
            code: "migration-unreachable" as const,
            what: `Move ${number} moves ${namesOf(moving.map(({ axis }) => axis))} at one time`,
            todo: "--together says that it may. What would reach what: docs/axes.md.",
        }));
}

function stillProtected(mixes: Mixes, order: readonly Group[], index: number): Refusal[] {
    const step = stepOf(mixes, order, index);
    const held = step === undefined ? [] : protectedAxes(step);
    if (held.length === 0) return [];
    return [
        {
            code: "migration-protected",
            what: `Move ${index + 1}: ${namesOf(held)} ${held.length === 1 ? "holds" : "hold"} data that 'protectData' of ${mixes.from.file} protects from being deleted`,
            todo: `Set protectData: false there, roll that out (\`npx tidegate up ${mixes.to.settings.name}\`), then give that file as --from.`,
        },
    ];
}

function lossesOf(moves: readonly Move[], lose: readonly string[]): Refusal[] {
    return moves.flatMap(({ number, data }) => {
        const lost = data.filter(({ axis, fate }) => fate === "lost" && !lose.includes(axis));
        return [...new Set(lost.map(({ axis }) => axis))].map((axis) => ({
            code: "migration-loses-data" as const,
            what: `Move ${number} loses data of the ${axis}: ${lost.flatMap((one) => (one.axis === axis ? [one.what] : [])).join("; ")}`,
            todo: `--lose ${axis} says that it may go.`,
        }));
    });
}
