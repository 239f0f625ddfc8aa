import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryRoot } from "../../automation/core/repository";
import { changedSinceIn, ciSurroundings, placeIn } from "../../automation/ci/surroundings";

describe("the CI around", () => {
    let directory: string;
    before(() => (directory = mkdtempSync(join(tmpdir(), "tidegate-ci-"))));
    after(() => rmSync(directory, { recursive: true }));

    it("is GitHub, with the request and the branch that it is for", () => {
        const event = join(directory, "event.json");
        writeFileSync(event, JSON.stringify({ pull_request: { number: 17, base: { ref: "main" } } }));
        const found = ciSurroundings({
            CI: "true",
            GITHUB_ACTIONS: "true",
            GITHUB_EVENT_NAME: "pull_request",
            GITHUB_EVENT_PATH: event,
            GITHUB_REF: "refs/pull/17/merge",
            GITHUB_SHA: "0123",
            GITHUB_ACTOR: "octo",
            GITHUB_RUN_ID: "9",
            GITHUB_SERVER_URL: "https://github.example",
            GITHUB_REPOSITORY: "acme/lake",
        });
        assert.deepEqual(found, {
            service: "github",
            name: "GitHub Actions",
            commit: "0123",
            pullRequest: "17",
            base: "main",
            url: "https://github.example/acme/lake/actions/runs/9",
            actor: "octo",
        });
        assert.equal(changedSinceIn(found ?? assert.fail()), "origin/main");
    });

    it("is GitLab, or Jenkins", () => {
        const gitlab = ciSurroundings({
            CI: "true",
            GITLAB_CI: "true",
            CI_COMMIT_SHA: "0123",
            CI_COMMIT_REF_NAME: "main",
            CI_PROJECT_URL: "https://gitlab.example/acme/lake",
            CI_PIPELINE_ID: "5",
            CI_JOB_ID: "6",
            GITLAB_USER_LOGIN: "tanuki",
        });
        assert.deepEqual(
            [gitlab?.service, gitlab?.base, gitlab?.url, gitlab?.actor],
            ["gitlab", null, "https://gitlab.example/acme/lake/-/jobs/6", "tanuki"],
        );
        assert.equal(changedSinceIn(gitlab ?? assert.fail()), "HEAD~1");
        const jenkins = ciSurroundings({
            JENKINS_URL: "https://jenkins.example",
            BUILD_URL: "https://jenkins.example/job/3/",
            CHANGE_ID: "4",
            CHANGE_TARGET: "main",
            GIT_COMMIT: "0123",
        });
        assert.deepEqual(
            [jenkins?.service, jenkins?.url, jenkins?.pullRequest],
            ["jenkins", "https://jenkins.example/job/3/", "4"],
        );
    });

    it("is none in a shell, or where nothing but CI is known", () => {
        assert.equal(ciSurroundings({}), undefined);
        assert.equal(ciSurroundings({ CI: "1" }), undefined);
    });
});

describe("a place that a message names", () => {
    const root = repositoryRoot;
    for (const [message, place] of [
        ["stacks/dev.yaml:12:3: 'storag' is not known", { file: "stacks/dev.yaml", line: 12, column: 3 }],
        [`in '${root}/stacks/dev.yaml:4' there is`, { file: "stacks/dev.yaml", line: 4, column: undefined }],
        ["kafka.example.com:9092 did not answer", undefined],
        ["see http://127.0.0.1:8081 and 10:30", undefined],
        ["/elsewhere/dev.yaml:4:1 is not ours", undefined],
    ] as const)
        it(`is ${place === undefined ? "none" : `${place.file}, line ${place.line}`} in: ${message.replace(root, "")}`, () =>
            assert.deepEqual(placeIn(message, root), place));
});
