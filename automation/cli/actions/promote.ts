/** What `promote` does: a release that was proved in one environment is rolled out to the next. */
import pc from "picocolors";
import { exitCodes, TidegateError } from "../../core/errors";
import { loadGraphFile, type GraphFile } from "../../graph/load";
import type { Promotion } from "../../graph/promotion";
import { diffReleases, type ReleaseDifference } from "../../release/diff";
import { shortId } from "../../release/manifest";
import { Holds } from "../../release/holds";
import { openReleases, type Releases } from "../../release/open";
import { Proofs } from "../../release/proofs";
import { judgePromotion, othersOf, type PromotionAnswer, type Refusal } from "../../release/promotion";
import { settingsOfEnvironment } from "../../rollout/proving";
import { rehearses } from "../../rehearsal/place";
import { isDriverOf } from "../../release/unpacked";
import { changedSince } from "./sourceState";
import { printJson, say } from "../output";
import { previewed, untouchedText } from "./previewed";
import { upGraph, type ChangeFlags } from "./rollout";
import { differenceText } from "./release";
import { openRelease } from "./released";
import type { ReleaseOfRun } from "./releaseOfRun";
import { wayToProof } from "./wayToProof";

export interface PromoteFlags extends ChangeFlags {
    readonly release?: string;
    readonly dryRun?: true;
    readonly despiteFreeze?: string;
    readonly parallel: number;
    readonly approve?: readonly string[];
    readonly json?: true;
}

export async function promote(source: string, target: string, flags: PromoteFlags): Promise<void> {
    const graph = await loadGraphFile();
    const releases = await openReleases(graph);
    const proofs = new Proofs(releases.objects, releases.trust, rehearses());
    const id = await chosen(flags.release, source, proofs, releases, graph.promotion);
    const answer = await judge(graph, id, source, target, releases, flags);
    const difference = await differenceFrom(target, id, proofs, releases);
    if (!flags.json) tell(id, source, target, answer, difference);
    const [refused] = answer.refusals;
    if (refused !== undefined && flags.dryRun !== true)
        throw await refusal(id, source, target, answer, graph.promotion, proofs);
    if (flags.dryRun) return dryRun(id, source, target, answer, difference, flags);
    const opened = await openRelease(target, id);
    if (opened === undefined || answer.proof === undefined) return;
    const release: ReleaseOfRun = {
        id,
        from: { environment: source, run: answer.proof.run },
        settings: await settingsOfEnvironment(opened.graph, target),
        ...(flags.despiteFreeze === undefined ? {} : { despiteFreeze: flags.despiteFreeze }),
    };
    const { dryRun: _dry, despiteFreeze: _despite, ...rest } = flags;
    await upGraph(opened.graph, [target], { ...rest, release: id, exercise: true }, { release });
}

/** The one that is named, else the one that was green last where it comes from. */
export async function chosen(
    wanted: string | undefined,
    source: string,
    proofs: Proofs,
    { store }: Releases,
    promotion: Promotion | undefined,
): Promise<string> {
    if (wanted !== undefined) return store.find(wanted);
    const [newest] = await proofs.green(source);
    if (newest !== undefined) return newest;
    throw new TidegateError(`There is no release that was green in ${source}.`, {
        code: "release-unproved",
        hint: await wayToProof(promotion, proofs, source),
        exitCode: exitCodes.refused,
    });
}

async function judge(
    graph: GraphFile,
    release: string,
    source: string,
    target: string,
    { objects, trust }: Releases,
    { despiteFreeze }: PromoteFlags,
): Promise<PromotionAnswer> {
    const simulated = rehearses();
    const proofs = new Proofs(objects, trust, simulated);
    const [own, marks, hold] = await Promise.all([
        proofs.of(source, release),
        proofs.marks(source),
        new Holds(objects, simulated).of(target),
    ]);
    // Those of the other kind count for nothing, which is told.
    const found = own.length > 0 ? own : await new Proofs(objects, trust, !simulated).of(source, release);
    const rule = graph.promotion?.[target];
    const others = othersOf(source, rule).map(async (one) => ({
        source: one,
        proofs: (await proofs.of(one, release)).map(({ proof }) => proof),
        marks: await proofs.marks(one),
    }));
    const answer = judgePromotion({
        release,
        source,
        target,
        rule,
        others: await Promise.all(others),
        proofs: found.map(({ proof }) => proof),
        hold,
        marks,
        simulated,
        now: Date.now(),
        despiteFreeze,
    });
    // Once is enough: the driver of the release asks the same again, and has no settings of where it comes from.
    const { current, proof } = answer;
    if (!current || proof === undefined || isDriverOf(graph, target, release)) return answer;
    const changed = await changedSince(proof, source);
    if (changed.length === 0) return answer;
    const why = `${changed.join(", ")} of ${source} ${changed.length === 1 ? "was" : "were"} changed outside the driver since its proof`;
    return { ...answer, refusals: [...answer.refusals, { code: "proof-stale", why }] };
}

