/** What an `up` has to do with releases: whether it may roll one out, which one lies here, and the proof that it leaves. */
import pc from "picocolors";
import { exitCodes, TidegateError } from "../../core/errors";
import { loadGraphFile, type GraphFile } from "../../graph/load";
import { shortId } from "../../release/manifest";
import { Holds, holdText, type HoldRecord } from "../../release/holds";
import { bundleOf, openReleases } from "../../release/open";
import { Proofs } from "../../release/proofs";
import type { RunGlance } from "../../ledger/ledger";
import { rehearses } from "../../rehearsal/place";
import type { RunFacts } from "../../reports/facts";
import { settingsOfEnvironment } from "../../rollout/proving";
import type { RunAbout, Session } from "../../rollout/session";
import { sayUnless } from "../output";

/** What a run rolls out, where it is a release. */
export type ReleaseOfRun = NonNullable<RunAbout["release"]>;

/**
 * An environment that takes releases from another takes nothing else by `up` but what it has had before; while it is held,
 * nothing but what was rolled out there last, or what it is rolled back to.
 * @throws TidegateError `promotion-required`, `environment-held`
 */
export async function demandPromoted(
    graph: GraphFile,
    environment: string,
    release?: ReleaseOfRun,
    back = false,
): Promise<void> {
    const from = graph.promotion?.[environment]?.from ?? [];
    if (from.length === 0) return;
    const { objects, trust } = await openReleases(graph);
    const proofs = new Proofs(objects, trust, rehearses());
    const hold = await new Holds(objects, rehearses()).of(environment);
    if (hold !== undefined && release !== undefined && !back) {
        const marks = await proofs.marks(environment);
        const last = marks.findLast(([, { operation }]) => operation !== "refresh")?.[1].release;
        if (release.from !== undefined || release.id !== last) throw held(hold, release);
    }
    if (release?.from !== undefined) return;
    if (release !== undefined && (await proofs.of(environment, release.id)).length > 0) return;
    const [last] = await proofs.green(environment);
    const again =
        last === undefined
            ? ""
            : `; \`npx tidegate up ${environment} --release ${shortId(last)}\` rolls out again what was green there last`;
    throw new TidegateError(
        `${environment} takes releases from ${from.join(", ")}, and ${release === undefined ? "what lies here is none that was promoted" : `${shortId(release.id)} was never promoted to it`}. Nothing was touched.`,
        {
            code: "promotion-required",
            hint: `\`npx tidegate promote ${from[0]} ${environment}\` takes the one that was green there${again}.`,
            exitCode: exitCodes.refused,
        },
    );
}

const held = (hold: HoldRecord, { id, from }: ReleaseOfRun): TidegateError =>
    new TidegateError(
        `${shortId(id)} was not rolled out: ${hold.environment} is held ${holdText(hold)}. Nothing was touched.`,
        {
            code: "environment-held",
            hint: `Once that is settled: \`npx tidegate release-hold ${hold.environment} --lift\`. ${from === undefined ? "What was rolled out there last may be rolled out again." : `\`npx tidegate rollback ${hold.environment}\` goes back to what was green there before.`}`,
            exitCode: exitCodes.refused,
        },
    );

/** Leaves a proof of the release that was rolled out, and says so, or why there is none. */
export async function tellProof(
    session: Session,
    release: string,
    unpacked: boolean,
    whole: boolean,
    facts: RunFacts,
    json: boolean,
): Promise<void> {
    const { environment } = session.home;
    if (session.graph.promotion?.[environment] === undefined) return;
    const say = sayUnless(json);
    const name = shortId(release);
    if (!whole) return say(`No proof of ${name} in ${environment}: only a part of it was rolled out.`);
    // What lies here may have been edited while it was rolled out.
    if (!unpacked && (await releaseHere(session))?.id !== release)
        return say(`No proof of ${name} in ${environment}: what lies here has changed since the run began.`);
    const gates = facts.layers.flatMap(({ name: stack, checks }) => checks.map((result) => ({ stack, result })));
    const proved = await session.prove(release, gates);
    if (proved !== undefined)
        say(
            proved
                ? `${pc.green("✓")} ${name} is proved in ${environment}; its soak begins now.`
                : `No proof of ${name} in ${environment}: the ledger does not know the checkpoint of each stack.`,
        );
}

/** Whether a run was killed between its green end and the proof of its release, which it owes as a whole. */
export async function lacksProof({ graph, home }: Session, { id, state, started }: RunGlance): Promise<boolean> {
    const { environment, simulated = false } = home;
    const { release, options, stacks = [] } = started ?? {};
    if (state !== "green" || release === undefined || options?.["release"] === undefined) return false;
    const whole = options["exercise"] !== false && stacks.length === graph.graph.order.length;
    if (!whole || graph.promotion?.[environment] === undefined) return false;
    const { objects, trust } = await openReleases(graph);
    const proofs = await new Proofs(objects, trust, simulated).counting(environment, release.id);
    return !proofs.some(({ run }) => run === id);
}

/** What lies here, where it is a release that is kept, and the graph has a way of promotion. */
export async function releaseHere({ graph, home, versions }: Session): Promise<ReleaseOfRun | undefined> {
    const { environment } = home;
    if (graph.promotion?.[environment] === undefined) return undefined;
    const { store } = await openReleases(graph);
    const kept = await store.list();
    if (kept.length === 0) return undefined;
    const whole = await loadGraphFile(graph.file);
    const { id } = await bundleOf({ graph: whole, engine: versions.pulumi });
    return kept.includes(id) ? { id, settings: await settingsOfEnvironment(graph, environment) } : undefined;
}
