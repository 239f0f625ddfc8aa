/** What `down` does. */
import { existsSync } from "node:fs";
import pc from "picocolors";
import { exitCodes, TidegateError } from "../../core/errors";
import type { GraphFile } from "../../graph/load";
import { select, type Choice } from "../../graph/selection";
import { lockOf } from "../../ledger/holder";
import { holding, type Lease } from "../../ledger/lock";
import { ledgerStore } from "../../ledger/place";
import { FactsCollector } from "../../reports/facts";
import { demandConfirmed, rulesOf } from "../../rollout/budget";
import { demandUnneeded, type Left } from "../../rollout/destroy";
import { environmentGraph } from "../../rollout/environmentGraph";
import { loadModule } from "../../rollout/module";
import { givenDecisions } from "../../rollout/lookups";
import type { RunAbout, Session } from "../../rollout/session";
import { filterOf, type FilterFlags } from "../filter";
import { Interrupts } from "../interrupts";
import { remark, sayUnless } from "../output";
import { report } from "../reports";
import { duration } from "../../core/duration";
import { exitCodeOf, lockOptions, open, run, type ChangeFlags } from "./rollout";

export interface DownFlags extends FilterFlags, ChangeFlags {
    readonly force?: true;
    readonly confirm?: string;
    readonly parallel: number;
    readonly json?: true;
}

export async function down(environment: string, flags: DownFlags): Promise<void> {
    const graph = await environmentGraph(environment);
    const module = loadModule(graph);
    const filter = filterOf(flags);
    const choices = select(graph.graph, filter);
    const partial = Object.keys(filter).length > 0;
    const say = sayUnless(flags.json);
    const directory = await module.directory?.(environment);
    if (directory !== undefined && !existsSync(directory))
        return say(`${environment} is not deployed: ${directory} does not exist.`);
    if (flags.force) {
        if (module.dismantle === undefined)
            throw usage(
                `Nothing is known of the stacks of ${graph.file} by which they could go without Pulumi.`,
                "Without --force, `down` destroys them in order.",
            );
        if (partial) throw usage("--force takes the whole environment away.", "Leave the filters out, or --force.");
        demandConfirmed(rulesOf(graph, environment), graph.graph.order, flags.confirm);
    }
    const interrupts = new Interrupts(remark);
    const begun = performance.now();
    const took = (): string => `(${duration((performance.now() - begun) / 1000)})`;
    try {
        const pending = givenDecisions(flags.pending ?? []);
        const session = flags.force ? undefined : await open(environment, interrupts, { graph, pending });
        const work = async (lease: Lease): Promise<void> => {
            if (session !== undefined) {
                const gone = await destroy(session, choices, flags, interrupts, say);
                if (gone === undefined) return;
                if (partial)
                    return say(`${pc.green("✓")} gone of ${environment}: ${gone.join(", ") || "nothing"}. ${took()}`);
            }
            // Its place may be in what goes.
            await lease.rest();
            const rest = await module.dismantle?.(environment, graph);
            for (const note of rest?.notes ?? []) say(note);
            say(`${pc.green("✓")} ${environment} is gone: ${rest?.gone ?? "its stacks"}. ${took()}`);
        };
        const lock = lockOptions(flags, interrupts);
        if (session !== undefined) return await session.holding("down", lock, work);
        const ledger = (await module.ledger?.(environment)) ?? `file://${directory ?? graph.directory}`;
        await holding(await lockOf(environment, ledgerStore(ledger), "down"), lock, work);
    } finally {
        interrupts.close();
    }
}

/** The stacks that are gone; undefined where something still stands that was to go, which is said. */
async function destroy(
    session: Session,
    choices: readonly Choice[],
    flags: DownFlags,
    interrupts: Interrupts,
    say: (text: string) => void,
): Promise<readonly string[] | undefined> {
    const { graph, home, rules } = session;
    const { signal } = interrupts.orderly;
    await home.prepare();
    const there = await session.existing(graph.graph.order);
    const going = there.filter((stack) => choices.some(({ name, selected }) => selected && name === stack));
    const staying = there.filter((stack) => !going.includes(stack));
    // A stack that was made and never deployed stands on nothing.
    demandUnneeded(graph.graph, going, [...(await session.snapshots(staying, signal)).keys()]);
    demandConfirmed(rules, going, flags.confirm);
    const known = await session.snapshots(isHooked(graph, going) ? there : [], signal);
    const { json = false, parallel } = flags;
    const about: RunAbout = { operation: "down", stacks: going, options: { ...flags } };
    const collector = new FactsCollector(() => Date.now());
    const result = await run(
        session,
        interrupts,
        json,
        async (watch) => (await session.recordedDriver(watch, about)).down(going, { known, parallel }),
        collector.sink,
    );
    await report(home.directory, collector.facts());
    process.exitCode = exitCodeOf(result, interrupts);
    if (result.ok) return going;
    say(stillThere(home.environment, result.left));
    return undefined;
}

function stillThere(environment: string, left: readonly Left[]): string {
    const stacks = left.map(({ stack, resources }) =>
        resources === undefined ? stack : `${stack} (${resources.length} resources)`,
    );
    const what = stacks.length === 0 ? "" : ` Still there: ${stacks.join(", ")}.`;
    return `${pc.red("✗")} ${environment} is not gone.${what} Put right what failed; the same command goes on from there.`;
}

/** Whether a hook runs around a destroy, or after its failure: it may read the outputs of every stack that is deployed. */
const isHooked = (graph: GraphFile, stacks: readonly string[]): boolean =>
    stacks.some((stack) => {
        const { beforeDestroy, afterDestroy, onFailure } = graph.definition(stack).hooks;
        return beforeDestroy.length + afterDestroy.length + onFailure.length > 0;
    });

const usage = (message: string, hint: string): TidegateError =>
    new TidegateError(message, { code: "usage", hint, exitCode: exitCodes.usage });
