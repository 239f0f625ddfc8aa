/**
 * Flink's SQL gateway over its REST API:
 * https://nightlies.apache.org/flink/flink-docs-release-2.0/docs/dev/table/sql-gateway/rest/
 * A session holds temporary tables and SET values; statements of one session run one after the other.
 */
import { z } from "zod";
import { TidegateError } from "../core/errors";
import { type HttpOptions, pause, requestJson } from "./flinkHttp";

const server = "the SQL gateway";

const fetchedResults = z.object({
    resultType: z.enum(["NOT_READY", "PAYLOAD", "EOS"]),
    resultKind: z.string().nullish(),
    jobID: z.string().nullish(),
    nextResultUri: z.string().nullish(),
    results: z
        .object({
            columns: z.array(z.object({ name: z.string() })).nullish(),
            data: z.array(z.object({ kind: z.string(), fields: z.array(z.unknown()) })),
        })
        .nullish(),
});

export interface StatementResult {
    readonly columns: string[];
    readonly rows: unknown[][];
    /** The job that the statement submitted, 32 hexadecimal digits. */
    readonly jobId: string | undefined;
}

export interface ExecuteOptions {
    /** Until the last page of the result, in seconds; an INSERT ends when its job is submitted. @default 120 */
    readonly timeoutSeconds?: number;
    readonly signal?: AbortSignal;
}

export class SqlGateway {
    readonly #base: string;
    readonly #http: HttpOptions;

    /** @param url of the contract's `sqlGateway`, without the version path. */
    constructor(url: string, http: HttpOptions = {}) {
        this.#base = `${url.replace(/\/+$/, "")}/v2`;
        this.#http = http;
    }

    info(): Promise<{ productName: string; version: string }> {
        return this.#request("GET", "/info", z.object({ productName: z.string(), version: z.string() }));
    }

    /** @param properties Flink configuration of the session, as SET would give it. */
    async openSession(name: string, properties: Readonly<Record<string, string>> = {}): Promise<SqlSession> {
        const { sessionHandle } = await this.#request("POST", "/sessions", z.object({ sessionHandle: z.string() }), {
            sessionName: name,
            properties,
        });
        return new SqlSession(`${this.#base}/sessions/${sessionHandle}`, this.#http);
    }

    /** Opens a session for `work` and closes it afterwards, whatever happens. */
    async withSession<T>(name: string, work: (session: SqlSession) => Promise<T>): Promise<T> {
        const session = await this.openSession(name);
        try {
            return await work(session);
        } finally {
            await session.close();
        }
    }

    #request<T>(method: "GET" | "POST", path: string, answer: z.ZodType<T>, body?: unknown): Promise<T> {
        return requestJson({ ...this.#http, server, method, url: this.#base + path, answer, body });
    }
}

export class SqlSession {
    readonly #url: string;
    readonly #http: HttpOptions;

    constructor(url: string, http: HttpOptions) {
        this.#url = url;
        this.#http = http;
    }

    /**
     * Runs one statement (without its `;`) and reads its whole result. An operation that fails is `sql-failed` with the
     * root cause and the statement's first line; one that takes too long is cancelled.
     */
    async execute(statement: string, options: ExecuteOptions = {}): Promise<StatementResult> {
        const limit = options.timeoutSeconds ?? 120;
        const deadline = Date.now() + limit * 1000;
        const http = options.signal === undefined ? this.#http : { ...this.#http, signal: options.signal };
        const { operationHandle } = await requestJson({
            ...http,
            server,
            method: "POST",
            url: `${this.#url}/statements`,
            body: { statement },
            answer: z.object({ operationHandle: z.string() }),
        });
        const operation = `${this.#url}/operations/${operationHandle}`;
        const columns: string[] = [];
        const rows: unknown[][] = [];
        let jobId: string | undefined;
        let ended = false;
        try {
            let next: string | undefined = `${operation}/result/0?rowFormat=JSON`;
            for (let wait = 10; next !== undefined; wait = Math.min(wait * 2, 200)) {
                const page: z.infer<typeof fetchedResults> = await requestJson({
                    ...http,
                    server,
                    method: "GET",
                    url: next,
                    answer: fetchedResults,
                });
                if (columns.length === 0) columns.push(...(page.results?.columns ?? []).map((column) => column.name));
                jobId ??= page.jobID ?? undefined;
                for (const row of page.results?.data ?? []) rows.push(row.fields);
                if (page.resultType === "EOS") break;
                if (page.resultType === "PAYLOAD")
                    next = page.nextResultUri ? new URL(page.nextResultUri, this.#url).href : undefined;
                if (Date.now() > deadline)
                    throw new TidegateError(`${firstLine(statement)} did not end within ${limit} s`, {
                        code: "timed-out",
                        retryable: true,
                    });
                if (page.resultType === "NOT_READY" || page.results?.data.length === 0)
                    await pause(wait, options.signal);
                else wait = 10;
            }
            ended = true;
            return { columns, rows, jobId };
        } catch (error) {
            if (!TidegateError.is(error) || error.code !== "flink-refused") throw error;
            ended = true;
            const reason = error.message.replace(/^.*? \(\d+\): /, "");
            throw new TidegateError(`Flink SQL failed: ${reason}\n  in: ${firstLine(statement)}`, {
                code: "sql-failed",
                cause: error.cause,
            });
        } finally {
            const leave = ended ? "close" : "cancel";
            await requestJson({
                ...this.#http,
                server,
                method: ended ? "DELETE" : "POST",
                url: `${operation}/${leave}`,
                answer: z.unknown(),
            }).catch(() => undefined);
        }
    }

    /** Runs the statements in their order; the result of the last one. */
    async executeAll(statements: readonly string[], options: ExecuteOptions = {}): Promise<StatementResult> {
        let last: StatementResult = { columns: [], rows: [], jobId: undefined };
        for (const statement of statements) last = await this.execute(statement, options);
        return last;
    }

    /** Never throws: a session that could not be closed ends by the gateway's idle timeout. */
    async close(): Promise<void> {
        await requestJson({ ...this.#http, server, method: "DELETE", url: this.#url, answer: z.unknown() }).catch(
            () => undefined,
        );
    }
}

function firstLine(statement: string): string {
    const line = statement.split("\n").find((text) => text.trim() !== "" && !text.trim().startsWith("--")) ?? "";
    return line.trim().length > 100 ? `${line.trim().slice(0, 97)}...` : line.trim();
}
