import assert from "node:assert/strict";
import { FlinkClient } from "../../automation/clients/flink";
import { javaCause, waitFor } from "../../automation/clients/flinkHttp";
import { TidegateError } from "../../automation/core/errors";
import { scriptedServer, type Answer, type ScriptedServer } from "../_helpers/httpServer";

const trace = [
    "org.apache.flink.runtime.JobException: Recovery is suppressed by NoRestartBackoffTimeStrategy",
    "\tat org.apache.flink.runtime.executiongraph.Foo.bar(Foo.java:176)",
    "Caused by: java.lang.RuntimeException: while reading",
    "\tat a.b.C.d(C.java:1)",
    "\t... 4 more",
    "Caused by: org.apache.kafka.common.errors.SaslAuthenticationException: Authentication failed: Invalid username or password",
    "\tat x.Y.z(Y.java:2)",
].join("\n");

describe("what a Java error boils down to", () => {
    it("is the innermost cause, without package and frames", () => {
        assert.equal(
            javaCause(trace),
            "SaslAuthenticationException: Authentication failed: Invalid username or password",
        );
    });

    it("is the same within the SQL gateway's envelope", () => {
        const body = JSON.stringify({
            errors: [
                "Internal server error.",
                `<Exception on server side:\n${trace}\n\nEnd of exception on server side>`,
            ],
        });
        assert.equal(
            javaCause(body),
            "SaslAuthenticationException: Authentication failed: Invalid username or password",
        );
    });

    it("keeps a message of several lines", () => {
        const text =
            "a.b.ValidationException: Unsupported options.\n\nUnsupported options:\n\nfoo\n\tat a.B.c(B.java:1)";
        assert.equal(javaCause(text), "ValidationException: Unsupported options. Unsupported options: foo");
    });

    it("is cut where it is long, and never empty", () => {
        assert.equal(javaCause(`a.B: ${"x".repeat(5000)}`).length, 600);
        assert.equal(javaCause(""), "no reason given");
        assert.equal(javaCause('{"errors":["Internal server error."]}'), "no reason given");
        assert.equal(javaCause("java.lang.NullPointerException\n\tat a.B.c(B.java:1)"), "NullPointerException");
    });
});

