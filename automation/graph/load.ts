/** Reads `tidegate.yaml`, the one file that says which stacks there are and which reads whose contract. */
import { join } from "node:path";
import { z } from "zod";
import { repositoryRoot } from "../core/repository";
import { readYamlFile } from "../core/yamlFile";
import { Graph } from "./graph";

const graphSchema = z.strictObject({
    stacks: z.record(
        z.string().regex(/^[a-z][a-z0-9-]*$/, "lower-case letters, digits and '-'"),
        z.strictObject({
            description: z.string().optional(),
            dependsOn: z.array(z.string()).default([]),
            labels: z.array(z.string().regex(/^[a-z][a-z0-9-]*$/, "lower-case letters, digits and '-'")).default([]),
            exercises: z.array(z.enum(["produce", "flink", "dbt"])).default([]),
        }),
    ),
});

export async function loadGraph(file = join(repositoryRoot, "tidegate.yaml")): Promise<Graph> {
    const parsed = await readYamlFile(file, graphSchema, {
        kind: "graph",
        code: "graph-invalid",
        hint: "docs/graph.md describes every key.",
    });
    return new Graph(
        Object.entries(parsed.stacks).map(([name, stack]) => ({
            name,
            ...(stack.description === undefined ? {} : { description: stack.description }),
            dependsOn: stack.dependsOn,
            labels: stack.labels,
            exercises: stack.exercises,
        })),
    );
}
