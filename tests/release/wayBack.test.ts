import assert from "node:assert/strict";
import type { NamedMark } from "../../automation/release/proof";
import { wayBack } from "../../automation/release/wayBack";

/**
 * Rollouts in their order: a letter is a release, green in upper case, `>` before it: promoted, `<` before it: a rollback;
 * else an `up`, as all of them were once; `-` takes it down, `~` refreshes.
 */
function ask(text: string): string {
    const release = (letter: string): string => letter.toLowerCase().repeat(64);
    const history = text.match(/[<>]?./g) ?? [];
    const marks = history.map((one, index): NamedMark => {
        const [letter = "", how] = [...one].reverse();
        const operation = letter === "-" ? "down" : letter === "~" ? "refresh" : how === "<" ? "rollback" : "up";
        const common = {
            version: 1,
            environment: "prod",
            time: "2026-01-01T00:00:00Z",
            user: "me",
            host: "here",
        } as const;
        const from = how === ">" ? { from: "staging" } : {};
        const of = operation === "up" || operation === "rollback" ? { release: release(letter), ...from } : {};
        return [String(index + 1).padStart(8, "0"), { ...common, operation, ...of }];
    });
    const greens = marks
        .flatMap(([mark, { release: of }], index) =>
            of !== undefined && /[A-Z]/.test(history[index] ?? "") ? [{ mark, release: of }] : [],
        )
        .reverse();
    const way = wayBack(marks, greens);
    return way === undefined ? "unknown" : (way.to?.[0] ?? "none");
}

describe("the way back", () => {
    const cases: readonly (readonly [history: string, to: string, why: string])[] = [
        ["", "unknown", "nothing was ever there"],
        ["A", "none", "nothing was before it"],
        ["AB", "a", "the one before"],
        ["AbC", "a", "a red one is none"],
        ["ABb", "a", "it went red when it was rolled out again"],
        ["ABc", "b", "the present one was never green"],
        ["AB~", "a", "a refresh rolls nothing out"],
        ["AB-", "unknown", "it was taken down"],
        ["ABCB", "a", "a second rollback goes further back, not forward again to C"],
        ["ABA", "none", "and then there is nothing more"],
        ["ABAD", "a", "what was gone back to is what was green before the next"],
        ["ABa", "a", "a rollback that was red, or refused, is gone on with"],
        ["ABcb", "b", "the same, from one that was never green"],
        [">A>B>c", "b", "the last that was green"],
        [">A>B<a", "a", "a rollback that was red is gone on with"],
        [">A>B>c<b", "b", "the same, from one that was never green"],
        [">A>B<A>b", "a", "one that is promoted anew, and red, is no way back"],
        [">A>B<A>B", "a", "nor is it where it is green"],
        [">A>B>C<B", "a", "a second rollback goes further back"],
    ];
    for (const [history, to, why] of cases)
        it(`of ${history || "nothing"} is ${to}: ${why}`, () => assert.equal(ask(history), to));
});
