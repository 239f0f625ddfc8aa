/** What states of Pulumi on disk know of the simulated cloud. */
import { readFileSync } from "node:fs";

export interface Known {
    /** By URN. */
    readonly ids: ReadonlyMap<string, string>;
    /** URNs of what was begun, and of which the end is not written down. */
    readonly pending: readonly string[];
}

interface Checkpoint {
    readonly checkpoint: {
        readonly latest?: {
            readonly resources?: readonly { readonly urn: string; readonly type: string; readonly id?: string }[];
            readonly pending_operations?: readonly { readonly resource: { readonly urn: string } }[];
        };
    };
}

/** @param files checkpoints of stacks */
export function knownIn(files: readonly string[]): Known {
    const states = files.map((file) => (JSON.parse(readFileSync(file, "utf8")) as Checkpoint).checkpoint.latest);
    const resources = states.flatMap((state) => state?.resources ?? []);
    return {
        ids: new Map(resources.flatMap(({ urn, type, id = "" }) => (type.startsWith("sim:") ? [[urn, id]] : []))),
        pending: states.flatMap((state) => (state?.pending_operations ?? []).map(({ resource }) => resource.urn)),
    };
}
