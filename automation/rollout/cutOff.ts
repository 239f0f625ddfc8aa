/** What a crash has left half created in the stacks of one environment: decided before each is changed. */
import { endLeftOvers, operationMark } from "../engine/leftovers";
import type { Home, StackTarget } from "../engine/target";
import type { UnansweredCreate } from "../engine/unanswered";
import type { GraphFile } from "../graph/load";
import type { RunLedger } from "../ledger/ledger";
import type { UnansweredCreates } from "../ledger/unanswered";
import { demandGiven } from "./given";
import {
    commandLookup,
    givenLookup,
    moduleLookup,
    nameLookup,
    typeLookup,
    type GivenDecisions,
    type NamedLookup,
} from "./lookups";
import type { ModuleParts } from "./module";
import { exportOf, settleStack } from "./pending";
import { tagLookup } from "./tagLookup";

/** Of a stack, in the environment of its engine. */
export const markOf = ({ variables, workDirectory, fullName }: StackTarget): string =>
    operationMark(variables["PULUMI_BACKEND_URL"] ?? workDirectory, fullName);

export interface CutOffRequest {
    readonly graph: GraphFile;
    readonly home: Home;
    readonly parts: ModuleParts;
    readonly given: GivenDecisions;
    readonly unanswered: UnansweredCreates;
}

export class CutOff {
    constructor(private readonly request: CutOffRequest) {}

    /**
     * With the lock of the environment, before anything of it is touched.
     * @throws TidegateError `pending-unknown`, `pending-refused`
     */
    async demandGiven(say: (text: string) => void, signal: AbortSignal): Promise<void> {
        const { graph, home, given, unanswered } = this.request;
        if (given.size === 0) return;
        const stacks = graph.graph.order.map(async (stack) => {
            const target = await home.target(stack);
            const state = async (): Promise<unknown> => {
                if (target.exists === false) return undefined;
                for (const message of await this.quiet(stack, target)) say(message);
                return exportOf(target, await unanswered.of(stack), signal);
            };
            return { stack, target, state };
        });
        await demandGiven(home.environment, given, await Promise.all(stacks), signal);
    }

    /** Ends what a run before has left working on the stack, and takes its lock away. Answers with a line for each. */
    async quiet(stack: string, target: StackTarget): Promise<string[]> {
        return [...(await endLeftOvers(stack, markOf(target))), ...(await this.request.home.unlock(stack))];
    }

    /**
     * Answers with a line for each.
     * @throws TidegateError `pending-undecided`, `pending-refused`
     */
    async settle(
        stack: string,
        target: StackTarget,
        journal: Pick<RunLedger, "record"> | undefined,
        signal: AbortSignal,
    ): Promise<string[]> {
        const { home, unanswered } = this.request;
        if (target.exists === false) return [];
        const lost = await unanswered.of(stack);
        if (lost.length === 0 && (await home.pending(stack)) === false) return [];
        const context = { environment: home.environment, journal, signal, unanswered: lost };
        const lines = await settleStack(stack, target, await this.lookups(stack), context);
        await unanswered.forget(stack, lost);
        return lines;
    }

    /** Before anything else can fail: who runs next must not create them a second time. */
    keep(stack: string, lost: readonly UnansweredCreate[]): Promise<void> {
        return this.request.unanswered.keep(stack, lost);
    }

    private async lookups(stack: string): Promise<NamedLookup[]> {
        const { parts, graph, home, given } = this.request;
        const place = { directory: graph.directory, environment: home.environment, stack };
        const variables = { ...process.env, ...(await home.variables()) };
        return [
            givenLookup(given),
            ...(parts.lookup === undefined ? [] : [moduleLookup(stack, parts.lookup.bind(parts))]),
            ...(graph.lookup === undefined ? [] : [commandLookup(graph.lookup, place, variables)]),
            nameLookup,
            typeLookup,
            tagLookup(graph.directory, variables),
        ];
    }
}
