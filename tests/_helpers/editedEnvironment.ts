import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { repositoryRoot } from "../../automation/core/repository";

/** By key, with dots: the value that it has instead; `undefined` takes it away. */
export type Edits = Readonly<Record<string, unknown>>;

/** The text of an environment's file of stacks/ after the edits. */
export function editedEnvironment(name: string, edits: Edits): string {
    const document = parseDocument(readFileSync(join(repositoryRoot, "stacks", `${name}.yaml`), "utf8"));
    for (const [key, value] of Object.entries(edits)) {
        if (value === undefined) document.deleteIn(key.split("."));
        else document.setIn(key.split("."), document.createNode(value));
    }
    return String(document);
}
