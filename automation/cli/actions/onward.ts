/**
 * What `promote --onward` does: a release goes wave by wave through all environments that the graph leads to. Each promotion
 * is a process of its own, the very command that a person would give: so the release's own driver does it where it brings one.
 */
import { join } from "node:path";
import pc from "picocolors";
import { parseJson } from "../../core/json";
import { exitCodes, TidegateError } from "../../core/errors";
import { repositoryRoot } from "../../core/repository";
import { counted } from "../../core/words";
import { systemClock, type Clock } from "../../gates/clock";
import { loadGraphFile } from "../../graph/load";
import type { Promotion } from "../../graph/promotion";
import { stepsFrom } from "../../graph/waves";
import { rehearses } from "../../rehearsal/place";
import { Holds } from "../../release/holds";
import { shortId } from "../../release/manifest";
import { planOnward, type OnwardQuestion, type OnwardTarget, type SeenThere } from "../../release/onward";
import { openReleases, type Releases } from "../../release/open";
import { Proofs } from "../../release/proofs";
import { driverFile } from "../../release/unpacked";
import { exitCodeOf, goOnward } from "../../rollout/onward";
import { runThrough } from "../child";
import { Interrupts } from "../interrupts";
import { printJson, say, sayBeside, table } from "../output";
import { onwardColumns, promoteCommand, stateText, timeText } from "./onwardText";
import { chosen, hintOf, promote, type PromoteFlags } from "./promote";
import { wayToProof } from "./wayToProof";

export interface OnwardFlags {
    readonly onward?: true;
    /** Minutes. */
    readonly wait?: number;
}

/** @throws TidegateError `usage` where it is neither the one nor the other */
export async function promoteOrOnward(
    source: string,
    target: string | undefined,
    { onward: all, wait, ...flags }: PromoteFlags & OnwardFlags,
): Promise<void> {
    if (all && target === undefined) return onward(source, flags, wait ?? 0);
    if (!all && target !== undefined && wait === undefined) return promote(source, target, flags);
    const what =
        target === undefined
            ? `Which environment takes what is green in ${source}?`
            : all
              ? `--onward goes to all that ${source} leads to, not to ${target} alone.`
              : "--wait is of --onward.";
    throw new TidegateError(what, {
        code: "usage",
        hint: `\`npx tidegate promote ${source} TARGET\` is one promotion, \`npx tidegate promote ${source} --onward\` goes through all.`,
        exitCode: exitCodes.usage,
    });
}

async function onward(source: string, flags: PromoteFlags, waitMinutes: number): Promise<void> {
    const graph = await loadGraphFile();
    const { promotion = {} } = graph;
    const steps = stepsFrom(promotion, source);
    if (steps.length === 0) throw leadsNowhere(source, promotion);
    const releases = await openReleases(graph);
    const proofs = new Proofs(releases.objects, releases.trust, rehearses());
    const release = await chosen(flags.release, source, proofs, releases, promotion);
    const { json = false, dryRun = false } = flags;
    const say = sayBeside(json);
    const waves = steps.at(-1)?.wave ?? 0;
    say(
        `promote ${pc.bold(shortId(release))} onward from ${source}: ${counted(steps.length, "environment")} in ${counted(waves, "wave")}`,
    );
    const plan = async (done: Pick<OnwardQuestion, "promoted" | "red">): Promise<OnwardTarget[]> =>
        planOnward({
            ...{ release, source, promotion, ...done, simulated: rehearses(), now: Date.now() },
            seen: await seenOf(release, source, promotion, releases),
        });
    const told = (target: OnwardTarget): void =>
        say(`\n${pc.bold(`wave ${target.wave} of ${waves}: ${target.source} → ${target.environment}`)}`);

    if (dryRun) {
        const targets = await plan({ promoted: new Set() });
        const [previews, failed] = await previewsOf(targets, release, flags, told);
        close({
            source,
            release,
            promotion,
            targets,
            exitCode: exitCodeOf(targets, undefined) || failed,
            json,
            dryRun,
            previews,
        });
        return;
    }
    const { clock, signal } = interruptibleClock();
    const outcome = await goOnward(
        {
            ...{ plan, clock, signal },
            promote: (target) => {
                told(target);
                const out = json ? (text: string) => void process.stderr.write(text) : undefined;
                return runThrough(process.execPath, commandOf(target, release, flags), process.env, out);
            },
            waiting: (target, until) =>
                say(
                    `${pc.dim("…")} waiting for ${target.environment} until ${timeText(new Date(until).toISOString(), Date.now())}: ${target.why.join("; ")}`,
                ),
        },
        waitMinutes,
    );
    const { targets, exitCode, beyond } = outcome;
    close({ source, release, promotion, targets, exitCode, json, dryRun });
    if (beyond !== undefined && waitMinutes > 0)
        say(
            `${pc.yellow("!")} --wait ${waitMinutes} has run out before ${beyond.environment}, which may go at ${timeText(beyond.at, Date.now())}.`,
        );
    const refused = targets.find(({ state }) => state === "stopped");
    if (refused?.code !== undefined) {
        const way = await wayToProof(promotion, proofs, refused.source, release);
        throw refusal(refused, release, targets, way);
    }
}

