/** Writes the JSON Schema of the lines of `--json`: `npm run schema`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { repositoryRoot } from "../core/repository";
import { eventLineSchema, eventsVersion } from "./events";

export const eventsSchemaFile = join(repositoryRoot, "docs", "schemas", `events-${eventsVersion}.schema.json`);

export function eventsJsonSchema(): object {
    return {
        title: `Tidegate events, version ${eventsVersion}`,
        // As input: what a later Tidegate adds is allowed.
        ...z.toJSONSchema(eventLineSchema, { io: "input" }),
    };
}

if (require.main === module) {
    mkdirSync(dirname(eventsSchemaFile), { recursive: true });
    writeFileSync(eventsSchemaFile, `${JSON.stringify(eventsJsonSchema(), null, 4)}\n`);
}
