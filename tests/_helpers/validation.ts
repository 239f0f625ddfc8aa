/** One check of the validation on a fake platform, and what it has to say. */
import assert from "node:assert/strict";
import { runChecks, validationFor, type CheckResult } from "../../automation/gates";
import { fakePlatform, type FakePlatform } from "./fakePlatform";

export type Changes = Parameters<FakePlatform["context"]>[0];

/** The result of one check alone, so that a red one before it cannot hide it. */
export async function resultOf(platform: FakePlatform, id: string, changes: Changes = {}): Promise<CheckResult> {
    const check = validationFor("all", platform.context(changes)).find((candidate) => candidate.id === id);
    assert.ok(check, `there is no check ${id}`);
    const [result] = await runChecks([check], { clock: platform.clock });
    assert.ok(result);
    return result;
}

export async function assertGreen(platform: FakePlatform, id: string, changes: Changes = {}): Promise<CheckResult> {
    const result = await resultOf(platform, id, changes);
    assert.equal(result.status, "pass", result.message);
    assert.ok(Object.keys(result.evidence).length > 0);
    return result;
}

export async function assertRed(
    platform: FakePlatform,
    id: string,
    message: RegExp,
    changes: Changes = {},
): Promise<CheckResult> {
    const result = await resultOf(platform, id, changes);
    assert.equal(result.status, "fail", `${id} is ${result.status}: ${result.summary}`);
    assert.match(result.message ?? "", message);
    assert.ok(result.look && result.hint, "a failure says where to look and what to do");
    return result;
}

export const streaming = {
    run: { mode: "streaming_bronze" as const, batchJobs: [{ name: "silver" }], streamingJobs: ["bronze"] },
};

/** The platform with the streaming job `bronze` RUNNING since the rollout began. */
export function streamingPlatform(): FakePlatform {
    const platform = fakePlatform();
    const startMs = platform.clock.now() - 50_000;
    platform.flink.jobList = [
        { id: "job-stream", name: "bronze", state: "RUNNING", startMs },
        { id: "job-silver", name: "silver", state: "FINISHED", startMs: startMs + 1000 },
    ];
    platform.flink.restarts.set("job-stream", 0);
    platform.flink.checkpoints.set("job-stream", startMs + 20_000);
    return platform;
}
