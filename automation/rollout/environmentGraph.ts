/** The graph as one environment has it: a platform need not have every stack that its graph knows. */
import { loadGraphFile, type GraphFile } from "../graph/load";
import { loadModule } from "./module";

/**
 * Without the stacks that the graph's module says the environment has not.
 *
 * @param graph @default the one that is found from here
 * @throws TidegateError where the module cannot tell, e.g. `environment-unknown`
 */
export async function environmentGraph(environment: string, graph?: GraphFile): Promise<GraphFile> {
    const whole = graph ?? (await loadGraphFile());
    const names = await loadModule(whole).stacks?.(environment);
    return names === undefined ? whole : { ...whole, graph: whole.graph.only(names) };
}
