/**
 * Placeholders in what a daemon is started from: `{port:NAME}`, `{dir}`, `{tool:NAME}`. They are filled in when the
 * daemon is started, so that neither a port chosen then nor the place of a tool gets into the inputs.
 */
import { TidegateError } from "../../../automation/core/errors";
import { toolNames, toolPath, type Tools } from "../tools";

const placeholder = /\{(?:(dir)|(port|tool):([A-Za-z][A-Za-z0-9_-]*))\}/g;

export interface Places {
    readonly directory: string;
    readonly ports: Readonly<Record<string, number>>;
    readonly tools: Tools;
}

export function fill(text: string, places: Places): string {
    return text.replace(placeholder, (whole, directory: string | undefined, kind: string, name: string) => {
        if (directory !== undefined) return places.directory;
        const found = kind === "port" ? places.ports[name] : toolPath(places.tools, name);
        if (found !== undefined) return String(found);
        throw new TidegateError(`There is nothing to put in the place of '${whole}'.`, { code: "placeholder-unknown" });
    });
}

/** What is wrong with the placeholders of `text`, for `check`. */
export function unknownPlaceholders(text: string, ports: Readonly<Record<string, unknown>>): string[] {
    return [...text.matchAll(placeholder)].flatMap(([whole, , kind, name = ""]) => {
        if (kind === "port" && !(name in ports)) return [`${whole}: there is no port '${name}' in 'ports'`];
        if (kind === "tool" && !toolNames.some((tool) => tool === name))
            return [`${whole}: there is no tool '${name}', only ${toolNames.join(", ")}`];
        return [];
    });
}