interface Difference {
    /** Undefined: nothing is known to run there. */
    readonly from: string | undefined;
    readonly found: ReleaseDifference | undefined;
}

async function differenceFrom(target: string, id: string, proofs: Proofs, { store }: Releases): Promise<Difference> {
    const from = (await proofs.marks(target)).at(-1)?.[1].release;
    if (from === undefined) return { from, found: undefined };
    const [before, after] = await Promise.all([store.manifest(from), store.manifest(id)]);
    return { from, found: diffReleases(before, after) };
}

function tell(
    id: string,
    source: string,
    target: string,
    { proof, soakedMinutes, refusals }: PromotionAnswer,
    { from, found }: Difference,
): void {
    say(`promote ${pc.bold(shortId(id))}: ${source} → ${target}`);
    if (proof !== undefined)
        say(
            `  proved in ${source} by run ${proof.run} at ${proof.time}: ${proof.gates.length} checks; it has stayed ${Math.floor(soakedMinutes)} minutes`,
        );
    for (const { code, why } of refusals) say(`  ${pc.red("✗")} ${why} ${pc.dim(`[${code}]`)}`);
    if (from === undefined || found === undefined) say(`  no release is known in ${target}`);
    else say(`  the last in ${target} is ${shortId(from)}. ${differenceText(found).replace(/^/gm, "  ").trim()}`);
}

async function refusal(
    id: string,
    source: string,
    target: string,
    { refusals }: PromotionAnswer,
    promotion: Promotion | undefined,
    proofs: Proofs,
): Promise<TidegateError> {
    const { code = "release-unproved", source: blamed = source } = refusals[0] ?? {};
    const why = refusals.map((one) => one.why).join("; ");
    const message = `${shortId(id)} was not promoted to ${target}: ${why}. Nothing was touched.`;
    const way = await wayToProof(promotion, proofs, blamed, id);
    return new TidegateError(message, {
        code,
        hint: hintOf(code, id, blamed, target, way),
        exitCode: exitCodes.refused,
    });
}

/** What to do next where a release may not go. `way`: how it is proved in the source. */
export function hintOf(code: Refusal, id: string, source: string, target: string, way: string): string {
    const hints = {
        "promotion-undeclared": "`promotion` of the graph's file says which environment takes releases from which.",
        "release-unproved": way,
        "proof-simulated": `Prove it in the real ${source}.`,
        "proof-stale": `\`npx tidegate up ${source} --release ${shortId(id)}\` proves it anew.`,
        "soak-too-short": `It may go once it has stayed in ${source} as long as promotion.${target}.soakMinutes says.`,
        "environment-held": `Once that is settled: \`npx tidegate release-hold ${target} --lift\`.`,
        "environment-frozen":
            "Wait for the end of the window; in an emergency, --despite-freeze WHY, which is written down.",
    } as const;
    return hints[code];
}

/** What a promotion would do, with a preview of it; nothing is touched. Exit code 6 where it would be refused. */
async function dryRun(
    id: string,
    source: string,
    target: string,
    answer: PromotionAnswer,
    difference: Difference,
    { json, parallel, approve }: PromoteFlags,
): Promise<void> {
    const opened = await openRelease(target, id);
    if (opened === undefined) return;
    await previewed(target, opened.graph, { json, parallel, approve }, (result, changing) => {
        if (json)
            printJson({
                release: id,
                source,
                target,
                refusals: answer.refusals,
                soakedMinutes: answer.soakedMinutes,
                proof: answer.proof ?? null,
                from: difference.from ?? null,
                difference: difference.found ?? null,
                changing: changing.map(({ stack }) => stack),
                notPreviewable: Object.fromEntries(result.notPreviewable),
            });
        else say(untouchedText(changing));
        return answer.refusals.length > 0;
    });
}
