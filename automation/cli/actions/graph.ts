/** What `graph` does. */
import { loadGraph } from "../../graph/load";
import { renderGraph, type GraphFormat } from "../../graph/render";
import { select } from "../../graph/selection";
import { filterOf, type FilterFlags } from "../filter";

export interface GraphFlags extends FilterFlags {
    readonly format: GraphFormat;
    readonly json?: true;
}

export async function graph(flags: GraphFlags): Promise<void> {
    const loaded = await loadGraph();
    process.stdout.write(renderGraph(loaded, select(loaded, filterOf(flags)), flags.json ? "json" : flags.format));
}
