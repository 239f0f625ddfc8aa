/** Reads how environments stand: from the store of releases and the ledger of each, without Pulumi and without their state. */
import { messageOf, TidegateError } from "../core/errors";
import { settingsOf, type GraphFile } from "../graph/load";
import { wavesOf } from "../graph/waves";
import { lastDrift } from "../ledger/driftSeen";
import { begunMs, Ledger, type RunGlance } from "../ledger/ledger";
import { holderNow } from "../ledger/lock";
import { ledgerStore } from "../ledger/place";
import { projectLedger } from "../engine/projectHome";
import { Holds } from "../release/holds";
import { openReleases } from "../release/open";
import { Proofs } from "../release/proofs";
import {
    standingOf,
    type LedgerSeen,
    type Read,
    type RunSeen,
    type Standing,
    type StoreSeen,
} from "../release/standing";
import { rehearses } from "../rehearsal/place";
import { loadModule } from "./module";

/** The last promotion is looked for in so many runs. */
const runsRead = 40;
/** A place that does not answer holds up nobody for longer. */
const patienceSeconds = 20;

/** Names of the environments of a graph: those of its file, of its promotion and of its module. */
export async function environmentsOf(graph: GraphFile): Promise<string[]> {
    const own = await loadModule(graph).environments?.();
    return [
        ...new Set([...Object.keys(graph.environments ?? {}), ...Object.keys(graph.promotion ?? {}), ...(own ?? [])]),
    ];
}

/** One for each environment; what cannot be read of one is said in it. */
export async function readStandings(graph: GraphFile, environments: readonly string[]): Promise<Standing[]> {
    const now = Date.now();
    const simulated = rehearses();
    const rules = graph.promotion ?? {};
    const waves = wavesOf(rules);
    const wanted = new Set(
        environments.flatMap((name) => (rules[name] === undefined ? [] : [name, ...rules[name].from])),
    );
    const proofs = wanted.size === 0 ? undefined : await read(() => openProofs(graph, simulated));
    const stores = new Map(
        await Promise.all(
            [...wanted].map(async (name) => [name, await readStore(proofs ?? { why: "" }, name)] as const),
        ),
    );
    return Promise.all(
        environments.map(async (environment) =>
            standingOf({
                environment,
                rule: rules[environment],
                wave: waves.get(environment),
                ledger: await read(() => readLedger(graph, environment, now)),
                stores,
                simulated,
                now,
            }),
        ),
    );
}

async function openProofs(graph: GraphFile, simulated: boolean) {
    const { objects, trust } = await openReleases(graph);
    return { proofs: new Proofs(objects, trust, simulated), holds: new Holds(objects, simulated) };
}
type Opened = Awaited<ReturnType<typeof openProofs>>;

async function readStore(opened: Read<Opened>, environment: string): Promise<Read<StoreSeen>> {
    if ("why" in opened) return opened;
    return read(async () => {
        const { proofs, holds } = opened.value;
        const [marks, greens, hold] = await Promise.all([
            proofs.marks(environment),
            proofs.greens(environment),
            holds.of(environment),
        ]);
        return { marks, greens, hold };
    });
}

async function readLedger(graph: GraphFile, environment: string, now: number): Promise<LedgerSeen> {
    const url = await loadModule(graph).ledger?.(environment);
    const settings = url === undefined ? settingsOf(graph, environment) : undefined;
    const place = url ?? projectLedger(graph, environment, settingsOf(graph, environment));
    const store = ledgerStore(place, () => Promise.resolve(settings?.variables ?? {}));
    const ledger = new Ledger(store);
    const ids = (await ledger.runs()).slice(0, runsRead);
    const [glances, drift, holder] = await Promise.all([
        Promise.all(ids.map((id) => ledger.glance(id))),
        lastDrift(store),
        holderNow(store, now),
    ]);
    // Only what judges of it is read as a whole.
    const judging = glances.find(({ started }) => started?.operation !== "refresh");
    const failed = judging?.state === "red" ? await failedStacks(ledger, judging.id) : [];
    return {
        drift,
        runs: glances.map((glance, index) => ({
            ...seen(glance),
            ...(index === 0 && glance.state === "cut off" && holder?.speaks === true ? { state: "running" } : {}),
            failed: glance === judging ? failed : [],
        })),
    };
}

const seen = ({ id, started, state }: RunGlance): Omit<RunSeen, "failed"> => ({
    id,
    operation: started?.operation ?? "up",
    state,
    time: new Date(begunMs(id)).toISOString(),
    user: started?.holder.user ?? "",
    host: started?.holder.host ?? "",
    release: started?.release?.id,
    from: started?.release?.from?.environment,
});

async function failedStacks(ledger: Ledger, run: string): Promise<string[]> {
    const { records } = await ledger.run(run);
    return records.flatMap(({ entry }) => (entry.type === "stack-failed" ? [`${entry.stack} [${entry.code}]`] : []));
}

/** In its time, or why not. */
async function read<T>(work: () => Promise<T>): Promise<Read<T>> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer in ${patienceSeconds} s`)), patienceSeconds * 1000);
    });
    try {
        return { value: await Promise.race([work(), late]) };
    } catch (error) {
        const [line = ""] = messageOf(error).split("\n");
        return { why: TidegateError.is(error) ? `${line} [${error.code}]` : line };
    } finally {
        clearTimeout(timer);
    }
}
