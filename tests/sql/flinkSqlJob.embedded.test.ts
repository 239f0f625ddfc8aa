/** Streaming bronze as a resource, on the platform that TIDEGATE_TEST_PLATFORM names. */
import assert from "node:assert/strict";
import { waitFor } from "../../automation/clients/flinkHttp";
import { TidegateError } from "../../automation/core/errors";
import { silent } from "../../automation/core/progress";
import { runBatch } from "../../automation/exercises/flink";
import type { Context, Known } from "../../components/provider/handler";
import {
    flinkSqlJobHandler as handler,
    type FlinkSqlJobInputs,
    type FlinkSqlJobState,
} from "../../components/provider/resources/flinkSqlJob";
import { jobName, renderPipeline } from "../../sql/pipeline";
import { testPlatform, unavailable } from "./platform";

describe("a streaming job as a resource", function () {
    this.timeout(600_000);
    if (unavailable !== undefined) {
        it(`is skipped: ${unavailable}`, function () {
            this.skip();
        });
        return;
    }

    const own = testPlatform();
    const { dataset, platform, flink, produce, rows } = own;
    const context: Context = {
        signal: new AbortController().signal,
        log: () => {},
        tools: () => Promise.reject(new Error("not needed")),
    };
    const job = (checkpointInterval: string): FlinkSqlJobInputs => {
        const scripts = renderPipeline({ dataset, platform, mode: "streaming_bronze", checkpointInterval });
        const bronze = scripts.find((script) => script.name === "bronze");
        assert.ok(bronze);
        return handler.inputs.parse({
            flinkRest: platform.runtime.flinkRest,
            sqlGateway: platform.runtime.sqlGateway,
            name: bronze.jobName,
            statements: bronze.statements,
            savepoints: platform.runtime.savepoints,
            checkpoints: platform.storage.checkpoints,
        });
    };
    let produced = 0;
    const event = (): string =>
        JSON.stringify({
            id: ++produced,
            at: "2024-05-01 00:00:00",
            amount: 1,
            note: "x",
            paid: null,
            day: null,
            small: null,
        });
    const bronzeHas = (count: number): Promise<true> =>
        waitFor({ what: `${count} rows in bronze`, timeoutSeconds: 90 }, async () =>
            (await rows("bronze")) >= count ? true : undefined,
        );

    let inputs: FlinkSqlJobInputs;
    let state: FlinkSqlJobState;
    const known = (): Known<FlinkSqlJobInputs, FlinkSqlJobState> => ({ id: inputs.name, inputs, state });

    before(() => own.setUp());
    after(() => own.tearDown());

    it("is created and runs", async () => {
        await produce([event(), event(), event(), "broken"]);
        inputs = job("1 s");
        ({ state } = await handler.create(inputs, context));
        assert.equal(state.state, "RUNNING");
        assert.equal(state.restoredFrom, "");
        await bronzeHas(3);
        assert.deepEqual(handler.diff?.(known(), inputs), []);
    });

    it("is adopted by a second create, and leaves bronze alone to the batch run", async () => {
        const again = await handler.create(inputs, context);
        assert.equal(again.state.jobId, state.jobId);
        const { jobs } = await runBatch({ dataset, platform, progress: silent, signal: context.signal });
        assert.equal(jobs[0]?.state, "SKIPPED");
        assert.equal(jobs[1]?.state, "FINISHED");
        assert.equal(jobs[1]?.rowsWritten, 3);
    });

    it("goes on from a savepoint when its script changes", async () => {
        const changed = job("2 s");
        assert.ok((handler.diff?.(known(), changed) ?? []).some((change) => change.path.startsWith("statements")));
        const before = state.jobId;
        state = await handler.update(known(), changed, context);
        inputs = changed;
        assert.notEqual(state.jobId, before);
        assert.equal((await flink.job(before))?.state, "FINISHED");
        assert.ok(state.savepoint !== "");
        assert.equal(state.restoredFrom, state.savepoint);
        await produce([event(), event(), event()]);
        await bronzeHas(6);
        assert.equal(await rows("bronze"), 6);
    });

    it("is drift when it is lost, and comes back from its newest checkpoint", async () => {
        await waitFor(
            { what: "a completed checkpoint", timeoutSeconds: 60 },
            async () => (await flink.checkpoints(state.jobId)).latestCompleted,
        );
        await flink.cancel(state.jobId);
        await flink.waitUntilEnded(state.jobId, { timeoutSeconds: 60 });
        const seen = await handler.read(known(), context);
        assert.equal(seen?.running, false);
        state = { ...state, ...seen };
        assert.deepEqual(handler.diff?.(known(), inputs), [{ path: "running", of: "state" }]);
        await produce([event(), event(), event()]);
        const lostJob = state.jobId;
        state = await handler.update(known(), inputs, context);
        assert.match(state.restoredFrom, new RegExp(`${lostJob}/chk-\\d+$`));
        await bronzeHas(9);
        assert.equal(await rows("bronze"), 9);
    });

    it("keeps the savepoint, and says so, when a changed script can't use it", async () => {
        const other = { ...inputs, statements: [...inputs.statements] };
        const insert = other.statements.pop() ?? "";
        const bronzeOnly = insert.replace(/INSERT INTO dead_letters[\s\S]*?;\s*END$/, "END");
        assert.notEqual(bronzeOnly, insert);
        other.statements.push(bronzeOnly);
        let kept: unknown;
        await assert.rejects(handler.update(known(), other, context), (error) => {
            assert.ok(TidegateError.is(error));
            assert.equal(error.code, "savepoint-incompatible");
            kept = "state" in error ? error.state : undefined;
            return true;
        });
        state = handler.state.parse(kept) as FlinkSqlJobState;
        assert.equal(state.running, false);
        state = await handler.update(known(), inputs, context);
        assert.equal(state.state, "RUNNING");
        assert.ok(state.restoredFrom.includes("savepoint"));
    });

    it("is stopped with a savepoint when it is deleted, and batch bronze goes on after it", async () => {
        await handler.delete(known(), context);
        assert.equal(await flink.findRunning(jobName(dataset, "bronze")), undefined);
        await handler.delete(known(), context);
        const before = await rows("bronze");
        await produce([event(), event(), event()]);
        const { jobs } = await runBatch({ dataset, platform, progress: silent, signal: context.signal });
        assert.equal(jobs[0]?.rowsWritten, 3);
        assert.equal(await rows("bronze"), before + 3);
    });
});
