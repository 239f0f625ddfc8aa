/**
 * Asks the cloud's own command line for what was to be created, by its tag: `aws`, `az` and `gcloud` have the person's
 * credentials, where they are there at all. That they find nothing says nothing: what is new is listed after a while, and
 * another account has other resources.
 */
import { runCommand } from "../core/command";
import { findCommand, importIdOf } from "../engine/urnTag";
import type { NamedLookup } from "./lookups";

/** They take seconds, and minutes where they look for credentials that are not there. */
const timeoutSeconds = 60;

/** What one of them has found looks like: an ARN, a full name of Google Cloud, an id of Azure. */
const isFound = (word: string): boolean => /^(arn:[\w-]+:|\/\/[\w.-]+\.googleapis\.com\/|\/subscriptions\/)/.test(word);

export const tagLookup = (directory: string, variables: NodeJS.ProcessEnv): NamedLookup => ({
    by: "its tag",
    lookup: async (pending, signal) => {
        const command = findCommand(pending);
        if (command === undefined) return undefined;
        const { end, code, tail } = await runCommand(command, { cwd: directory, variables, timeoutSeconds, signal });
        if (end !== "exited" || code !== 0) return undefined;
        // Warnings come on standard error, which is among the lines.
        const found = [...new Set(tail.flatMap((line) => line.split(/\s+/)).filter(isFound))];
        const [only] = found;
        const id = found.length === 1 && only !== undefined ? importIdOf(pending.type, only) : undefined;
        return id === undefined ? undefined : { kind: "import", id };
    },
});