/** What the store knows of the release, in each environment that has a say. */
async function seenOf(
    release: string,
    source: string,
    promotion: Promotion,
    { objects, trust }: Releases,
): Promise<ReadonlyMap<string, SeenThere>> {
    const simulated = rehearses();
    const proofs = new Proofs(objects, trust, simulated);
    const holds = new Holds(objects, simulated);
    const targets = stepsFrom(promotion, source).map(({ environment }) => environment);
    const names = new Set([source, ...targets, ...targets.flatMap((target) => promotion[target]?.from ?? [])]);
    const read = async (name: string): Promise<readonly [string, SeenThere]> => {
        const [marks, own, hold] = await Promise.all([
            proofs.marks(name),
            // Where it begins, one that nobody has signed who may says so itself.
            name === source
                ? proofs.of(name, release).then((found) => found.map(({ proof }) => proof))
                : proofs.counting(name, release),
            holds.of(name),
        ]);
        if (name !== source || own.length > 0) return [name, { marks, proofs: own, hold }];
        // Those of the other kind count for nothing, which is told.
        return [name, { marks, proofs: await new Proofs(objects, trust, !simulated).counting(name, release), hold }];
    };
    return new Map(await Promise.all([...names].map(read)));
}

/** While a promotion runs, signals are its own; a wait they end. */
function interruptibleClock(): { readonly clock: Clock; readonly signal: AbortSignal } {
    const ended = new AbortController();
    const sleep = async (milliseconds: number, signal?: AbortSignal): Promise<void> => {
        const interrupts = new Interrupts(() => {});
        interrupts.orderly.signal.addEventListener("abort", () => ended.abort());
        await systemClock.sleep(milliseconds, signal).finally(() => interrupts.close());
    };
    return { clock: { now: systemClock.now, sleep }, signal: ended.signal };
}

function commandOf({ source, environment }: OnwardTarget, release: string, flags: PromoteFlags): string[] {
    const { parallel, lockTimeout = 0 } = flags;
    const own = ["--release", release, "--parallel", String(parallel), "--lock-timeout", String(lockTimeout)];
    return [join(repositoryRoot, driverFile), "promote", source, environment, ...own];
}

/** Of each that may go, or may once its time has come or a person says so. Answers with the first exit code that is none of a wait, too. */
async function previewsOf(
    targets: readonly OnwardTarget[],
    release: string,
    flags: PromoteFlags,
    told: (target: OnwardTarget) => void,
): Promise<readonly [previews: ReadonlyMap<string, unknown>, exitCode: number]> {
    const previews = new Map<string, unknown>();
    let failed: number = exitCodes.ok;
    for (const target of targets.filter(({ state }) => ["may-go", "person", "waits"].includes(state))) {
        told(target);
        let text = "";
        const args = [...commandOf(target, release, flags), "--dry-run", ...(flags.json ? ["--json"] : [])];
        const out = flags.json ? (more: string) => void (text += more) : undefined;
        const code = await runThrough(process.execPath, args, process.env, out);
        if (flags.json) previews.set(target.environment, parseJson(text) ?? null);
        // That one waits is refused there, and none here.
        if (failed === 0 && (target.state === "may-go" || code !== exitCodes.refused)) failed = code;
    }
    return [previews, failed];
}

interface Closing {
    readonly source: string;
    readonly release: string;
    readonly promotion: Promotion;
    readonly targets: readonly OnwardTarget[];
    readonly exitCode: number;
    readonly json: boolean;
    readonly dryRun: boolean;
    readonly previews?: ReadonlyMap<string, unknown>;
}

function close({ source, release, promotion, targets, exitCode, json, dryRun, previews }: Closing): void {
    process.exitCode = exitCode;
    if (json) {
        const told = targets.map((target) => ({
            ...target,
            ...(target.state === "person" ? { command: promoteCommand(target, release) } : {}),
            ...(previews?.has(target.environment) ? { preview: previews.get(target.environment) } : {}),
        }));
        return printJson({ release, source, dryRun, exitCode, targets: told });
    }
    const about = { release, promotion, dryRun, now: Date.now() };
    const colour = { stopped: pc.red, "not-begun": pc.red, promoted: pc.green, "runs-it": pc.green } as const;
    const rows = targets.map((target) => [
        pc.bold(target.environment),
        String(target.wave),
        (target.state in colour ? colour[target.state as keyof typeof colour] : pc.yellow)(stateText(target, about)),
    ]);
    const head = onwardColumns.map((column) => pc.dim(column));
    const last = dryRun
        ? "Nothing was touched."
        : targets.every(({ state }) => state === "promoted" || state === "runs-it")
          ? `${pc.green("✓")} ${shortId(release)} runs in all that ${source} leads to.`
          : `\`npx tidegate promote ${source} --onward --release ${shortId(release)}\` goes on from here.`;
    say(`\n${table([head, ...rows])}\n${last}`);
}

function refusal(
    { environment, source, code, why }: OnwardTarget,
    release: string,
    targets: readonly OnwardTarget[],
    way: string,
): TidegateError {
    const after = targets.filter(({ state }) => state === "not-begun").map((one) => one.environment);
    const rest = after.length === 0 ? "" : ` Nothing was begun in what comes after it: ${after.join(", ")}.`;
    return new TidegateError(`${shortId(release)} was not promoted to ${environment}: ${why.join("; ")}.${rest}`, {
        code: code ?? "release-unproved",
        hint: hintOf(code ?? "release-unproved", release, source, environment, way),
        exitCode: exitCodes.refused,
    });
}

const leadsNowhere = (source: string, promotion: Promotion): TidegateError =>
    new TidegateError(`No environment takes releases from ${source}.`, {
        code: "promotion-undeclared",
        hint:
            Object.keys(promotion).length === 0
                ? "`promotion` of the graph's file says which environment takes releases from which: docs/promotion.md."
                : `\`promotion\` of the graph's file has ${Object.keys(promotion).join(", ")}.`,
        exitCode: exitCodes.usage,
    });
