import assert from "node:assert/strict";
import { SqlGateway } from "../../automation/clients/sqlGateway";
import { TidegateError } from "../../automation/core/errors";
import { scriptedServer, type Asked, type ScriptedServer } from "../_helpers/httpServer";

interface Page {
    readonly status?: number;
    readonly body: unknown;
}

/** A SQL gateway that gives each statement the pages that were scripted for it. */
class FakeGateway {
    readonly pages = new Map<string, Page[]>();
    readonly open = new Set<string>();
    readonly operations = new Map<string, { statement: string; fate: "open" | "close" | "cancel" }>();
    #served = new Map<string, number>();

    answer = ({ method, path, body }: Asked) => {
        const [, , version, ...parts] = `/${path}`.split("/");
        assert.equal(version, "v2");
        const at = parts.join("/").replace(/\?.*$/, "");
        if (method === "POST" && at === "sessions") {
            this.open.add("s");
            return { status: 200, body: { sessionHandle: "s" } };
        }
        if (method === "DELETE" && at === "sessions/s") {
            this.open.delete("s");
            return { status: 200, body: { status: "CLOSED" } };
        }
        if (method === "POST" && at === "sessions/s/statements") {
            const { statement } = JSON.parse(body) as { statement: string };
            const handle = `o${this.operations.size}`;
            this.operations.set(handle, { statement, fate: "open" });
            return { status: 200, body: { operationHandle: handle } };
        }
        const result = /^sessions\/s\/operations\/(o\d+)\/(result\/\d+|close|cancel)$/.exec(at);
        const [, handle = "", action = ""] = result ?? [];
        const operation = this.operations.get(handle);
        if (operation === undefined) return { status: 404, body: { errors: ["unknown"] } };
        if (action === "close" || action === "cancel") {
            operation.fate = action;
            return { status: 200, body: { status: "CLOSED" } };
        }
        const pages = this.pages.get(operation.statement) ?? [];
        const served = this.#served.get(handle) ?? 0;
        this.#served.set(handle, served + 1);
        const page = pages[Math.min(served, pages.length - 1)];
        return page === undefined ? undefined : { status: page.status ?? 200, body: page.body };
    };
}

const notReady: Page = { body: { resultType: "NOT_READY", nextResultUri: "/v2/sessions/s/operations/o0/result/0" } };
const payload = (data: unknown[][], next: number, jobID?: string): Page => ({
    body: {
        resultType: "PAYLOAD",
        resultKind: "SUCCESS_WITH_CONTENT",
        jobID,
        nextResultUri: `/v2/sessions/s/operations/o0/result/${next}?rowFormat=JSON`,
        results: { columns: [{ name: "a" }, { name: "b" }], data: data.map((fields) => ({ kind: "INSERT", fields })) },
    },
});
const end: Page = { body: { resultType: "EOS", results: { columns: [], data: [] } } };
const failed: Page = {
    status: 500,
    body: {
        errors: [
            "Internal server error.",
            "<Exception on server side:\na.SqlGatewayException: Failed to fetchResults.\n\tat a.B.c(B.java:1)\nCaused by: a.b.ValidationException: Object 'x' not found\n\tat a.B.c(B.java:2)\n\nEnd of exception on server side>",
        ],
    },
};

describe("the SQL gateway's client", () => {
    let fake: FakeGateway;
    let server: ScriptedServer;
    let gateway: SqlGateway;

    beforeEach(async () => {
        fake = new FakeGateway();
        server = await scriptedServer(fake.answer);
        gateway = new SqlGateway(server.url, { requestSeconds: 2 });
    });
    afterEach(() => server.close());

    it("reads a result page by page", async () => {
        fake.pages.set("SELECT", [
            notReady,
            payload([[1, "x"]], 1, "job"),
            payload([], 2),
            payload([[2, null]], 3),
            end,
        ]);
        const result = await gateway.withSession("t", (session) => session.execute("SELECT"));
        assert.deepEqual(result, {
            columns: ["a", "b"],
            rows: [
                [1, "x"],
                [2, null],
            ],
            jobId: "job",
        });
        assert.equal(fake.operations.get("o0")?.fate, "close");
        assert.equal(fake.open.size, 0);
    });

    it("runs statements in their order, and stops at the first that fails", async () => {
        fake.pages.set("ONE", [end]);
        fake.pages.set("TWO", [failed]);
        await assert.rejects(
            gateway.withSession("t", (session) => session.executeAll(["ONE", "TWO", "THREE"])),
            { code: "sql-failed" },
        );
        assert.deepEqual(
            [...fake.operations.values()].map(({ statement }) => statement),
            ["ONE", "TWO"],
        );
        assert.equal(fake.open.size, 0);
    });

    it("tells the root cause and the statement, and no stack", async () => {
        const statement = "-- a comment\nSELECT *\nFROM x";
        fake.pages.set(statement, [notReady, failed]);
        const error = await gateway
            .withSession("t", (session) => session.execute(statement))
            .catch((thrown: unknown) => thrown);
        assert.ok(TidegateError.is(error));
        assert.equal(error.message, "Flink SQL failed: ValidationException: Object 'x' not found\n  in: SELECT *");
    });

    it("cancels an operation that takes too long", async () => {
        fake.pages.set("SLOW", [notReady]);
        await assert.rejects(
            gateway.withSession("t", (session) => session.execute("SLOW", { timeoutSeconds: 0.05 })),
            { code: "timed-out", message: "SLOW did not end within 0.05 s" },
        );
        assert.equal(fake.operations.get("o0")?.fate, "cancel");
        assert.equal(fake.open.size, 0);
    });

    it("cancels an operation, and closes the session, when it is interrupted", async () => {
        const controller = new AbortController();
        fake.pages.set("SLOW", [notReady]);
        const running = gateway.withSession("t", (session) => {
            const result = session.execute("SLOW", { signal: controller.signal });
            controller.abort(new Error("interrupted"));
            return result;
        });
        await assert.rejects(running, /interrupted/);
        assert.equal(fake.open.size, 0);
    });

    it("says when nobody is there", async () => {
        await server.close();
        await assert.rejects(gateway.info(), { code: "flink-unreachable", message: /^the SQL gateway at / });
    });
});
