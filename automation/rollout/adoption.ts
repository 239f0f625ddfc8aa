/**
 * Whether what was found of a cut-off creation may be taken over. What a stack has taken over by mistake, its next update
 * changes and its end deletes; and where it was not there, the next update creates the resource a second time.
 */
import { z } from "zod";
import { exitCodes, TidegateError } from "../core/errors";
import { nameOf } from "../engine/facts";
import { pendingCreates, settled } from "../engine/pending";
import { readBack } from "../engine/readBack";
import type { StackTarget } from "../engine/target";
import { tagAmong } from "../engine/urnTag";

/** What cannot be taken over, and why. */
export interface Refused {
    readonly urn: string;
    readonly id: string;
    readonly why: string;
    /** Whether its provider has answered that there is none of this id. */
    readonly missing: boolean;
}

const stateSchema = z.looseObject({
    deployment: z.looseObject({
        resources: z
            .array(
                z.looseObject({
                    urn: z.string(),
                    type: z.string(),
                    id: z.string().optional(),
                    delete: z.boolean().optional(),
                }),
            )
            .nullish(),
    }),
});

/**
 * Asks the providers, through the engine; nothing is changed.
 * @param exported of `pulumi stack export`, with all creations that were cut off
 * @param imports ids by URN, each of a creation that was cut off
 */
export async function refusedImports(
    target: Pick<StackTarget, "stack" | "fullName" | "workDirectory" | "variables">,
    exported: unknown,
    imports: ReadonlyMap<string, string>,
    signal: AbortSignal,
): Promise<Refused[]> {
    if (imports.size === 0) return [];
    const state = settled(exported, new Map([...imports].map(([urn, id]) => [urn, { kind: "import" as const, id }])));
    const { deployment, ...rest } = stateSchema.parse(state);
    // What was to be replaced by it has its URN too.
    const resources = (deployment.resources ?? []).filter(({ urn, delete: doomed }) => !doomed || !imports.has(urn));
    const copy = { ...rest, deployment: { ...deployment, resources } };
    const read = await readBack(target, copy, [...imports.keys()], signal);
    const tags = new Map(pendingCreates(exported).map(({ urn, inputs }) => [urn, tagAmong(inputs)]));
    return [...imports].flatMap(([urn, id]) => {
        const type = resources.find((one) => one.urn === urn)?.type;
        const twin = resources.find((one) => one.urn !== urn && one.type === type && one.id === id);
        const answer = read.get(urn);
        const refuse = (why: string, missing = false): Refused[] => [{ urn, id, why, missing }];
        if (twin !== undefined) return refuse(`that is '${nameOf(twin.urn)}' of the same stack`);
        if (answer === undefined || answer.kind === "missing")
            return refuse(`its provider knows no ${type ?? "resource"} of this id`, true);
        if (answer.kind === "unreadable") return refuse(`its provider cannot read it: ${answer.why}`);
        const tag = tagAmong(answer.inputs);
        const wanted = tags.get(urn);
        return tag === undefined || wanted === undefined || tag === wanted
            ? []
            : refuse(`its tag says that it is another resource: ${tag}`);
    });
}

/** `of`: whose, for people. */
export function refusedError(of: string, refused: readonly Refused[]): TidegateError {
    const lines = refused.map(({ urn, id, why }) => `  ${nameOf(urn)} as ${id}: ${why}\n    ${urn}`);
    return new TidegateError(
        `${of}: what was found cannot be taken over, and nothing was changed:\n${lines.join("\n")}`,
        {
            code: "pending-refused",
            hint: "The id has to be as the page of the resource's type in Pulumi's registry has it under Import; what the command of `pending-undecided` prints is taken too.",
            exitCode: exitCodes.usage,
        },
    );
}
