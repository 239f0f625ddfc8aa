import assert from "node:assert/strict";
import { classify } from "../../automation/engine/failure";
import { factOf, plainText, type EngineFact } from "../../automation/engine/facts";

const urn = "urn:pulumi:local-broker::tidegate::tidegate:broker:Embedded$tidegate:embedded:Process::kafka";
const failed: EngineFact = {
    kind: "resource",
    phase: "failed",
    op: "create",
    type: "tidegate:embedded:Process",
    name: "kafka",
    urn,
    diffs: [],
};
const error = (message: string, at?: string): EngineFact => ({
    kind: "diagnostic",
    severity: "error",
    message,
    urn: at,
});

describe("classify", () => {
    it("names the resource and the provider's reason, not what the program printed", () => {
        const failure = classify(
            "local-broker",
            "up",
            [failed, error("port 9092 is taken", urn), error("update failed")],
            "no stack named x found",
            false,
        );
        assert.equal(failure.code, "resource-failed");
        assert.equal(failure.message, "local-broker: up failed at create of Process 'kafka': port 9092 is taken");
    });

    it("tells the program's own error where no resource failed", () => {
        const failure = classify(
            "local-broker",
            "up",
            [error("The environment file is not valid", "urn:pulumi:s::p::pulumi:pulumi:Stack::p-local-broker")],
            "",
            false,
        );
        assert.equal(failure.code, "program-failed");
        assert.match(failure.message, /The environment file is not valid/);
    });

    it("puts mandatory policies first", () => {
        const policy: EngineFact = { kind: "policy", policy: "no-secrets", message: "a secret", mandatory: true, urn };
        assert.equal(classify("s", "up", [failed, policy], "", false).code, "policy");
    });

    it("knows a lock and a wrong passphrase by the CLI's text", () => {
        assert.equal(
            classify("s", "up", [], "error: the stack is currently locked by 1 lock(s)", false).code,
            "stack-locked",
        );
        assert.equal(classify("s", "up", [], "error: incorrect passphrase", false).code, "passphrase");
    });

    it("calls an interrupted operation interrupted whatever failed meanwhile", () => {
        assert.equal(classify("s", "up", [failed], "", true).code, "interrupted");
    });

    it("keeps the last lines where nothing else is known", () => {
        assert.match(classify("s", "up", [], "warning: x\nerror: boom\n", false).message, /failed:\nboom$/);
    });
});

describe("factOf", () => {
    it("keeps no property value of a resource", () => {
        const fact = factOf({
            sequence: 1,
            timestamp: 1,
            resourcePreEvent: {
                metadata: {
                    op: "update",
                    urn,
                    type: "tidegate:embedded:Process",
                    provider: "",
                    diffs: ["environment"],
                    old: {
                        type: "t",
                        urn,
                        id: "1",
                        parent: "",
                        inputs: { password: "canary" },
                        outputs: { password: "canary" },
                        provider: "",
                    },
                },
            },
        } as never);
        assert.ok(fact);
        assert.ok(!JSON.stringify(fact).includes("canary"));
        assert.deepEqual(fact, { ...failed, phase: "started", op: "update", diffs: ["environment"] });
    });

    it("drops the engine's colours and the wrapping of gRPC", () => {
        assert.equal(
            plainText("<{%reset%}>error: rpc error: code = Unknown desc = no room<{%reset%}>"),
            "error: rpc error: code = Unknown desc = no room".replace("error: rpc error: code = Unknown desc = ", ""),
        );
        assert.equal(
            factOf({
                sequence: 1,
                timestamp: 1,
                diagnosticEvent: { message: "x", color: "", severity: "info", ephemeral: true } as never,
            }),
            undefined,
        );
    });

    const told: readonly (readonly [string, string])[] = [
        ["error: no stack named 'dev' found", "stack-missing"],
        [
            "error: the stack 'dev' is newer than what this version of the Pulumi CLI understands. Please update",
            "pulumi-too-old",
        ],
        ["error: no resource plugin 'pulumi-resource-aws' found in the workspace", "plugin-missing"],
        ["error: resource urn:x violates plan: properties changed", "plan-violated"],
        ["error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions", "backend-denied"],
        [
            'error: failed to load checkpoint: blob (key ".pulumi/x") (code=PermissionDenied): AccessDenied',
            "backend-denied",
        ],
        ["error: could not query backend: [401] Unauthorized", "backend-denied"],
        ['error: read ".pulumi/meta.yaml": dial tcp 127.0.0.1:1: connect: connection refused', "backend-unreachable"],
        ["error: could not query backend: [503] Service Unavailable", "backend-unreachable"],
    ];
    for (const [text, code] of told)
        it(`calls "${text}" ${code}, and what a program prints of it not`, () => {
            const failure = classify("dev", "up", [], text, false);
            assert.equal(failure.code, code);
            assert.equal(failure.retryable ?? false, code === "backend-unreachable");
            assert.equal(classify("dev", "up", [error(text, urn)], text, false).code, "program-failed");
        });
});
