/** Values in Python source text. */

/** What an orchestrator is told of one dbt build. */
export interface Orchestrated {
    /** Name of the environment. */
    readonly environment: string;
    readonly namespace: string;
    readonly pod: object;
    /** Five fields of cron. */
    readonly schedule: string;
    readonly timeZone: string;
    readonly deadlineMinutes: number;
}

/** A Python literal, over several lines. */
export function literal(value: unknown, indent = 0): string {
    const pad = " ".repeat(indent + 4);
    const end = " ".repeat(indent);
    if (value === null || value === undefined) return "None";
    if (typeof value === "boolean") return value ? "True" : "False";
    if (typeof value === "number") return String(value);
    // JSON's strings are Python's, but for surrogates, which neither writes.
    if (typeof value === "string") return JSON.stringify(value);
    if (Array.isArray(value)) {
        if (value.length === 0) return "[]";
        return `[\n${value.map((one) => `${pad}${literal(one, indent + 4)},\n`).join("")}${end}]`;
    }
    const entries = Object.entries(value as object).filter(([, one]) => one !== undefined);
    if (entries.length === 0) return "{}";
    return `{\n${entries.map(([key, one]) => `${pad}${JSON.stringify(key)}: ${literal(one, indent + 4)},\n`).join("")}${end}}`;
}

export const header = (environment: string): string =>
    `"""dbt on the platform ${environment}. Rendered by Tidegate from stacks/${environment}.yaml: a change here is undone.\n\nNo secret is in it: the pod gets its credentials where it runs.\n"""\n`;
