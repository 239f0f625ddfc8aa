/**
 * Before a stack is changed: whether what a crash has left half created is there. Clearing such an entry creates the
 * resource a second time, where its name is not unique; so each is looked up, and the run stops where nobody can tell.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { runCommand } from "../core/command";
import { exitCodes, TidegateError } from "../core/errors";
import { parseJson } from "../core/json";
import { answerOf } from "../engine/cli";
import { nameOf } from "../engine/facts";
import { pendingCreates, settled, type PendingCreate, type PendingDecision } from "../engine/pending";
import type { StackTarget } from "../engine/target";
import { withPending, type UnansweredCreate } from "../engine/unanswered";
import { uniqueId } from "../engine/uniqueNames";
import { findCommand } from "../engine/urnTag";
import type { RunLedger } from "../ledger/ledger";

/** Undefined where it cannot tell. */
export type Lookup = (pending: PendingCreate, signal: AbortSignal) => Promise<PendingDecision | undefined>;

/** A lookup, and what it is for people and the ledger. */
export interface NamedLookup {
    readonly by: string;
    readonly lookup: Lookup;
}

/** Decisions that somebody gives on the command line, by URN. */
export type GivenDecisions = ReadonlyMap<string, PendingDecision>;

export interface Settled {
    readonly urn: string;
    readonly decision: PendingDecision;
    /** What has decided it. */
    readonly by: string;
}

/**
 * Decides all pending creates of a stack, from what `pulumi stack export` has given. Answers with the state to be imported
 * in its stead; undefined where nothing is pending.
 * @throws TidegateError `pending-undecided`: nothing was changed
 */
export async function settle(
    stack: string,
    exported: unknown,
    lookups: readonly NamedLookup[],
    signal: AbortSignal,
): Promise<{ readonly state: unknown; readonly settled: readonly Settled[] } | undefined> {
    const pending = pendingCreates(exported);
    if (pending.length === 0) return undefined;
    const found = await Promise.all(pending.map((one) => decide(one, lookups, signal)));
    const open = found.flatMap((one, index) => (one.decision === undefined ? [{ ...one, index }] : []));
    if (open.length > 0)
        throw undecided(
            stack,
            open.map(({ index, why }) => [pending[index] as PendingCreate, why] as const),
        );
    const decided = found.map(({ decision, by }, index) => ({
        urn: pending[index]?.urn ?? "",
        decision: decision as PendingDecision,
        by,
    }));
    return { state: settled(exported, new Map(decided.map(({ urn, decision }) => [urn, decision]))), settled: decided };
}

export interface SettleContext {
    readonly journal: Pick<RunLedger, "record"> | undefined;
    readonly signal: AbortSignal;
    /** Creates of the stack that its state does not know of. @default none */
    readonly unanswered?: readonly UnansweredCreate[];
}

/**
 * Decides what a crash has left half created of a stack, and puts it into its state. Answers with a line for each.
 * @throws TidegateError `pending-undecided`
 */
export async function settleStack(
    stack: string,
    target: StackTarget,
    lookups: readonly NamedLookup[],
    { journal, signal, unanswered = [] }: SettleContext,
): Promise<string[]> {
    const doing = "looking for what was cut off";
    const exported = await answerOf(["stack", "export"], target, doing, { signal });
    if (exported === undefined) return [];
    const found = await settle(stack, withPending(JSON.parse(exported), unanswered), lookups, signal);
    if (found === undefined) return [];
    // Written down first: where the state is not written after all, it is decided once more.
    const resources = found.settled.map(({ urn, decision, by }) => ({
        urn,
        by,
        decision: decision.kind,
        ...(decision.kind === "import" ? { id: decision.id } : {}),
    }));
    await journal?.record({ type: "pending-settled", stack, resources });
    await answerOf(["stack", "import"], target, doing, { signal, input: JSON.stringify(found.state) });
    return found.settled.map(({ urn, decision, by }) => {
        const what = decision.kind === "import" ? `${decision.id} is taken over` : "it is created again";
        return `the creation of ${nameOf(urn)} was cut off: ${what}, by ${by}`;
    });
}

interface Found {
    readonly decision: PendingDecision | undefined;
    readonly by: string;
    readonly why: string;
}

async function decide(pending: PendingCreate, lookups: readonly NamedLookup[], signal: AbortSignal): Promise<Found> {
    const { known } = pending;
    for (const { by, lookup } of lookups) {
        const decision = await lookup(pending, signal);
        if (decision === undefined) continue;
        if (decision.kind === "import" && known !== undefined && decision.id !== known)
            return {
                decision: undefined,
                by,
                why: `there are two of it: ${known}, which the state knows, and ${decision.id}, which ${by} has found`,
            };
        return { decision, by, why: "" };
    }
    return { decision: undefined, by: "", why: "nothing can tell whether it is there" };
}

