/** A small release for tests: everything about it can be said otherwise. */
import type { Ingredients, ReleaseFile } from "../../automation/release/manifest";

export const file = (path: string, content: string, more: Partial<ReleaseFile> = {}): ReleaseFile => ({
    path,
    part: "program",
    content: Buffer.from(content),
    executable: false,
    stacks: ["network", "app"],
    ...more,
});

export const ingredients = (more: Partial<Ingredients> = {}): Ingredients => ({
    graph: "services",
    stacks: ["network", "app"],
    files: [
        file("network/index.js", "network", { stacks: ["network"] }),
        file("network/Pulumi.yaml", "name: network\n", { stacks: ["network"] }),
        file("app/index.js", "app", { stacks: ["app"] }),
        file("app/tool.sh", "#!/bin/sh\n", { stacks: ["app"], executable: true }),
        file("app/ünïcode.sql", "SELECT 1", { part: "sql", stacks: ["app"] }),
        file(`app/${"long/".repeat(40)}name.txt`, "", { stacks: ["app"] }),
        file("tidegate.yaml", "stacks: {}\n", { part: "graph", stacks: [] }),
    ],
    versions: [
        { kind: "engine", name: "pulumi", version: "3.250.0", stacks: ["network", "app"] },
        { kind: "plugin", name: "@pulumi/aws", version: "7.48.0", stacks: ["network"] },
    ],
    ...more,
});
