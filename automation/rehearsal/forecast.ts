/**
 * What a rehearsal foretells of the real rollout: how long each stack takes at least, where the critical path lies, and
 * what the identities that deploy have to be allowed. From the latencies and permissions of the rows, each of which has a
 * source; queues of the cloud, quotas and retries are not in it.
 */
import type { Graph } from "../graph/graph";
import { secondsOf } from "./calls";
import { nameOf } from "./cloud";
import type { Row } from "./row";

/** A resource of a state. */
export interface Made {
    readonly urn: string;
    readonly type: string;
    readonly parent?: string | undefined;
    readonly dependencies: readonly string[];
    /** `<urn>::<id>` of the provider that makes it, which may be made of another resource: of a cluster, say. */
    readonly provider?: string | undefined;
}

export interface StackForecast {
    readonly stack: string;
    readonly resources: number;
    /** Of the longest chain of resources that wait for each other. */
    readonly seconds: number;
    /** Those of `seconds` for which nobody has published a figure. */
    readonly counted: number;
    /** That chain, the first to be made first; names of resources with their seconds. */
    readonly path: readonly { readonly name: string; readonly type: string; readonly seconds: number }[];
}

export interface Forecast {
    readonly stacks: readonly StackForecast[];
    /** Of the stacks that wait for each other longest. */
    readonly seconds: number;
    /** Those of `seconds` for which nobody has published a figure. */
    readonly counted: number;
    readonly criticalPath: readonly string[];
    /** By the package of the provider: sorted, each once. */
    readonly permissions: Readonly<Record<string, readonly string[]>>;
}

/** What has to be there before it. */
const waitsFor = ({ dependencies, parent, provider }: Made): readonly string[] => [
    ...dependencies,
    ...(parent === undefined ? [] : [parent]),
    ...(provider === undefined ? [] : [provider.split("::").slice(0, -1).join("::")]),
];

/** The chain that takes longest to make. */
export function forecastStack(stack: string, made: readonly Made[], rows: ReadonlyMap<string, Row>): StackForecast {
    const byUrn = new Map(made.map((one) => [one.urn, one]));
    const known = new Map<string, { seconds: number; before: string | undefined }>();
    const secondsFor = (type: string): number => {
        const row = rows.get(type);
        return row === undefined ? 0 : secondsOf(row, "create");
    };
    const upTo = (urn: string): { seconds: number; before: string | undefined } => {
        const found = known.get(urn);
        if (found !== undefined) return found;
        // A state has no cycles; this keeps a broken one from hanging.
        known.set(urn, { seconds: 0, before: undefined });
        const one = byUrn.get(urn);
        let longest = { seconds: 0, before: undefined as string | undefined };
        for (const other of one === undefined ? [] : waitsFor(one)) {
            const { seconds } = upTo(other);
            if (seconds > longest.seconds) longest = { seconds, before: other };
        }
        const answer = { seconds: longest.seconds + secondsFor(one?.type ?? ""), before: longest.before };
        known.set(urn, answer);
        return answer;
    };
    let last: string | undefined;
    for (const { urn } of made) if (last === undefined || upTo(urn).seconds > upTo(last).seconds) last = urn;
    const path: { name: string; type: string; seconds: number }[] = [];
    for (let urn = last; urn !== undefined; urn = known.get(urn)?.before) {
        const type = byUrn.get(urn)?.type ?? "";
        const seconds = secondsFor(type);
        if (seconds > 0) path.unshift({ name: nameOf(urn), type, seconds });
    }
    const resources = made.filter(({ type }) => rows.has(type)).length;
    const counted = path
        .filter(({ type }) => rows.get(type)?.latency.published !== true)
        .reduce((sum, { seconds }) => sum + seconds, 0);
    return { stack, resources, seconds: last === undefined ? 0 : upTo(last).seconds, counted, path };
}

export function forecast(
    graph: Graph,
    states: ReadonlyMap<string, readonly Made[]>,
    rows: ReadonlyMap<string, Row>,
): Forecast {
    // What stands on a stack of which there is no state waits for what that one stands on.
    const there = graph.only(graph.order.filter((name) => states.has(name)));
    const stacks = there.order.map((name) => forecastStack(name, states.get(name) ?? [], rows));
    const ends = new Map<string, Pick<StackForecast, "seconds" | "counted"> & { readonly path: readonly string[] }>();
    for (const { stack, seconds, counted } of stacks) {
        const before = there
            .node(stack)
            .dependsOn.map((up) => ends.get(up))
            .filter((one) => one !== undefined)
            .sort((one, other) => other.seconds - one.seconds)[0];
        ends.set(stack, {
            seconds: (before?.seconds ?? 0) + seconds,
            counted: (before?.counted ?? 0) + counted,
            path: [...(before?.path ?? []), stack],
        });
    }
    const last = [...ends.values()].sort((one, other) => other.seconds - one.seconds)[0];
    const permissions = new Map<string, Set<string>>();
    for (const { type } of [...states.values()].flat()) {
        const provider = type.split(":")[0] ?? type;
        for (const permission of rows.get(type)?.permissions ?? [])
            permissions.set(provider, (permissions.get(provider) ?? new Set()).add(permission));
    }
    return {
        stacks,
        seconds: last?.seconds ?? 0,
        counted: last?.counted ?? 0,
        criticalPath: last?.path ?? [],
        permissions: Object.fromEntries(
            [...permissions].sort().map(([provider, names]) => [provider, [...names].sort()]),
        ),
    };
}
