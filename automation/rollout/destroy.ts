/**
 * Destroys stacks, each before what it stands on, and stops at a failure: what stands below it is still needed by what is
 * left. In the end it says what still stands.
 */
import { messageOf, TidegateError, exitCodes } from "../core/errors";
import { nameOf } from "../engine/facts";
import type { Graph } from "../graph/graph";
import type { Scheduler } from "../graph/scheduler";
import type { HookRunner } from "./hooks";
import { change } from "./operation";
import type { RolloutDependencies } from "./rollout";
import type { Teller } from "./teller";

/** A stack that a destroy has left. */
export interface Left {
    readonly stack: string;
    /** URNs; undefined where they are not known, as of a stack that was not come to. */
    readonly resources: readonly string[] | undefined;
}

/**
 * Before anything is destroyed: nothing that stays may stand on what goes. `staying`: deployed, and not selected.
 * @throws TidegateError `stack-needed`
 */
export function demandUnneeded(graph: Graph, going: readonly string[], staying: readonly string[]): void {
    const needed = going.flatMap((stack) => {
        const dependents = graph.downFrom(stack).filter((other) => staying.includes(other));
        return dependents.length === 0 ? [] : [{ stack, dependents }];
    });
    if (needed.length === 0) return;
    const text = needed.map(({ stack, dependents }) => `  ${dependents.join(", ")} stand${s(dependents)} on ${stack}`);
    throw new TidegateError(
        `Nothing was destroyed: some stacks that stay stand on what is to go.\n${text.join("\n")}`,
        {
            code: "stack-needed",
            hint: `Select them as well: --from ${needed.map(({ stack }) => stack).join(",")} takes all that stands on it.`,
            exitCode: exitCodes.usage,
        },
    );
}

const s = (names: readonly string[]): string => (names.length === 1 ? "s" : "");

export class Destroyer {
    constructor(
        private readonly deps: Pick<RolloutDependencies, "operate" | "read" | "signal" | "journal" | "now">,
        private readonly teller: Teller,
        private readonly hooks: HookRunner,
        /** Writes the end of a stack down. */
        private readonly jotDown: (layer: string, state: "failed" | "interrupted", thrown: unknown) => Promise<void>,
    ) {}

    /** Whatever fails is told; answers with what still stands. `scheduler`: in reverse, and to stop at a failure. */
    async all(scheduler: Scheduler): Promise<readonly Left[]> {
        const { signal } = this.deps;
        const left = new Map<string, Left>();
        const stop = (): void => scheduler.stop("interrupted");
        if (signal.aborted) stop();
        else signal.addEventListener("abort", stop, { once: true });
        const running = new Map<string, Promise<void>>();
        for (;;) {
            for (const layer of scheduler.start())
                running.set(
                    layer,
                    this.one(layer, scheduler, left).finally(() => running.delete(layer)),
                );
            if (running.size === 0) break;
            await Promise.race(running.values());
        }
        for (const stack of scheduler.in("blocked")) {
            const reason = scheduler.reason(stack) ?? "blocked";
            this.teller.emit({ type: "layer", layer: stack, state: "blocked", reason });
            left.set(stack, { stack, resources: undefined });
        }
        return [...left.values()];
    }

    private async one(layer: string, scheduler: Scheduler, left: Map<string, Left>): Promise<void> {
        const { signal, now } = this.deps;
        const begun = now();
        const end = (state: "succeeded" | "failed" | "interrupted"): void => {
            scheduler.report(layer, state);
            this.teller.emit({ type: "layer", layer, state, seconds: Math.round(now() - begun) / 1000 });
        };
        scheduler.report(layer, "deploying");
        this.teller.emit({ type: "layer", layer, state: "deploying" });
        try {
            await this.hooks.between("Destroy", layer, async () => {
                await change(this.deps, this.teller, layer, { operation: "destroy", why: "asked for", remove: true });
            });
            end("succeeded");
        } catch (error) {
            const state = signal.aborted ? "interrupted" : "failed";
            this.teller.fail(layer, error);
            await this.hooks.onFailure(layer);
            await this.jotDown(layer, state, error);
            left.set(layer, await this.whatIsLeft(layer));
            end(state);
        }
    }

    private async whatIsLeft(stack: string): Promise<Left> {
        const { read, signal } = this.deps;
        if (signal.aborted || read === undefined) return { stack, resources: undefined };
        try {
            const { urns } = await read(stack);
            const names = urns.map((urn) => `${typeOf(urn)} ${nameOf(urn)}`);
            const more = names.length > listed ? ` and ${names.length - listed} more` : "";
            this.teller.emit({
                type: "note",
                layer: stack,
                text:
                    names.length === 0
                        ? "all of its resources are gone"
                        : `what is left of it: ${names.slice(0, listed).join(", ")}${more}`,
            });
            return { stack, resources: urns };
        } catch (error) {
            this.teller.emit({
                type: "note",
                layer: stack,
                text: `what is left of it is not known: ${messageOf(error)}`,
            });
            return { stack, resources: undefined };
        }
    }
}

/** Resources that are named. */
const listed = 10;

/** The last part of a type token; a URN's has those of its parents before it. */
const typeOf = (urn: string): string => urn.split("::")[2]?.split("$").pop()?.split(":").pop() ?? "";
