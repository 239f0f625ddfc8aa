/** What to do where a release is not proved: a command that is not refused in its turn. */
import type { Promotion } from "../../graph/promotion";
import { shortId } from "../../release/manifest";
import type { Proofs } from "../../release/proofs";

/**
 * A release that takes its way from the beginning has to take all of it: an `up` proves it only where releases begin, and a
 * promotion only what is proved where it comes from. Answers with a hint.
 * @param release undefined: any that is there
 */
export async function wayToProof(
    promotion: Promotion | undefined,
    proofs: Pick<Proofs, "counting" | "green">,
    environment: string,
    release?: string,
): Promise<string> {
    const proved = async (where: string): Promise<boolean> =>
        (release === undefined ? await proofs.green(where) : await proofs.counting(where, release)).length > 0;
    const named = release === undefined ? "" : ` --release ${shortId(release)}`;
    for (let target = environment; ;) {
        const sources = promotion?.[target]?.from ?? [];
        const where =
            target === environment ? "it there" : `it in ${target}, from where its way to ${environment} goes on`;
        const [first] = sources;
        if (first === undefined)
            return `\`npx tidegate up ${target}${named || " --release RELEASE"}\` proves ${where}.`;
        for (const source of sources)
            if (await proved(source)) return `\`npx tidegate promote ${source} ${target}${named}\` proves ${where}.`;
        target = first;
    }
}
