/** Whether the states of where a release comes from are those of its proof yet. */
import pc from "picocolors";
import { messageOf, TidegateError } from "../../core/errors";
import { StackReads } from "../../engine/reads";
import { readSnapshot } from "../../engine/snapshot";
import type { Proof } from "../../release/proof";
import { environmentGraph } from "../../rollout/environmentGraph";
import { Session } from "../../rollout/session";
import { remark } from "../output";

/** Whoever promotes to one environment need not reach another, nor have its settings and secrets. */
const outOfReach: readonly string[] = [
    "backend-denied",
    "backend-unreachable",
    "environment-unknown",
    "secret-denied",
    "secret-unreachable",
    "stack-missing",
];

/** Stacks whose state is not the proof's any more; of a state that is out of reach from here nothing is known, and it is said. */
export async function changedSince({ checkpoints }: Proof, source: string): Promise<string[]> {
    let session: Session | undefined;
    try {
        session = await Session.open(source, { graph: await environmentGraph(source) });
        const { home } = session;
        const stacks = Object.entries(checkpoints);
        // A backend that is a folder of another machine.
        const gone = await Promise.all(stacks.map(async ([stack]) => (await home.exists(stack)) === false));
        if (stacks.length > 0 && gone.every((one) => one)) {
            tell(source, "none of its stacks is there");
            return [];
        }
        const changed: string[] = [];
        for (const [stack, checkpoint] of stacks) {
            const version = await home.version(stack);
            // Of a backend that cannot be asked there is no version either: reading from it says why.
            if (version === undefined && (await home.exists(stack)) === undefined)
                await readSnapshot(await home.target(stack), new StackReads());
            if (version !== checkpoint) changed.push(stack);
        }
        return changed;
    } catch (error) {
        if (!TidegateError.is(error) || !outOfReach.includes(error.code)) throw error;
        tell(source, `${messageOf(error).split("\n")[0]} [${error.code}]`);
        return [];
    } finally {
        session?.close();
    }
}

const tell = (source: string, why: string): void =>
    remark(
        `${pc.yellow("!")} The state of ${source} cannot be read from here (${why}): whether anybody has changed it since its proof is not known.`,
    );