describe("the JobManager's client", () => {
    let server: ScriptedServer;
    let answers: Record<string, Answer | (() => Answer)>;
    let flink: FlinkClient;

    beforeEach(async () => {
        answers = {};
        server = await scriptedServer(({ method, path }) => {
            const answer = answers[`${method} ${path}`];
            return typeof answer === "function"
                ? answer()
                : (answer ?? { status: 404, body: { errors: [`no ${path}`] } });
        });
        flink = new FlinkClient(`${server.url}/`, { requestSeconds: 2 });
    });
    afterEach(() => server.close());

    const job = (jid: string, name: string, state: string, start: number) => ({
        jid,
        name,
        state,
        "start-time": start,
        "end-time": state === "RUNNING" ? -1 : start + 1,
    });

    it("finds the newest job of a name that has not ended", async () => {
        answers["GET /jobs/overview"] = {
            status: 200,
            body: {
                jobs: [
                    job("a", "bronze", "RUNNING", 1),
                    job("b", "bronze", "FAILED", 3),
                    job("c", "bronze", "RESTARTING", 2),
                    job("d", "other", "RUNNING", 4),
                ],
            },
        };
        assert.equal((await flink.findRunning("bronze"))?.id, "c");
        assert.equal(await flink.findRunning("silver"), undefined);
        assert.deepEqual(
            (await flink.jobs()).map(({ id }) => id),
            ["d", "b", "c", "a"],
        );
        assert.equal((await flink.jobs())[3]?.endTime, undefined);
    });

    it("tells a job that the cluster has forgotten from a server that does not work", async () => {
        assert.equal(await flink.job("gone"), undefined);
        answers["GET /jobs/broken"] = { status: 500, body: { errors: [trace] } };
        await assert.rejects(flink.job("broken"), (error) => {
            assert.ok(TidegateError.is(error));
            assert.equal(error.code, "flink-refused");
            assert.match(error.message, /\(500\): SaslAuthenticationException/);
            return true;
        });
    });

    it("takes restarts from the metric, as the job does not tell them", async () => {
        answers["GET /jobs/a/metrics?get=numRestarts"] = { status: 200, body: [{ id: "numRestarts", value: "3" }] };
        answers["GET /jobs/b/metrics?get=numRestarts"] = { status: 200, body: [] };
        assert.equal(await flink.restarts("a"), 3);
        assert.equal(await flink.restarts("b"), undefined);
    });

    it("tells the newest of checkpoint and savepoint, and what the job was restored from", async () => {
        const one = (id: number, savepoint: boolean, path: string) => ({
            id,
            is_savepoint: savepoint,
            trigger_timestamp: id * 10,
            latest_ack_timestamp: id * 10 + 5,
            external_path: path,
        });
        answers["GET /jobs/a/checkpoints"] = {
            status: 200,
            body: {
                counts: { restored: 1, total: 9, in_progress: 1, completed: 7, failed: 1 },
                latest: {
                    completed: one(7, false, "file:/chk-7"),
                    savepoint: one(6, true, "file:/savepoint"),
                    failed: { id: 5, failure_message: trace },
                    restored: { id: 1, is_savepoint: true, external_path: "file:/old" },
                },
            },
        };
        const checkpoints = await flink.checkpoints("a");
        assert.deepEqual(checkpoints.latestCompleted, {
            id: 7,
            savepoint: false,
            completedAt: 75,
            path: "file:/chk-7",
        });
        assert.deepEqual(checkpoints.latestRestored, { savepoint: true, path: "file:/old" });
        assert.match(checkpoints.latestFailure ?? "", /^SaslAuthenticationException/);
        assert.equal(checkpoints.failed, 1);
    });

    it("understands a job without any checkpoint", async () => {
        answers["GET /jobs/a/checkpoints"] = {
            status: 200,
            body: {
                counts: { restored: 0, total: 0, in_progress: 0, completed: 0, failed: 0 },
                latest: { completed: null, savepoint: null, failed: null, restored: null },
            },
        };
        assert.equal((await flink.checkpoints("a")).latestCompleted, undefined);
    });

    it("waits for a savepoint, and says why one failed", async () => {
        answers["POST /jobs/a/stop"] = { status: 202, body: { "request-id": "r" } };
        let looks = 0;
        answers["GET /jobs/a/savepoints/r"] = () =>
            ++looks < 2
                ? { status: 200, body: { status: { id: "IN_PROGRESS" }, operation: null } }
                : { status: 200, body: { status: { id: "COMPLETED" }, operation: { location: "file:/s/1" } } };
        assert.equal(await flink.stopWithSavepoint("a", { directory: "file:///s" }), "file:/s/1");
        assert.deepEqual(JSON.parse(server.asked[0]?.body ?? ""), { drain: false, targetDirectory: "file:///s" });
        answers["GET /jobs/a/savepoints/r"] = {
            status: 200,
            body: {
                status: { id: "COMPLETED" },
                operation: { "failure-cause": { class: "x.Y", "stack-trace": trace } },
            },
        };
        await assert.rejects(flink.stopWithSavepoint("a"), { code: "savepoint-failed", message: /Invalid username/ });
    });

    it("takes a job that has ended, or is not known, as cancelled", async () => {
        answers["PATCH /jobs/ended?mode=cancel"] = { status: 409, body: { errors: ["it is in a terminal state"] } };
        await flink.cancel("ended");
        await flink.cancel("unknown");
        answers["PATCH /jobs/a?mode=cancel"] = { status: 500, body: { errors: ["no"] } };
        await assert.rejects(flink.cancel("a"), { code: "flink-refused" });
    });

    it("says who does not answer, and for how long it was asked", async () => {
        const silentFlink = new FlinkClient(server.url, { requestSeconds: 0.05 });
        answers["GET /overview"] = () => undefined;
        const unanswered = await silentFlink.overview().catch((error: unknown) => error);
        assert.ok(TidegateError.is(unanswered));
        assert.equal(unanswered.code, "flink-unreachable");
        assert.match(unanswered.message, /^the JobManager at http:.* does not answer: no answer within 0\.05 s$/);
        await server.close();
        await assert.rejects(flink.overview(), { code: "flink-unreachable", retryable: true, message: /ECONNREFUSED/ });
    });

    it("does not accept an answer that it does not understand", async () => {
        answers["GET /overview"] = { status: 200, body: { slots: "many" } };
        await assert.rejects(flink.overview(), { code: "flink-answer-unknown", message: /slots-total/ });
        answers["GET /overview"] = { status: 200, body: "<html>a proxy</html>" };
        await assert.rejects(flink.overview(), { code: "flink-answer-unknown" });
    });

    it("stops waiting when it is told to, with the reason", async () => {
        const controller = new AbortController();
        answers["GET /overview"] = () => {
            controller.abort(new Error("interrupted"));
            return undefined;
        };
        const interrupted = new FlinkClient(server.url, { signal: controller.signal });
        await assert.rejects(interrupted.overview(), /^Error: interrupted$/);
    });

    it("names its time limit when it has waited in vain", async () => {
        await assert.rejects(
            waitFor({ what: "the end", timeoutSeconds: 0.02, everyMilliseconds: 5 }, () => Promise.resolve(undefined)),
            { code: "timed-out", message: "waited 0.02 s for the end, in vain" },
        );
    });
});
