/**
 * Before a stack is changed: whether what a crash has left half created is there. Clearing such an entry creates the
 * resource a second time, where its name is not unique; so each is looked up, and the run stops where nobody can tell.
 */
import { exitCodes, TidegateError } from "../core/errors";
import { shellText } from "../core/shellQuote";
import { answerOf } from "../engine/cli";
import { nameOf } from "../engine/facts";
import { pendingCreates, settled, type PendingCreate, type PendingDecision } from "../engine/pending";
import type { StackTarget } from "../engine/target";
import { withPending, type UnansweredCreate } from "../engine/unanswered";
import { findCommand } from "../engine/urnTag";
import type { RunLedger } from "../ledger/ledger";
import { refusedError, refusedImports } from "./adoption";
import type { NamedLookup } from "./lookups";

export interface Settled {
    readonly urn: string;
    readonly decision: PendingDecision;
    /** What has decided it. */
    readonly by: string;
}

/**
 * Decides all pending creates of a stack, from what `pulumi stack export` has given.
 * @throws TidegateError `pending-undecided`: nothing was changed
 */
export async function settle(
    of: { readonly stack: string; readonly environment: string },
    exported: unknown,
    lookups: readonly NamedLookup[],
    signal: AbortSignal,
): Promise<readonly Settled[]> {
    const pending = pendingCreates(exported);
    const found = await Promise.all(pending.map((one) => decide(one, lookups, signal)));
    const open = found.flatMap((one, index) => (one.decision === undefined ? [{ ...one, index }] : []));
    if (open.length > 0)
        throw undecided(
            of,
            open.map(({ index, why }) => [pending[index] as PendingCreate, why] as const),
        );
    return found.map(({ decision, by }, index) => ({
        urn: pending[index]?.urn ?? "",
        decision: decision as PendingDecision,
        by,
    }));
}

const doing = "looking for what was cut off";

/** The state of a stack with all creations that were cut off, also those that it does not know of; undefined where there is none. */
export async function exportOf(
    target: StackTarget,
    unanswered: readonly UnansweredCreate[],
    signal: AbortSignal,
): Promise<unknown> {
    const exported = await answerOf(["stack", "export"], target, doing, { signal });
    return exported === undefined ? undefined : withPending(JSON.parse(exported), unanswered);
}

export interface SettleContext {
    readonly environment: string;
    readonly journal: Pick<RunLedger, "record"> | undefined;
    readonly signal: AbortSignal;
    /** Creates of the stack that its state does not know of. @default none */
    readonly unanswered?: readonly UnansweredCreate[];
}

/**
 * Decides what a crash has left half created of a stack, and puts it into its state. Answers with a line for each.
 * @throws TidegateError `pending-undecided`, `pending-refused`: nothing was changed
 */
export async function settleStack(
    stack: string,
    target: StackTarget,
    lookups: readonly NamedLookup[],
    { environment, journal, signal, unanswered = [] }: SettleContext,
): Promise<string[]> {
    const exported = await exportOf(target, unanswered, signal);
    if (exported === undefined) return [];
    const found = await settle({ stack, environment }, exported, lookups, signal);
    if (found.length === 0) return [];
    const decided = await checked(stack, target, exported, found, lookups, signal);
    // Written down first: where the state is not written after all, it is decided once more.
    const resources = decided.map(({ urn, decision, by }) => ({
        urn,
        by,
        decision: decision.kind,
        ...(decision.kind === "import" ? { id: decision.id } : {}),
    }));
    await journal?.record({ type: "pending-settled", stack, resources });
    const state = settled(exported, new Map(decided.map(({ urn, decision }) => [urn, decision])));
    await answerOf(["stack", "import"], target, doing, { signal, input: JSON.stringify(state) });
    return decided.map(({ urn, decision, by }) => {
        const what = decision.kind === "import" ? `${decision.id} is taken over` : "it is created again";
        return `the creation of ${nameOf(urn)} was cut off: ${what}, by ${by}`;
    });
}

/** What was decided, once the providers were asked for what nobody has seen. */
async function checked(
    stack: string,
    target: StackTarget,
    exported: unknown,
    found: readonly Settled[],
    lookups: readonly NamedLookup[],
    signal: AbortSignal,
): Promise<readonly Settled[]> {
    const lookupOf = ({ by }: Settled): NamedLookup | undefined => lookups.find((lookup) => lookup.by === by);
    const imports = found.flatMap((one) =>
        one.decision.kind === "import" && lookupOf(one)?.sure !== true ? [[one.urn, one.decision.id] as const] : [],
    );
    const refused = await refusedImports(target, exported, new Map(imports), signal);
    const isAbsent = (one: Settled): boolean =>
        lookupOf(one)?.named === true && refused.some(({ urn, missing }) => missing && urn === one.urn);
    const absent = found.filter(isAbsent).map(({ urn }) => urn);
    const others = refused.filter(({ urn }) => !absent.includes(urn));
    if (others.length > 0) throw refusedError(stack, others);
    return found.map((one) => (absent.includes(one.urn) ? { ...one, decision: { kind: "create" } } : one));
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

function undecided(
    { stack, environment }: { readonly stack: string; readonly environment: string },
    open: readonly (readonly [PendingCreate, string])[],
): TidegateError {
    const lines = open.map(([one, why]) => {
        const command = findCommand(one);
        const found = command === undefined ? "" : `\n    its tag finds it: ${shellText(command)}`;
        return `  ${one.type} '${one.name}': ${why}\n    ${one.urn}${found}`;
    });
    const answers = open.map(([{ urn }]) => ` --pending '${urn}=ID'`).join("");
    return new TidegateError(
        `${stack}: the creation of ${open.length} ${open.length === 1 ? "resource was" : "resources were"} cut off, and it is not known whether ${open.length === 1 ? "it is" : "they are"} there:\n${lines.join("\n")}`,
        {
            code: "pending-undecided",
            hint: `Look for each yourself (one of two is to be deleted first), and put its id, or \`absent\`, in the place of ID:\n  npx tidegate resume ${environment}${answers}\n\`down\`, \`migrate\` and \`drift --accept\` go on by the same command with the same --pending.\nAn id that its provider does not know is refused before anything is changed. \`lookup\` in tidegate.yaml names a command that answers it for you.`,
            exitCode: exitCodes.failed,
        },
    );
}
