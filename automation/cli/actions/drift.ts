/** What `drift` does. */
import { existsSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import pc from "picocolors";
import { exitCodes, messageOf, TidegateError } from "../../core/errors";
import { keepDrift } from "../../ledger/driftSeen";
import { FactsCollector } from "../../reports/facts";
import { environmentGraph } from "../../rollout/environmentGraph";
import { loadModule } from "../../rollout/module";
import { givenDecisions } from "../../rollout/lookups";
import type { RolloutResult } from "../../rollout/rollout";
import type { RunAbout, Session, Watch } from "../../rollout/session";
import { Interrupts } from "../interrupts";
import { remark, say } from "../output";
import { report } from "../reports";
import { duration } from "../../core/duration";
import { exitCodeOf, lockOptions, open, run, up, type ChangeFlags } from "./rollout";

export interface DriftFlags extends ChangeFlags {
    readonly heal?: true;
    readonly accept?: true;
    readonly parallel: number;
    readonly approve?: readonly string[];
    readonly json?: true;
}

/**
 * What differs from what was deployed. With `--heal` the stacks that do are rolled out again; with `--accept` what is there
 * becomes what their state says.
 */
export async function drift(environment: string, flags: DriftFlags): Promise<void> {
    if (flags.heal && flags.accept)
        throw new TidegateError("--heal takes the platform back to its state, --accept the state to the platform.", {
            code: "usage",
            hint: "Give one of them.",
            exitCode: exitCodes.usage,
        });
    const drifted = await found(environment, flags);
    if (drifted.length === 0) return;
    process.exitCode = exitCodes.drift;
    const { heal, parallel, approve = [], json, accept: _accept, ...change } = flags;
    const more = { ...change, ...(json ? { json } : {}) };
    if (heal) await up([environment], { ...more, only: drifted, refresh: true, exercise: true, parallel, approve });
    if (flags.accept) await accept(environment, drifted, flags);
}

async function found(environment: string, flags: DriftFlags): Promise<readonly string[]> {
    const interrupts = new Interrupts(remark);
    let drifted: readonly string[] = [];
    try {
        const graph = await environmentGraph(environment);
        const directory = await loadModule(graph).directory?.(environment);
        const session = await open(environment, interrupts, { graph });
        const there =
            directory !== undefined && !existsSync(directory) ? [] : await session.existing(session.graph.graph.order);
        if (there.length === 0)
            throw new TidegateError(`${environment} is not deployed.`, {
                code: "not-deployed",
                hint: `\`npx tidegate up ${environment}\` deploys it.`,
            });
        await session.home.prepare();
        const ask = async (watch: Watch): Promise<RolloutResult> => {
            const answer = await session.driver(watch).drift(there, flags.parallel);
            drifted = answer.drifted;
            return answer;
        };
        const result = await reported(session, interrupts, flags, ask);
        if (!result.ok) return [];
        await keep(session, there, drifted);
        const reaction = flags.heal || flags.accept ? "" : reactions(environment);
        if (!flags.json)
            say(
                drifted.length === 0
                    ? `${pc.green("✓")} ${environment} is as it was deployed: ${there.length} stacks, in ${duration(result.seconds)}.`
                    : `${pc.red("✗")} ${environment} has drifted: ${drifted.join(", ")}.${reaction}`,
            );
        return drifted;
    } finally {
        interrupts.close();
    }
}

/** For `status`, later and from elsewhere. Whoever may look need not be one who may write. */
async function keep({ store, home }: Session, stacks: readonly string[], drifted: readonly string[]): Promise<void> {
    const time = new Date().toISOString();
    const by = { user: userInfo().username, host: hostname() };
    await keepDrift(store, { time, stacks: [...stacks], drifted: [...drifted], ...by }).catch((error: unknown) => {
        const why = messageOf(error).split("\n")[0];
        remark(`${pc.yellow("!")} \`status\` will not know of this look at ${home.environment}: ${why}`);
    });
}

const reactions = (environment: string): string =>
    `\n  \`npx tidegate drift ${environment} --heal\` deploys it again; --accept takes what is there into the state.`;

async function accept(environment: string, drifted: readonly string[], flags: DriftFlags): Promise<void> {
    const interrupts = new Interrupts(remark);
    try {
        const pending = givenDecisions(flags.pending ?? []);
        const session = await open(environment, interrupts, { graph: await environmentGraph(environment), pending });
        await session.holding("drift --accept", lockOptions(flags, interrupts), async () => {
            await session.home.prepare();
            const about: RunAbout = { operation: "refresh", stacks: drifted.slice(), options: { ...flags } };
            const result = await reported(session, interrupts, flags, async (watch) =>
                (await session.recordedDriver(watch, about)).refresh(drifted),
            );
            if (result.ok && !flags.json)
                say(
                    `${pc.green("✓")} the state of ${drifted.join(", ")} is what is there. The next up compares the programs with it. (${duration(result.seconds)})`,
                );
        });
    } finally {
        interrupts.close();
    }
}

/** Runs one operation, with its reports. */
async function reported(
    session: Session,
    interrupts: Interrupts,
    { json }: Pick<DriftFlags, "json">,
    operation: (watch: Watch) => Promise<RolloutResult>,
): Promise<RolloutResult> {
    const collector = new FactsCollector(() => Date.now());
    const result = await run(session, interrupts, json ?? false, operation, collector.sink);
    await report(session.home.directory, collector.facts());
    process.exitCode = exitCodeOf(result, interrupts);
    return result;
}
