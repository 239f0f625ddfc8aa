import assert from "node:assert/strict";
import { repositoryRoot } from "../../automation/core/repository";
import { annotateEvents } from "../../automation/cli/annotate";
import type { CheckResult } from "../../automation/gates";
import type { RolloutEvent } from "../../automation/rollout/events";

const red = { id: "a.b", stage: 1, layer: "broker", title: "Kafka answers", status: "fail", seconds: 1, evidence: {} };
const check = (more: Partial<CheckResult>): RolloutEvent => ({
    type: "check",
    layer: "broker",
    result: { ...red, ...more } as CheckResult,
});

describe("annotations of GitHub Actions", () => {
    const github = { GITHUB_ACTIONS: "true", GITHUB_WORKSPACE: repositoryRoot };
    const lines = (event: RolloutEvent, variables: Record<string, string> = github) => {
        const written: string[] = [];
        annotateEvents(variables, (line) => written.push(line))(event);
        return written;
    };

    it("stand at the file and the line that a problem names, and cannot be led astray by its text", () => {
        const message = "stacks/dev.yaml:12:3: 100% wrong\n::error::not a command";
        const problem = { type: "problem", layer: "broker", code: "environment-invalid", message } as const;
        assert.deepEqual(lines({ ...problem, hint: "correct it" }), [
            "::error file=stacks/dev.yaml,line=12,col=3,title=broker%3A environment-invalid::stacks/dev.yaml:12:3: 100%25 wrong%0A::error::not a command%0Acorrect it",
        ]);
    });

    it("are errors of red checks and hooks that block, warnings of those that do not", () => {
        assert.deepEqual(lines(check({ message: "no answer", hint: "look" })), [
            "::error title=broker%3A not so%3A Kafka answers::no answer%0Ado: look",
        ]);
        assert.match(lines(check({ blocking: false }))[0] ?? "", /^::warning /);
        const hook = { type: "hook", layer: "broker", point: "afterUp", name: "tell", ok: false, text: "no" } as const;
        assert.match(lines({ ...hook, blocking: false })[0] ?? "", /^::warning /);
        assert.match(lines({ ...hook, blocking: true })[0] ?? "", /^::error /);
    });

    it("are none of what is green or was not run, and none elsewhere", () => {
        assert.deepEqual(lines(check({ status: "pass" })), []);
        assert.deepEqual(lines(check({ status: "not-run" })), []);
        assert.deepEqual(lines(check({}), {}), []);
    });
});
