/** What `migrate` says of its plan. */
import pc from "picocolors";
import type { Fate } from "../../lakehouse/migration/fates";
import type { Move, Plan, Refusal } from "../../lakehouse/migration/plan";

export const axesText = ({ axes }: Pick<Move, "axes">): string => axes.map(({ axis }) => axis).join(", ");

const fateText: Readonly<Record<Fate["fate"], string>> = {
    kept: pc.green("kept"),
    replayed: pc.cyan("replayed"),
    lost: pc.red("lost"),
};

function moveText(move: Move): string {
    return [
        `${pc.bold(String(move.number))} ${move.axes.map(({ axis, from, to }) => `${pc.bold(axis)} ${from} → ${to}${from === to ? ", other settings" : ""}`).join("; ")}`,
        ...(move.together.length === 0
            ? []
            : ["together, for what is between could not be:", ...move.together.map((reason) => `- ${reason}`)].map(
                  (line) => `    ${pc.dim(line)}`,
              )),
        ...move.data.map(({ what, fate, why }) => `    ${fateText[fate]} ${what}: ${pc.dim(why)}`),
    ].join("\n");
}

export const refusalText = ({ what, why = [], todo }: Refusal): string =>
    [what, ...why.map((one) => `  ${one}`), `  ${todo}`].join("\n");

export function planText({ environment, from, inPlace, moves }: Plan): string {
    const way = inPlace ? `${pc.bold(environment)} moves in place` : `${pc.bold(from)} → ${pc.bold(environment)}`;
    return [
        `${way}: ${moves.length} ${moves.length === 1 ? "move" : "moves"}, each rolled out and validated whole`,
        ...moves.map(moveText),
    ].join("\n");
}

/** What stands in the way. */
export function verdictText({ refusals }: Plan): string {
    if (refusals.length === 0) return "Nothing was touched, and nothing stands in the way.";
    return refusals.map((one) => `${pc.red("✗")} ${refusalText(one)} ${pc.dim(`[${one.code}]`)}`).join("\n");
}
