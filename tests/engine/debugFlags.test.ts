import assert from "node:assert/strict";
import { printsSecrets, refusePrintedSecrets } from "../../automation/engine/debugFlags";

describe("flags of Pulumi that print secrets", () => {
    const found: [string, Record<string, string>, string[], string[]][] = [
        ["a log of all calls", { PULUMI_DEBUG_GRPC: "/tmp/calls.json" }, [], ["PULUMI_DEBUG_GRPC"]],
        ["the log of bridged providers", { TF_LOG: "TRACE" }, [], ["TF_LOG"]],
        ["the log of one provider", { TF_LOG_PROVIDER: "debug" }, [], ["TF_LOG_PROVIDER"]],
        ["a log that is off", { TF_LOG: "off", PULUMI_DEBUG_COMMANDS: "false" }, [], []],
        ["what says nothing of them", { PULUMI_HOME: "/a", PULUMI_DEBUG_PROMISE_LEAKS: "1" }, [], []],
        ["secrets in clear", {}, ["pulumi", "stack", "output", "--show-secrets"], ["--show-secrets"]],
        ["a path to pulumi", {}, ["/opt/pulumi", "up", "--debug"], ["--debug"]],
        ["secrets that are not shown", {}, ["pulumi", "config", "--show-secrets=false"], []],
        ["a high level", {}, ["pulumi", "up", "-v=9", "--logtostderr"], ["-v=9", "--logtostderr"]],
        ["a high level of its own word", {}, ["pulumi", "up", "--verbose", "11"], ["--verbose"]],
        ["a low level", {}, ["pulumi", "up", "-v", "3"], []],
        ["a shell's script", {}, ["sh", "-c", "cd a&&pulumi preview -v9;true"], ["-v9"]],
        ["another program", {}, ["kubectl", "get", "pods", "-v=9", "--debug"], []],
    ];
    for (const [what, variables, words, expected] of found)
        it(`knows ${what}`, () => assert.deepEqual(printsSecrets(variables, words), expected));

    it("are refused in CI, by their names alone, and allowed elsewhere", () => {
        const variables = { TF_LOG: "canary-level" };
        assert.throws(
            () => refusePrintedSecrets({ ...variables, CI: "true" }),
            (error: Error & { code?: string; exitCode?: number }) => {
                assert.deepEqual([error.code, error.exitCode], ["debug-prints-secrets", 6]);
                assert.match(error.message, /In CI TF_LOG may not be set/);
                assert.ok(!error.message.includes("canary"));
                return true;
            },
        );
        for (const CI of [undefined, "", "false", "0"]) refusePrintedSecrets({ ...variables, CI });
        refusePrintedSecrets({ CI: "1" }, ["pulumi", "up"]);
    });
});
