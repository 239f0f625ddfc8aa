/** What `rollback` does: a release that was green in an environment before is rolled out there again, and it is held. */
import pc from "picocolors";
import { exitCodes, TidegateError } from "../../core/errors";
import { loadGraphFile } from "../../graph/load";
import { rehearses } from "../../rehearsal/place";
import { diffReleases, type ReleaseDifference } from "../../release/diff";
import { Holds } from "../../release/holds";
import { shortId } from "../../release/manifest";
import { openReleases, type Releases } from "../../release/open";
import { Proofs } from "../../release/proofs";
import { wayBack } from "../../release/wayBack";
import { rulesOf } from "../../rollout/budget";
import type { ResourceChange, StackChanges } from "../../rollout/changes";
import { jobStateText } from "../../rollout/jobState";
import { settingsOfEnvironment } from "../../rollout/proving";
import type { Session } from "../../rollout/session";
import { isStateful } from "../../rollout/stateful";
import { printJson, say } from "../output";
import { previewed, untouchedText } from "./previewed";
import { differenceText } from "./release";
import { openRelease, sameArguments, sameWith } from "./released";
import { demandTaker } from "./releaseHold";
import { upGraph, type ChangeFlags } from "./rollout";

export interface RollbackFlags extends ChangeFlags {
    readonly to?: string;
    readonly dryRun?: true;
    /** The run that ended red, where this is the answer to it: nobody is there to be asked. */
    readonly afterRed?: string;
    readonly parallel: number;
    readonly approve?: readonly string[];
    readonly json?: true;
}

/** What a release's own driver has where it knows this command. */
export const ownFile = "automation/cli/actions/rollback.ts";

/** What it has where it can be called with `afterRed`. */
export const reactionFile = "automation/cli/actions/onRed.ts";

/** `resumes`: the run, a rollback to `flags.to`, that it goes on with. */
export async function rollback(environment: string, flags: RollbackFlags, resumes?: string): Promise<void> {
    const graph = await loadGraphFile();
    demandTaker(graph, environment, "roll back");
    const releases = await openReleases(graph);
    const plan = await planned(environment, flags.to, releases);
    const { from, id } = plan;
    if (!flags.json) tell(environment, plan);
    const { dryRun, to, afterRed, ...rest } = flags;
    const args =
        resumes !== undefined
            ? sameArguments
            : afterRed === undefined
              ? sameWith("--to")
              : () => argsOf(environment, flags);
    const known =
        afterRed === undefined
            ? { known: ownFile }
            : { known: reactionFile, instead: `\`npx tidegate rollback ${environment}\` by hand asks less of it.` };
    const opened = await openRelease(environment, id, { args, ...known });
    if (opened === undefined) return;
    if (dryRun) {
        const { json, parallel, approve } = flags;
        return previewed(environment, opened.graph, { json, parallel, approve }, (result, changing, whole) => {
            const state = changing.flatMap((changes) => statesOf(changes, rulesOf(whole, environment)));
            if (json)
                printJson({
                    release: id,
                    environment,
                    from: from ?? null,
                    difference: plan.difference ?? null,
                    staying: plan.staying,
                    changing: changing.map(({ stack }) => stack),
                    state,
                    notPreviewable: Object.fromEntries(result.notPreviewable),
                });
            else {
                for (const { stack, name, op, text } of state)
                    say(`${pc.yellow("!")} ${stack} ${name} (${op}): ${text}`);
                say(untouchedText(changing));
            }
            return false;
        });
    }
    const release = { id, settings: await settingsOfEnvironment(opened.graph, environment) };
    const begin = async (session: Session): Promise<void> => {
        // Another may have rolled something out while this one waited for the lock.
        const now = await planned(environment, to, releases);
        const [last] = await session.ledger.runs();
        const expected = resumes ?? afterRed ?? last;
        if (now.from !== from || now.id !== id || last !== expected) throw overtaken(environment);
        const holds = new Holds(releases.objects, rehearses());
        // A hold of somebody's says more than this one would.
        if ((await holds.of(environment)) === undefined)
            await holds.hold(
                environment,
                `it is rolled back from ${from === undefined ? "what is not known" : shortId(from)} to ${shortId(id)}`,
            );
        if (!flags.json)
            say(
                `${pc.yellow("!")} Nothing is promoted to ${environment}, however this ends, until \`npx tidegate release-hold ${environment} --lift\`.`,
            );
    };
    const about = { release, resumes, back: { afterRed, begin } };
    await upGraph(opened.graph, [environment], { ...rest, release: id, exercise: true }, about);
}