function undecided(stack: string, open: readonly (readonly [PendingCreate, string])[]): TidegateError {
    const lines = open.map(([one, why]) => {
        const command = findCommand(one);
        const found = command === undefined ? "" : `\n    its tag finds it: ${command}`;
        return `  ${one.type} '${one.name}': ${why}\n    ${one.urn}${found}`;
    });
    return new TidegateError(
        `${stack}: the creation of ${open.length} ${open.length === 1 ? "resource was" : "resources were"} cut off, and it is not known whether ${open.length === 1 ? "it is" : "they are"} there:\n${lines.join("\n")}`,
        {
            code: "pending-undecided",
            hint: "Look for each yourself. Then run the same command again with --pending 'URN=ID' for one that is there (one of two is to be deleted first), --pending 'URN=absent' for one that is not. `lookup` in tidegate.yaml names a command that answers it for you.",
            exitCode: exitCodes.failed,
        },
    );
}

/** What was given by hand. */
export const givenLookup = (given: GivenDecisions): NamedLookup => ({
    by: "--pending",
    lookup: ({ urn }) => Promise.resolve(given.get(urn)),
});

export const moduleLookup = (
    stack: string,
    lookup: (stack: string, ...rest: Parameters<Lookup>) => ReturnType<Lookup>,
): NamedLookup => ({ by: "the graph's module", lookup: (pending, signal) => lookup(stack, pending, signal) });

/** Types whose id is told by a name that only one resource can have: a refresh says whether it is there. */
export const nameLookup: NamedLookup = {
    by: "its name",
    lookup: (pending) => {
        const id = uniqueId(pending);
        return Promise.resolve(id === undefined ? undefined : { kind: "import", id });
    },
};

const answerSchema = z.union([z.strictObject({ id: z.string().min(1) }), z.strictObject({ absent: z.literal(true) })]);

export interface LookupCommand {
    readonly run: string | readonly string[];
    readonly timeoutSeconds: number;
}

/** A command of the graph: its last line is `{"id": "…"}` or `{"absent": true}`; anything else is no answer. */
export function commandLookup(
    { run, timeoutSeconds }: LookupCommand,
    place: { readonly directory: string; readonly environment: string; readonly stack: string },
    variables: NodeJS.ProcessEnv,
): NamedLookup {
    const shown = typeof run === "string" ? run : run.join(" ");
    return {
        by: `\`${shown}\``,
        lookup: async ({ urn, type, name, inputs }, signal) => {
            const folder = await mkdtemp(join(tmpdir(), "tidegate-pending-"));
            try {
                // In a file, for inputs may be larger than what a variable of the environment holds.
                const file = join(folder, "pending.json");
                await writeFile(file, JSON.stringify({ urn, type, name, inputs }), { mode: 0o600 });
                const { end, code, tail } = await runCommand(run, {
                    cwd: place.directory,
                    variables: {
                        ...variables,
                        TIDEGATE_ENVIRONMENT: place.environment,
                        TIDEGATE_STACK: place.stack,
                        TIDEGATE_PENDING: file,
                    },
                    timeoutSeconds,
                    signal,
                });
                if (end !== "exited" || code !== 0) return undefined;
                const answer = answerSchema.safeParse(parseJson(tail.findLast((line) => line.trim() !== "")));
                if (!answer.success) return undefined;
                return "id" in answer.data ? { kind: "import", id: answer.data.id } : { kind: "create" };
            } finally {
                await rm(folder, { recursive: true, force: true });
            }
        },
    };
}

/** Of `--pending URN=ID` and `--pending URN=absent`; a URN holds no `=` after its last `::`. */
export function givenDecisions(texts: readonly string[]): GivenDecisions {
    return new Map(
        texts.map((text) => {
            const match = /^(urn:pulumi:.+::[^=]*)=(.+)$/s.exec(text);
            if (match === null)
                throw new TidegateError(`--pending takes URN=ID or URN=absent, not '${text}'.`, {
                    code: "usage",
                    hint: "The error that asked for it has the URN.",
                    exitCode: exitCodes.usage,
                });
            const [, urn = "", id = ""] = match;
            return [urn, id === "absent" ? { kind: "create" as const } : { kind: "import" as const, id }];
        }),
    );
}
