import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { PulumiEngine } from "../../automation/engine/engine";
import type { OperationRequest } from "../../automation/engine/protocol";
import { until } from "../components/support";

/** Pids of the children of this process that are workers. */
const workers = (): number[] =>
    readdirSync("/proc")
        .filter((entry) => /^\d+$/.test(entry))
        .map(Number)
        .filter((pid) => {
            try {
                const parent = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[1];
                return (
                    Number(parent) === process.pid &&
                    readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("engine/worker.ts")
                );
            } catch {
                return false;
            }
        });

describe("the engine's workers", function () {
    this.timeout(60_000);
    const request: OperationRequest = {
        stack: "dev",
        fullName: "organization/nothing/dev",
        workDirectory: tmpdir(),
        variables: { PULUMI_BACKEND_URL: "file:///nowhere-to-be-found" },
        policyPacks: [],
        secretsProvider: undefined,
        checkpoint: undefined,
        exists: true,
        pulumiVersion: "3.250.0",
        operation: "drift",
    };

    it("are forked ahead, and one that was killed before it was needed is not waited for", async () => {
        const engine = new PulumiEngine({});
        try {
            engine.expect(1);
            const [spare] = workers();
            assert.ok(spare !== undefined);
            process.kill(spare, "SIGKILL");
            await until("the worker is gone", () => Promise.resolve(!workers().includes(spare)), 10);
            // It fails, for there is no such project; what counts is that it answers.
            await assert.rejects(engine.run(request), (error: unknown) => error instanceof Error);
        } finally {
            engine.close();
        }
    });
});
