/** The tools that embedded processes run on, as the toolchain finds them. Their paths never get into a state. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { TidegateError, exitCodes, messageOf } from "../../automation/core/errors";

export const toolsSchema = z.object({
    /** Java 17 or newer. */
    java: z.object({ path: z.string() }),
    /** Folder of Kafka's jars. */
    kafka: z.object({ version: z.string(), libs: z.string() }),
    /** Folder of Flink's, Iceberg's and the connectors' jars. */
    flink: z.object({ version: z.string(), lib: z.string() }),
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

/** What `{tool:NAME}` stands for: an executable, or a folder of jars as a class path. */
export function toolPath(tools: Tools, name: string): string | undefined {
    switch (name) {
        case "java":
            return tools.java.path;
        case "kafka":
            return `${tools.kafka.libs}/*`;
        case "flink":
            return `${tools.flink.lib}/*`;
        case "weed":
            return tools.weed;
        case "node":
            return process.execPath;
        default:
            return undefined;
    }
}

export const toolNames = ["java", "kafka", "flink", "weed", "node"] as const;
