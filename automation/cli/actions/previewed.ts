/** The preview that the dry run of a promotion, or of a rollback, ends with. */
import { exitCodes } from "../../core/errors";
import type { GraphFile } from "../../graph/load";
import { changesAnything, type StackChanges } from "../../rollout/changes";
import { environmentGraph } from "../../rollout/environmentGraph";
import type { PreviewResult } from "../../rollout/rollout";
import { Interrupts } from "../interrupts";
import { remark } from "../output";
import { exitCodeOf, open, run } from "./rollout";

interface PreviewedFlags {
    readonly json: true | undefined;
    readonly parallel: number;
    readonly approve: readonly string[] | undefined;
}

/**
 * Nothing is touched. `tell` has what comes of it told, and answers whether it would be refused: exit code 6.
 * @param whole graph of the release
 */
export async function previewed(
    environment: string,
    whole: GraphFile,
    { json, parallel, approve = [] }: PreviewedFlags,
    tell: (result: PreviewResult, changing: readonly StackChanges[], graph: GraphFile) => boolean,
): Promise<void> {
    const interrupts = new Interrupts(remark);
    try {
        const graph = await environmentGraph(environment, whole);
        const session = await open(environment, interrupts, { graph });
        await session.home.prepare();
        const result = await run(
            session,
            interrupts,
            false,
            (watch) => session.driver(watch).preview({ parallel, approve }),
            () => {},
            json ?? false,
        );
        const refused = tell(result, [...result.changes.values()].filter(changesAnything), graph);
        process.exitCode = result.ok && refused ? exitCodes.refused : exitCodeOf(result, interrupts);
    } finally {
        interrupts.close();
    }
}

/** For people. */
export const untouchedText = (changing: readonly StackChanges[]): string =>
    `Nothing was touched. ${changing.length === 0 ? "No stack would change" : `${changing.map(({ stack }) => stack).join(", ")} would change`}.`;
