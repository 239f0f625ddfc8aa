/** Writes the JSON Schema of environment files: `npm run schema`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { environmentSchema } from "./environment";

export function environmentJsonSchema(): object {
    return { title: "Tidegate environment", ...z.toJSONSchema(environmentSchema, { io: "input" }) };
}

if (require.main === module)
    writeFileSync(join(__dirname, "environment.schema.json"), `${JSON.stringify(environmentJsonSchema(), null, 4)}\n`);
