/** Who can tell whether a resource is there whose creation was cut off. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { runCommand } from "../core/command";
import { exitCodes, TidegateError } from "../core/errors";
import { parseJson } from "../core/json";
import type { PendingCreate, PendingDecision } from "../engine/pending";
import { importIdOf } from "../engine/urnTag";
import { uniqueId } from "../engine/uniqueNames";
import { claimOf } from "../rehearsal/relations";

/** Undefined where it cannot tell. */
export type Lookup = (pending: PendingCreate, signal: AbortSignal) => Promise<PendingDecision | undefined>;

/** A lookup, and what it is for people and the ledger. */
export interface NamedLookup {
    readonly by: string;
    readonly lookup: Lookup;
    /** Whether what it finds need not be asked of the provider before it is taken over. @default false */
    readonly sure?: true;
    /** Whether it tells a name that only one can have: what its provider does not know by that is not there. @default false */
    readonly named?: true;
}

/** Decisions that somebody gives on the command line, by URN. */
export type GivenDecisions = ReadonlyMap<string, PendingDecision>;

/** What was given by hand, and looked into then: see `demandGiven`. */
export const givenLookup = (given: GivenDecisions): NamedLookup => ({
    by: "--pending",
    sure: true,
    lookup: ({ urn }) => Promise.resolve(given.get(urn)),
});

export const moduleLookup = (
    stack: string,
    lookup: (stack: string, ...rest: Parameters<Lookup>) => ReturnType<Lookup>,
): NamedLookup => ({
    by: "the graph's module",
    sure: true,
    lookup: (pending, signal) => lookup(stack, pending, signal),
});

/** Types whose id is told by a name that only one resource can have. */
export const nameLookup: NamedLookup = {
    by: "its name",
    named: true,
    lookup: (pending) => {
        const id = uniqueId(pending);
        // Of one name there is one: what the state knows by now is it, by whatever id it has it.
        if (id !== undefined && pending.known !== undefined)
            return Promise.resolve({ kind: "import", id: pending.known });
        return Promise.resolve(id === undefined ? undefined : { kind: "import", id });
    },
};

/** Providers whose types are nowhere but in the state, and the project's own, each of whose creates takes over what one before has left. */
const repeatable = new Set(["random", "tls", "tidegate"]);

/** Types of which a second creation answers with what the first has made, by their rows in the tables of the rehearsal. */
export const typeLookup: NamedLookup = {
    by: "its type, of which a second creation gives the same one",
    lookup: async ({ type, inputs }) => {
        const [provider = ""] = type.split(":");
        if (repeatable.has(provider)) return { kind: "create" };
        const { simulated, tableOf } = await import("../rehearsal/tables/index.js");
        if (!simulated.includes(provider)) return undefined;
        const row = tableOf(provider).rows.find(({ token }) => token === type);
        return row?.idempotent === true && claimOf(row, inputs) !== undefined ? { kind: "create" } : undefined;
    },
};

const answerSchema = z.union([z.strictObject({ id: z.string().min(1) }), z.strictObject({ absent: z.literal(true) })]);

export interface LookupCommand {
    readonly run: string | readonly string[];
    readonly timeoutSeconds: number;
}

/** A command of the graph: its last line is `{"id": "…"}` or `{"absent": true}`; anything else is no answer. */
export function commandLookup(
    { run, timeoutSeconds }: LookupCommand,
    place: { readonly directory: string; readonly environment: string; readonly stack: string },
    variables: NodeJS.ProcessEnv,
): NamedLookup {
    const shown = typeof run === "string" ? run : run.join(" ");
    return {
        by: `\`${shown}\``,
        lookup: async ({ urn, type, name, inputs }, signal) => {
            const folder = await mkdtemp(join(tmpdir(), "tidegate-pending-"));
            try {
                // In a file, for inputs may be larger than what a variable of the environment holds.
                const file = join(folder, "pending.json");
                await writeFile(file, JSON.stringify({ urn, type, name, inputs }), { mode: 0o600 });
                const { end, code, tail } = await runCommand(run, {
                    cwd: place.directory,
                    variables: {
                        ...variables,
                        TIDEGATE_ENVIRONMENT: place.environment,
                        TIDEGATE_STACK: place.stack,
                        TIDEGATE_PENDING: file,
                    },
                    timeoutSeconds,
                    signal,
                });
                if (end !== "exited" || code !== 0) return undefined;
                const answer = answerSchema.safeParse(parseJson(tail.findLast((line) => line.trim() !== "")));
                if (!answer.success) return undefined;
                return "id" in answer.data ? { kind: "import", id: answer.data.id } : { kind: "create" };
            } finally {
                await rm(folder, { recursive: true, force: true });
            }
        },
    };
}

/** The last of its types: before it stand those of what it lies in. */
const typeOf = (urn: string): string => urn.split("::")[2]?.split("$").at(-1) ?? "";

/** Of `--pending URN=ID` and `--pending URN=absent`, where ID may be what the cloud's command line has found; a URN holds no `=` after its last `::`. */
export function givenDecisions(texts: readonly string[]): GivenDecisions {
    return new Map<string, PendingDecision>(
        texts.map((text): [string, PendingDecision] => {
            const match = /^(urn:pulumi:.+::[^=]*)=(.+)$/s.exec(text);
            if (match === null)
                throw new TidegateError(`--pending takes URN=ID or URN=absent, not '${text}'.`, {
                    code: "usage",
                    hint: "The error that asked for it has the URN.",
                    exitCode: exitCodes.usage,
                });
            const [, urn = "", id = ""] = match;
            if (id === "absent") return [urn, { kind: "create" }];
            return [urn, { kind: "import", id: importIdOf(typeOf(urn), id) ?? id }];
        }),
    );
}
