/**
 * What follows a promotion that ended red, where `promotion.<environment>.onRed` is `rollback`: the environment is held, and
 * what was green there last is rolled out again. Nobody is there to be asked, so nothing is done that somebody would have to
 * decide; and however it ends, the promotion was red: that is the exit code.
 */
import pc from "picocolors";
import { exitCodes } from "../../core/errors";
import type { Ledger } from "../../ledger/ledger";
import { rehearses } from "../../rehearsal/place";
import { Holds } from "../../release/holds";
import { shortId } from "../../release/manifest";
import { openReleases } from "../../release/open";
import { Proofs } from "../../release/proofs";
import { wayBack } from "../../release/wayBack";
import type { LayerFacts, RunFacts } from "../../reports/facts";
import type { Session } from "../../rollout/session";
import { printError, remark, sayBeside } from "../output";
import type { ReleaseOfRun } from "./releaseOfRun";
import type { UpFlags } from "./rollout";

type Phases = Pick<LayerFacts, "phases">;

/** A rollback that is to be done by itself. */
export interface Reaction {
    readonly environment: string;
    /** The run that ended red, and what it rolled out. */
    readonly run: string;
    readonly release: string;
    /** Undefined: nothing was green there before. */
    readonly to: string | undefined;
}

/**
 * How long another that has waited for the lock may hold it, in seconds: a promotion finds the environment held, and ends.
 */
const lockTimeout = 120;

/**
 * Holds the environment where the end of a run asks for it. Called with its lock: whoever waits for that finds it held.
 * Undefined: nothing follows. What was green, what somebody has ended, what has touched nothing, what is no promotion, and
 * one of the release that was green there last, for that would be no other one: all of that is left as it is.
 *
 * @param signal aborted where somebody has ended the run
 */
export async function holdAfterRed(
    {
        graph,
        home,
        ledger,
    }: Pick<Session, "graph" | "ledger"> & { readonly home: Pick<Session["home"], "environment"> },
    release: ReleaseOfRun | undefined,
    facts: Pick<RunFacts, "ok" | "run"> & { readonly layers: readonly Phases[] },
    signal: AbortSignal,
): Promise<Reaction | undefined> {
    const { environment } = home;
    const { run } = facts;
    if (graph.promotion?.[environment]?.onRed !== "rollback" || release?.from === undefined) return undefined;
    if (facts.ok || signal.aborted || run === undefined) return undefined;
    try {
        if (!(await hasTouched(ledger, run, facts.layers))) return undefined;
        const { objects, trust } = await openReleases(graph);
        const proofs = new Proofs(objects, trust, rehearses());
        const greens = await proofs.greens(environment);
        if (greens[0]?.release === release.id) return undefined;
        const to = wayBack(await proofs.marks(environment), greens)?.to;
        const holds = new Holds(objects, rehearses());
        const why = `${shortId(release.id)}, promoted from ${release.from.environment}, was red in run ${run}`;
        // A hold of somebody's says more than this one would.
        if ((await holds.of(environment)) === undefined) await holds.hold(environment, why);
        return { environment, run, release: release.id, to };
    } catch (error) {
        printError(error);
        remark(
            `${pc.red("✗")} ${environment} could not be held, and so is not rolled back: ${commandOf(environment)} does both.`,
        );
        return undefined;
    }
}

const commandOf = (environment: string): string => `\`npx tidegate rollback ${environment}\``;

/** Whether a run, or one that it resumes, was about to change anything, or has begun an exercise. */
async function hasTouched(ledger: Ledger, run: string, layers: readonly Phases[]): Promise<boolean> {
    if (layers.some(({ phases }) => phases.some(({ state }) => state === "exercising"))) return true;
    for (let id: string | undefined = run; id !== undefined;) {
        const { records, started }: Awaited<ReturnType<Ledger["run"]>> = await ledger.run(id);
        if (records.some(({ entry }) => entry.type === "operation-started")) return true;
        id = started?.resumes;
    }
    return false;
}

/** Does it, without the lock, and says how that ended. The exit code stays what it was. */
export async function rollBackAfterRed(
    { environment, run, release, to }: Reaction,
    { json, parallel }: Pick<UpFlags, "json" | "parallel">,
): Promise<void> {
    const write = sayBeside(json);
    const say = (sign: string, text: string): void => write(`${sign} ${text}`);
    const lift = `\`npx tidegate release-hold ${environment} --lift\``;
    const red = `${shortId(release)} was red in ${environment}`;
    if (to === undefined) {
        const text = `${red}, and nothing was green there before: it is not rolled back, and what runs is left as it is. Nothing is promoted to ${environment} until ${lift}: then promote what is put right.`;
        return say(pc.red("✗"), text);
    }
    write("");
    say(
        pc.yellow("!"),
        `${red}. Nothing is promoted to it, and by \`onRed: rollback\` it goes back to ${shortId(to)}.`,
    );
    const before = process.exitCode;
    process.exitCode = undefined;
    let code: unknown;
    try {
        const { rollback } = await import("./rollback.js");
        const flags = { to, afterRed: run, parallel, lockTimeout, ...(json === undefined ? {} : { json }) };
        await rollback(environment, flags);
        code = process.exitCode ?? exitCodes.ok;
    } catch (error) {
        code = printError(error);
    }
    process.exitCode = before;
    const again = commandOf(environment);
    if (code === exitCodes.ok)
        say(
            pc.red("✗"),
            `${red}, and is rolled back: ${shortId(to)} is green there again. Nothing is promoted to ${environment} until ${lift}.`,
        );
    else if (code === exitCodes.refused)
        say(
            pc.red("✗"),
            `${red}, and is not rolled back by itself: why is said above. ${again} goes back to ${shortId(to)}, with whoever has looked at \`--dry-run\`. Nothing is promoted to ${environment} until ${lift}.`,
        );
    else
        say(
            pc.red("✗"),
            `${red}, and the way back to ${shortId(to)} ${code === exitCodes.interrupted ? "was interrupted" : "is not green either"}. What runs is left as it is, and nothing is promoted to ${environment} until ${lift}. ${again} goes on with it; with \`--to\` it goes to another.`,
        );
}
