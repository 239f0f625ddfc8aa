/** What `history` and `show` do. */
import pc from "picocolors";
import { exitCodes, TidegateError } from "../../core/errors";
import { nameOf } from "../../engine/facts";
import type { Entry, Ledger, Run, RunStarted } from "../../ledger/ledger";
import { holderText, leaseSeconds } from "../../ledger/lock";
import { changesText } from "../../rollout/teller";
import { environmentGraph } from "../../rollout/environmentGraph";
import { shortId } from "../../release/manifest";
import { Session } from "../../rollout/session";
import { printJson, say, table } from "../output";
import { duration } from "../../core/duration";

export interface HistoryFlags {
    readonly number: number;
    readonly json?: true;
}

export interface ShowFlags {
    readonly environment: string;
    readonly json?: true;
}

async function ledgerOf(environment: string): Promise<Ledger> {
    const session = await Session.open(environment, { graph: await environmentGraph(environment) });
    session.close();
    return session.ledger;
}

const mark = (state: Run["state"]): string =>
    ({ green: pc.green("✓"), red: pc.red("✗"), interrupted: pc.yellow("–"), "cut off": pc.yellow("?") })[state];

export async function history(environment: string, flags: HistoryFlags): Promise<void> {
    const ledger = await ledgerOf(environment);
    const ids = (await ledger.runs()).slice(0, flags.number);
    const runs = await Promise.all(ids.map((id) => ledger.glance(id)));
    if (flags.json)
        return printJson(
            runs.map(({ id, started, state, seconds, torn }) => ({
                run: id,
                state,
                seconds: seconds ?? null,
                operation: started?.operation ?? null,
                stacks: started?.stacks ?? [],
                holder: started?.holder ?? null,
                resumes: started?.resumes ?? null,
                afterRed: started?.afterRed ?? null,
                torn,
            })),
        );
    if (runs.length === 0) {
        say(`${environment} has no runs in ${ledger.where}.`);
        return;
    }
    const rows = runs.map(({ id, started, state, seconds }) => [
        mark(state),
        id,
        started?.operation ?? "",
        state,
        seconds === undefined ? "" : duration(seconds),
        started === undefined ? "" : `${started.holder.user}@${started.holder.host}`,
        started?.release === undefined ? "" : shortId(started.release.id),
        [
            ...(started?.resumes === undefined ? [] : [`resumes ${started.resumes}`]),
            ...(started?.afterRed === undefined ? [] : [`after ${started.afterRed} was red`]),
        ].join(", "),
    ]);
    say(table(rows));
}

export async function show(wanted: string, flags: ShowFlags): Promise<void> {
    const ledger = await ledgerOf(flags.environment);
    const ids = await ledger.runs();
    const found = wanted === "last" ? ids.slice(0, 1) : ids.filter((id) => id.startsWith(wanted));
    const [id] = found;
    if (id === undefined || found.length > 1)
        throw new TidegateError(
            id === undefined
                ? `There is no run '${wanted}' of ${flags.environment}.`
                : `'${wanted}' is the beginning of ${found.length} runs.`,
            { code: "run-unknown", hint: "`npx tidegate history` lists them.", exitCode: exitCodes.usage },
        );
    const run = await ledger.run(id);
    const [next] = ids.slice(0, ids.indexOf(id)).slice(-1);
    const answered = next !== undefined && (await ledger.glance(next)).started?.afterRed === id;
    if (flags.json) return printJson({ ...run, answeredBy: answered ? next : null });
    say(`${mark(run.state)} ${pc.bold(run.id)} ${run.state}`);
    for (const { time, entry } of run.records) say(`${pc.dim(time.slice(11, 19))}  ${lineOf(entry)}`);
    if (answered) say(`${pc.yellow("!")} rolled back by itself: run ${next}`);
    for (const name of run.torn) say(`${pc.yellow("!")} ${name} cannot be read: it was not written whole`);
}

const rights = {
    gone: "whose process was no more",
    silent: `which had been silent for ${leaseSeconds} s`,
    forced: "by --force-unlock",
};

const takeoverText = ({ holder, why }: NonNullable<RunStarted["tookOver"]>): string =>
    `took the lock of ${holder === undefined ? "somebody unknown" : holderText(holder)}, ${rights[why]}`;

const releaseOf = ({ id, from, settings, despiteFreeze }: NonNullable<RunStarted["release"]>): string =>
    [
        `release ${shortId(id)}`,
        ...(from === undefined ? [] : [`promoted from ${from.environment}, proved by run ${from.run}`]),
        `settings ${settings.slice(0, 12)}`,
        ...(despiteFreeze === undefined ? [] : [`despite a freeze: ${despiteFreeze}`]),
    ].join(", ");

function lineOf(entry: Entry): string {
    switch (entry.type) {
        case "run-started": {
            const { operation, environment, stacks, holder, versions, resumes, afterRed, tookOver, release } = entry;
            const by = `${holder.user}@${holder.host}, process ${holder.pid}`;
            const again = resumes === undefined ? "" : `, resuming ${resumes}`;
            const red = afterRed === undefined ? "" : `, after ${afterRed} was red`;
            const what = release === undefined ? "" : `${releaseOf(release)}; `;
            const over = tookOver === undefined ? "" : `, ${takeoverText(tookOver)}`;
            return `${operation} ${environment}: ${stacks.join(" → ")} (${what}${by}, Tidegate ${versions.tidegate}, Pulumi ${versions.pulumi}${again}${red}${over})`;
        }
        case "operation-started":
            return `${pc.bold(entry.stack)}: ${entry.operation} begins: ${entry.why}`;
        case "pending-settled":
            return `${pc.bold(entry.stack)}: ${entry.resources.map(({ urn, decision, by }) => `${nameOf(urn)} ${decision === "import" ? "was there" : "is to be created"} (${by})`).join(", ")}`;
        case "operation-finished":
            return `${pc.bold(entry.stack)}: ${entry.operation} done: ${changesText(entry.changes, "did")}`;
        case "approved":
            return `${pc.bold(entry.stack)}: changes approved of ${entry.resources.join(", ")}`;
        case "stack-succeeded":
            return `${pc.bold(entry.stack)}: ${pc.green("green")}${entry.skipped ? ", its deployment skipped" : ""}`;
        case "stack-failed":
            return `${pc.bold(entry.stack)}: ${pc.red("failed")} [${entry.code}] ${entry.message.split("\n")[0]}`;
        case "stack-interrupted":
            return `${pc.bold(entry.stack)}: interrupted`;
        case "run-finished":
            return `ended ${entry.ok ? pc.green("green") : entry.interrupted ? "interrupted" : pc.red("red")} after ${duration(entry.seconds)}`;
    }
}
