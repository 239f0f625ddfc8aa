/** The hooks of a stack around an operation on it. */
import { messageOf, TidegateError } from "../core/errors";
import type { HookPoint } from "../graph/steps";
import type { Snapshots, Surroundings } from "./surroundings";
import { interrupted, type Teller } from "./teller";

export class HookRunner {
    constructor(
        private readonly surroundings: Pick<Surroundings, "hooks">,
        /** What is known of the stacks at the time of a hook. */
        private readonly seen: Snapshots,
        private readonly teller: Teller,
        private readonly signal: AbortSignal,
    ) {}

    /** An operation between its hooks. Those after it that ask for it run after a failure too, which stays the reason. */
    async between(
        operation: "Preview" | "Up" | "Refresh" | "Destroy",
        layer: string,
        work: () => Promise<void>,
    ): Promise<void> {
        await this.run(`before${operation}`, layer);
        try {
            await work();
        } catch (error) {
            await this.run(`after${operation}`, layer, true).catch((late: unknown) =>
                this.teller.emit({ type: "note", layer, text: messageOf(late) }),
            );
            throw error;
        }
        if (this.signal.aborted) throw interrupted(layer);
        await this.run(`after${operation}`, layer);
    }

    private async run(point: HookPoint, layer: string, failed = false): Promise<void> {
        const run = this.teller.stepRun(layer, point);
        for (const { name, blocking, verdict } of await this.surroundings.hooks(point, layer, this.seen, failed, run)) {
            const ok = verdict.status === "pass";
            const text = verdict.status === "pass" ? verdict.summary : verdict.message;
            const advice = verdict.status === "pass" ? {} : { look: verdict.look, hint: verdict.hint };
            this.teller.emit({ type: "hook", layer, point, name, ok, blocking, text, ...advice });
            if (verdict.status === "pass" || !blocking) continue;
            if (this.signal.aborted) throw interrupted(layer);
            throw new TidegateError(`${layer}: the hook ${name} (${point}) failed: ${verdict.message}`, {
                code: "hook-failed",
                hint: verdict.hint,
            });
        }
    }

    /** What the graph wants to be run once something of a stack has failed; the first failure stays the reason. */
    async onFailure(layer: string): Promise<void> {
        if (this.signal.aborted) return;
        await this.run("onFailure", layer, true).catch((error: unknown) =>
            this.teller.emit({ type: "note", layer, text: messageOf(error) }),
        );
    }
}
