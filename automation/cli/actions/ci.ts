/** What `ci` does: says what this CI is known to be, and what of it will not do. */
import { existsSync } from "node:fs";
import pc from "picocolors";
import { changedSinceIn, ciSurroundings, type CiSurroundings } from "../../ci/surroundings";
import { changedSince } from "../../core/git";
import { messageOf, TidegateError } from "../../core/errors";
import { printJson, say } from "../output";

interface Finding {
    readonly what: string;
    readonly ok: boolean;
    readonly text: string;
}

/** Exit code 1 where something will not do. */
export async function ci({ json }: { readonly json?: true }): Promise<void> {
    const surroundings = ciSurroundings();
    const findings = surroundings === undefined ? [] : await findingsOf(surroundings);
    if (json) printJson({ ci: surroundings ?? null, findings });
    else if (surroundings === undefined) say("No CI that is known: plain lines, and the reports as files.");
    else {
        const { name, pullRequest, base, commit, actor, url } = surroundings;
        const about = pullRequest === null ? "" : `, request ${pullRequest}${base === null ? "" : ` into ${base}`}`;
        say(`${name}${about}, commit ${commit ?? "unknown"}, started by ${actor ?? "somebody"}`);
        if (url !== null) say(pc.dim(url));
        for (const { what, ok, text } of findings) say(`${ok ? pc.green("✓") : pc.red("✗")} ${what}  ${pc.dim(text)}`);
    }
    if (findings.some(({ ok }) => !ok)) process.exitCode = 1;
}

async function findingsOf(surroundings: CiSurroundings): Promise<Finding[]> {
    const since = changedSinceIn(surroundings);
    const history = await changedSince(process.cwd(), since).then(
        ({ files }) => ({ ok: true, text: `${files.length} files differ from ${since}` }),
        (error: unknown) => ({
            ok: false,
            text: TidegateError.is(error) && error.hint !== undefined ? error.hint : messageOf(error),
        }),
    );
    const summary = process.env["GITHUB_STEP_SUMMARY"];
    return [
        { what: "what a change reaches can be told", ...history },
        ...(surroundings.service === "github"
            ? [
                  {
                      what: "there is a job summary to write into",
                      ok: summary !== undefined && existsSync(summary),
                      text: summary ?? "GITHUB_STEP_SUMMARY is not set",
                  },
                  {
                      what: "the job may ask for a token of its identity (OIDC)",
                      ok: process.env["ACTIONS_ID_TOKEN_REQUEST_URL"] !== undefined,
                      text: "permissions: { id-token: write }",
                  },
              ]
            : []),
    ];
}
