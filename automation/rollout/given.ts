/**
 * What a person says of creations that were cut off, looked into before anything of a run is touched: what does not name one
 * would else be passed over, and the resource created a second time.
 */
import { exitCodes, TidegateError } from "../core/errors";
import { shortStackName } from "../core/stackFile";
import { pendingCreates, resourceOf, type PendingDecision } from "../engine/pending";
import type { StackTarget } from "../engine/target";
import { refusedError, refusedImports } from "./adoption";
import type { GivenDecisions } from "./lookups";

/** A stack of an environment. */
export interface GivenStack {
    /** Its name in the graph. */
    readonly stack: string;
    readonly target: StackTarget;
    /** Its state with all creations that were cut off; undefined where there is none. */
    state(): Promise<unknown>;
}

/** `dev-net` */
const stackOf = (urn: string): string => urn.replace(/^urn:pulumi:/, "").split("::")[0] ?? "";

/** @throws TidegateError `pending-unknown`, `pending-refused`: nothing was changed */
export async function demandGiven(
    environment: string,
    given: GivenDecisions,
    stacks: readonly GivenStack[],
    signal: AbortSignal,
): Promise<void> {
    const named = new Set([...given.keys()].map(stackOf));
    const states = await Promise.all(
        stacks
            .filter(({ target }) => named.has(shortName(target)))
            .map(async ({ stack, target, state }) => ({ stack, target, exported: await state() })),
    );
    const unknown: string[] = [];
    const imports = new Map<(typeof states)[number], Map<string, string>>();
    for (const [urn, decision] of given) {
        const own = states.find(({ exported }) => isPending(exported, urn));
        if (own === undefined) {
            const whose = states.filter(({ target }) => shortName(target) === stackOf(urn));
            if (whose.some(({ exported }) => isFollowed(exported, urn, decision))) continue;
            unknown.push(`  ${urn}\n    ${whyUnknown(environment, urn, stacks, whose)}`);
        } else if (decision.kind === "import")
            imports.set(own, (imports.get(own) ?? new Map<string, string>()).set(urn, decision.id));
    }
    if (unknown.length > 0)
        throw new TidegateError(
            `${environment}: --pending names what is no creation that was cut off, and nothing was changed:\n${unknown.join("\n")}`,
            {
                code: "pending-unknown",
                hint: "Take the URN as the error that asked for it has it; leave --pending out where nothing asks for it.",
                exitCode: exitCodes.usage,
            },
        );
    for (const [{ stack, target, exported }, ids] of imports) {
        const refused = await refusedImports(target, exported, ids, signal);
        if (refused.length > 0) throw refusedError(stack, refused);
    }
}

const shortName = ({ stack }: StackTarget): string => shortStackName(stack);

const isPending = (exported: unknown, urn: string): boolean =>
    exported !== undefined && pendingCreates(exported).some((one) => one.urn === urn);

/** By the same command before, which has failed at something else: it is there under that id, or was created since. */
function isFollowed(exported: unknown, urn: string, decision: PendingDecision): boolean {
    const id = exported === undefined ? undefined : resourceOf(exported, urn)?.id;
    return id !== undefined && (decision.kind === "create" || decision.id === id);
}

function whyUnknown(
    environment: string,
    urn: string,
    stacks: readonly GivenStack[],
    whose: readonly { readonly stack: string; readonly exported: unknown }[],
): string {
    const [own] = whose;
    if (own === undefined)
        return `${environment} has no stack '${stackOf(urn)}': its stacks are ${stacks.map(({ target }) => shortName(target)).join(", ")}`;
    if (own.exported === undefined) return `${own.stack} was never deployed`;
    const id = resourceOf(own.exported, urn)?.id;
    if (id !== undefined) return `${own.stack} has it already, as ${id}`;
    const cutOff = pendingCreates(own.exported).map((one) => one.urn);
    return cutOff.length === 0
        ? `nothing of ${own.stack} was cut off`
        : `of ${own.stack} were cut off: ${cutOff.join(", ")}`;
}
