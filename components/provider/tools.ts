/** The tools that embedded processes run on, as the toolchain finds them. Their paths never get into a state. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { TidegateError, exitCodes, messageOf } from "../../automation/core/errors";

const toolsSchema = z.object({
    /** Java 17 or newer. */
    java: z.object({ path: z.string() }),
    /** Folder of Kafka's jars, and an archive of their classes where there is one. */
    kafka: z.object({ version: z.string(), libs: z.string(), classes: z.string().optional() }),
    /** Folder of Flink's, Iceberg's and the connectors' jars, and an archive of their classes where there is one. */
    flink: z.object({ version: z.string(), lib: z.string(), classes: z.string().optional() }),
    /** SeaweedFS's executable. */
    weed: z.string(),
});
export type Tools = z.infer<typeof toolsSchema>;

/**
 * The tools of a JSON file that holds `Tools`, named by the environment variable TIDEGATE_TOOLS; else `locate`.
 * For machines whose tools were installed by other means.
 */
export async function resolveTools(locate: () => Promise<Tools>): Promise<Tools> {
    const file = process.env["TIDEGATE_TOOLS"];
    if (file === undefined || file === "") return locate();
    try {
        return toolsSchema.parse(JSON.parse(await readFile(file, "utf8")));
    } catch (error) {
        throw new TidegateError(`The tools named by TIDEGATE_TOOLS, ${file}, can't be read: ${messageOf(error)}`, {
            code: "tools-file-invalid",
            hint: "It is a JSON file with java.path, kafka.version, kafka.libs, flink.version, flink.lib and weed.",
            exitCode: exitCodes.toolchain,
            cause: error,
        });
    }
}

/** What `{tool:NAME}` stands for: an executable, a folder of jars as a class path, or an archive of their classes. */
export function toolPath(tools: Tools, name: string): string | undefined {
    switch (name) {
        case "java":
            return tools.java.path;
        case "kafka":
            return `${tools.kafka.libs}/*`;
        case "flink":
            return `${tools.flink.lib}/*`;
        // A JVM that is shown none where it looks goes on without.
        case "kafkaClasses":
            return tools.kafka.classes ?? `${tools.kafka.libs}/classes.jsa`;
        case "flinkClasses":
            return tools.flink.classes ?? `${tools.flink.lib}/classes.jsa`;
        case "weed":
            return tools.weed;
        case "node":
            return process.execPath;
        default:
            return undefined;
    }
}

export const toolNames = ["java", "kafka", "kafkaClasses", "flink", "flinkClasses", "weed", "node"] as const;