/** What says the same on a command line. */
export const argsOf = (environment: string, flags: RollbackFlags): string[] => [
    ...["rollback", environment, "--parallel", String(flags.parallel)],
    ...(flags.to === undefined ? [] : ["--to", flags.to]),
    ...(flags.afterRed === undefined ? [] : ["--after-red", flags.afterRed]),
    ...(flags.lockTimeout === undefined ? [] : ["--lock-timeout", String(flags.lockTimeout)]),
    ...(flags.json === undefined ? [] : ["--json"]),
];

interface Plan {
    /** Undefined: what was rolled out there last is not known. */
    readonly from: string | undefined;
    readonly id: string;
    readonly difference: ReleaseDifference | undefined;
    /** Stacks that the release does not have: nobody takes them away. */
    readonly staying: readonly string[];
}

/** @throws TidegateError `rollback-impossible`, `release-unproved`, and what is wrong with a release or its proof */
async function planned(
    environment: string,
    wanted: string | undefined,
    { store, objects, trust }: Releases,
): Promise<Plan> {
    const proofs = new Proofs(objects, trust, rehearses());
    const greens = await proofs.greens(environment);
    const way = wayBack(await proofs.marks(environment), greens);
    const from = way?.present;
    const id = wanted === undefined ? way?.to : await store.find(wanted);
    if (id === undefined)
        throw noWay(
            environment,
            from,
            greens.map(({ release }) => release),
        );
    if (!greens.some(({ release }) => release === id)) {
        // One that nobody has signed who may says so itself.
        await proofs.of(environment, id);
        throw neverGreen(environment, id);
    }
    if (from === undefined) return { from, id, difference: undefined, staying: [] };
    const [before, after] = await Promise.all([store.manifest(from), store.manifest(id)]);
    const staying = before.stacks.filter((stack) => !after.stacks.includes(stack));
    return { from, id, difference: diffReleases(before, after), staying };
}

function noWay(environment: string, from: string | undefined, greens: readonly string[]): TidegateError {
    const why =
        from === undefined
            ? `it is not known which release was rolled out to ${environment} last`
            : `no release was green in ${environment} before ${shortId(from)}`;
    const others = [...new Set(greens)].filter((one) => one !== from).map(shortId);
    return new TidegateError(`There is nothing to roll back to: ${why}. Nothing was touched.`, {
        code: "rollback-impossible",
        hint:
            others.length === 0
                ? "Put it right, make a release of that, and promote it."
                : `--to names one that was green there: ${others.join(", ")}.`,
        exitCode: exitCodes.refused,
    });
}

const neverGreen = (environment: string, id: string): TidegateError =>
    new TidegateError(`${shortId(id)} was never green in ${environment}: it is no way back. Nothing was touched.`, {
        code: "release-unproved",
        hint: `Without --to it is the last that was. \`npx tidegate promote\` takes a new one there.`,
        exitCode: exitCodes.refused,
    });

const overtaken = (environment: string): TidegateError =>
    new TidegateError(`Something else was rolled out to ${environment} in the meantime. Nothing was touched.`, {
        code: "rollback-impossible",
        hint: "Look at `--dry-run`, and call it again.",
        exitCode: exitCodes.refused,
    });

function tell(environment: string, { from, id, difference, staying }: Plan): void {
    say(`roll ${pc.bold(environment)} back to ${pc.bold(shortId(id))}`);
    if (from === undefined || difference === undefined) say("  what was rolled out there last is not known");
    else if (from === id) say("  it was rolled out there last, and is rolled out once more");
    else say(`  the last there is ${shortId(from)}. ${differenceText(difference).replace(/^/gm, "  ").trim()}`);
    if (staying.length > 0) say(`  ${pc.yellow("!")} ${staying.join(", ")}: not in it, stays as it is`);
    say(pc.dim("  Deployments go back. What is in topics, tables and buckets stays as it is."));
}

interface StateText extends Pick<ResourceChange, "urn" | "name" | "op"> {
    readonly stack: string;
    readonly text: string;
}

/** What becomes of jobs, and of what else holds data, where it changes. */
function statesOf({ stack, resources }: StackChanges, { stacks }: ReturnType<typeof rulesOf>): StateText[] {
    return resources.flatMap(({ urn, type, name, op }) => {
        const lost = (op === "replace" || op === "delete") && isStateful(type, stacks.get(stack)?.stateful);
        const text = jobStateText({ type, op }) ?? (lost ? "it holds data, which goes with it" : undefined);
        return text === undefined ? [] : [{ stack, urn, name, op, text }];
    });
}
