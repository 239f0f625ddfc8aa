/** What `preview` does. */
import pc from "picocolors";
import { select } from "../../graph/selection";
import { FactsCollector } from "../../reports/facts";
import { changesAnything, countsOf } from "../../rollout/changes";
import { environmentGraph } from "../../rollout/environmentGraph";
import type { PreviewResult } from "../../rollout/rollout";
import { changesText } from "../../rollout/teller";
import { filterOf, type FilterFlags } from "../filter";
import { Interrupts } from "../interrupts";
import { remark, say } from "../output";
import { report } from "../reports";
import { duration } from "../../core/duration";
import { exitCodeOf, open, run } from "./rollout";

export interface PreviewFlags extends FilterFlags {
    readonly parallel: number;
    readonly approve?: readonly string[];
    readonly json?: true;
}

/** What the next up would change. */
export async function preview(environment: string, flags: PreviewFlags): Promise<void> {
    const interrupts = new Interrupts(remark);
    const { parallel, approve = [], json = false } = flags;
    try {
        const graph = await environmentGraph(environment);
        const choices = select(graph.graph, filterOf(flags));
        const session = await open(environment, interrupts, { graph });
        await session.home.prepare();
        const collector = new FactsCollector(() => Date.now());
        const result = await run(
            session,
            interrupts,
            json,
            (watch) => session.driver(watch).preview({ choices, parallel, approve }),
            collector.sink,
        );
        await report(session.home.directory, collector.facts());
        process.exitCode = exitCodeOf(result, interrupts);
        if (!json && result.ok) say(closing(environment, result));
    } finally {
        interrupts.close();
    }
}

function closing(environment: string, { changes, notPreviewable, seconds }: PreviewResult): string {
    const changing = [...changes.values()].filter(changesAnything);
    const total: Record<string, number> = {};
    for (const one of changing)
        for (const [op, count] of Object.entries(countsOf(one))) total[op] = (total[op] ?? 0) + count;
    const unknown = notPreviewable.size === 0 ? "" : `; not previewable yet: ${[...notPreviewable.keys()].join(", ")}`;
    const what =
        changing.length === 0
            ? "nothing would change"
            : `${changing.map(({ stack }) => stack).join(", ")} would change: ${changesText(total, "would")}`;
    return `${pc.green("✓")} ${environment}: ${what}${unknown}. (${duration(seconds)})`;
}
