/** Whether a daemon serves: conditions that are polled until all hold. */
import { open } from "node:fs/promises";
import { connect } from "node:net";
import { z } from "zod";
import { messageOf } from "../../../automation/core/errors";

const pattern = z.string().refine((text) => {
    try {
        new RegExp(text, "m");
        return true;
    } catch {
        return false;
    }
}, "is not a regular expression");

export const readySchema = z
    .strictObject({
        /** A GET of `url` answers 2xx, with a body that `matches`, where that is given. */
        http: z.strictObject({ url: z.string().min(1), matches: pattern.optional() }).optional(),
        /** The port of this name accepts connections. */
        tcp: z.string().optional(),
        /** The daemon's output since this start matches. */
        log: pattern.optional(),
        timeoutSeconds: z.number().positive().default(60),
    })
    .refine(({ http, tcp, log }) => (http ?? tcp ?? log) !== undefined, "one of http, tcp and log has to be given");
export type Ready = z.infer<typeof readySchema>;

const requestMilliseconds = 2_000;
/** A pattern is looked for in the end of the output; nothing that tells of a start is longer. */
const searchedBytes = 1_048_576;

export async function tail(file: string, bytes: number): Promise<string> {
    const handle = await open(file, "r").catch(() => undefined);
    if (handle === undefined) return "";
    try {
        const { size } = await handle.stat();
        const length = Math.min(size, bytes);
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length);
        return buffer.subarray(0, bytesRead).toString("utf8");
    } finally {
        await handle.close();
    }
}

/** The last lines of a log, without empty ones. */
export async function lastLines(file: string, count: number): Promise<string[]> {
    const lines = (await tail(file, 65_536)).split("\n").filter((line) => line.trim() !== "");
    return lines.slice(-count).map((line) => (line.length > 500 ? `${line.slice(0, 500)}…` : line));
}

async function connects(port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const socket = connect({ host: "127.0.0.1", port, timeout: requestMilliseconds });
        const end = (connected: boolean) => {
            socket.destroy();
            resolve(connected);
        };
        socket.once("connect", () => end(true));
        socket.once("error", () => end(false));
        socket.once("timeout", () => end(false));
    });
}

function reasonOf(error: unknown): string {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "";
    return code === "" ? messageOf(cause) : code;
}

/** Undefined when the daemon is ready, else what is still missing. */
export async function missing(
    ready: Ready,
    ports: Readonly<Record<string, number>>,
    logFile: string,
): Promise<string | undefined> {
    if (ready.tcp !== undefined && !(await connects(ports[ready.tcp] ?? 0)))
        return `port ${ports[ready.tcp]} does not accept connections`;
    if (ready.log !== undefined && !new RegExp(ready.log, "m").test(await tail(logFile, searchedBytes)))
        return `its output does not hold '${ready.log}'`;
    if (ready.http !== undefined) {
        const { url, matches } = ready.http;
        try {
            const response = await fetch(url, { signal: AbortSignal.timeout(requestMilliseconds) });
            const body = await response.text();
            if (!response.ok) return `${url} answers ${response.status}`;
            if (matches !== undefined && !new RegExp(matches, "m").test(body))
                return `${url} does not show '${matches}' yet`;
        } catch (error) {
            return `${url} does not answer (${reasonOf(error)})`;
        }
    }
    return undefined;
}
