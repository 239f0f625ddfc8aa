import assert from "node:assert/strict";
import { TidegateError } from "../../automation/core/errors";
import type { RunOptions } from "../../automation/engine/engine";
import type { EngineFact } from "../../automation/engine/facts";
import { patiently } from "../../automation/engine/patience";
import type { OperationRequest, OperationResult } from "../../automation/engine/protocol";

const request = { stack: "dev-net", operation: "up" } as OperationRequest;
const done: OperationResult = { changes: { create: 1 } };
const unreachable = (): TidegateError =>
    new TidegateError("dev-net: up failed, for its backend does not answer:\ndial tcp", {
        code: "backend-unreachable",
        retryable: true,
    });
const resource: EngineFact = {
    kind: "resource",
    phase: "started",
    op: "create",
    type: "aws:ec2:Vpc",
    name: "v",
    urn: "urn",
    diffs: [],
};

describe("an operation", () => {
    /** Each attempt answers with the next of these. */
    function engine(...answers: ((options: RunOptions) => Promise<OperationResult>)[]) {
        let attempts = 0;
        return {
            attempts: () => attempts,
            run: (_request: OperationRequest, options: RunOptions = {}) => {
                attempts += 1;
                const answer = answers[attempts - 1];
                if (answer === undefined) throw new Error("one attempt too many");
                return answer(options);
            },
        };
    }
    const patience = (warned: string[] = [], more: object = {}) => ({
        timeoutSeconds: 60,
        backoffSeconds: 0.001,
        onFact: () => {},
        warn: (text: string) => warned.push(text),
        signal: new AbortController().signal,
        ...more,
    });
    const fails = (error: Error) => () => Promise.reject(error);

    it("is begun again where the backend did not answer, and says so", async () => {
        const warned: string[] = [];
        const pulumi = engine(fails(unreachable()), fails(unreachable()), () => Promise.resolve(done));
        assert.equal(await patiently(pulumi, request, patience(warned)), done);
        assert.deepEqual(warned, [
            "dev-net: up failed, for its backend does not answer: Trying again, 1 of 3.",
            "dev-net: up failed, for its backend does not answer: Trying again, 2 of 3.",
        ]);
    });

    it("is given up after four attempts", async () => {
        const pulumi = engine(...Array.from({ length: 4 }, () => fails(unreachable())));
        await assert.rejects(patiently(pulumi, request, patience()), { code: "backend-unreachable" });
        assert.equal(pulumi.attempts(), 4);
    });

    it("is not begun again after it has touched a resource, nor for a reason that stays", async () => {
        const touched = engine((options) => {
            options.onFact?.(resource);
            return Promise.reject(unreachable());
        });
        await assert.rejects(patiently(touched, request, patience()), { code: "backend-unreachable" });
        const refused = engine(fails(new TidegateError("no", { code: "resource-failed", retryable: true })));
        await assert.rejects(patiently(refused, request, patience()), { code: "resource-failed" });
    });

    const endless = (options: RunOptions): Promise<OperationResult> =>
        new Promise((_, reject) =>
            options.signal?.addEventListener("abort", () =>
                reject(new TidegateError("dev-net: up was interrupted.", { code: "interrupted" })),
            ),
        );

    it("is interrupted at its limit, which the message names", async () => {
        const late = patiently(engine(endless), request, patience([], { timeoutSeconds: 0.05 }));
        await assert.rejects(late, (error: TidegateError) => {
            assert.equal(error.code, "operation-timeout");
            assert.match(error.message, /dev-net: up did not end within its limit of 0.05 s/);
            return true;
        });
    });

    it("that a person interrupts is interrupted, whatever its limit", async () => {
        const person = new AbortController();
        const stopped = patiently(engine(endless), request, patience([], { signal: person.signal }));
        person.abort();
        await assert.rejects(stopped, { code: "interrupted" });
    });
});
