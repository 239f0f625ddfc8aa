import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as wait } from "node:timers/promises";
import { exitCodes, messageOf, TidegateError } from "../core/errors";
import { diskFull } from "./bootstrap.mjs";

export interface Download {
    readonly url: string;
    /** Where the whole, verified file goes; `${file}.part` holds what has come so far, also after a failure. */
    readonly file: string;
    /** Hexadecimal. */
    readonly sha256: string;
    /** Where it is known; a longer answer is an error before it fills the disk. */
    readonly bytes?: number;
    /** What a person knows the server as: "Maven Central". */
    readonly registry: string;
    /** Called with the difference, negative where a part was thrown away. */
    readonly onBytes?: (difference: number) => void;
    readonly signal?: AbortSignal | undefined;
    /** How long the server may take to answer, and between two pieces of the answer, in milliseconds. @default 60000 */
    readonly stallTimeout?: number;
    /** Longest wait before the first retry in milliseconds, doubled for each further one. @default 500 */
    readonly retryDelay?: number;
}

/** So many times a broken connection is taken up again where it broke. */
const retries = 4;

class Broken extends Error {}

class Refused extends Error {
    constructor(readonly status: number) {
        super(`HTTP status ${status}`);
    }
}

async function sizeOf(file: string): Promise<number> {
    return (await stat(file).catch(() => undefined))?.size ?? 0;
}

export async function sha256Of(file: string): Promise<string> {
    const hash = createHash("sha256");
    await pipeline(createReadStream(file), hash);
    return hash.digest("hex");
}

/** A system error's code, from whatever depth fetch wraps it in: `ECONNREFUSED`, `UND_ERR_SOCKET`. */
function systemCode(error: unknown): string | undefined {
    for (let at = error; at instanceof Error; at = at.cause) {
        if (at instanceof AggregateError && at.errors.length > 0) return systemCode(at.errors[0]);
        if ("code" in at && typeof at.code === "string") return at.code;
    }
    return undefined;
}

function isDiskFull(error: unknown): boolean {
    return ["ENOSPC", "EDQUOT"].includes(systemCode(error) ?? "");
}

/** Aborts when nothing has come for `ms`: a dead connection gives no error of its own. */
function stallGuard(ms: number) {
    const controller = new AbortController();
    const expire = () => controller.abort(new Broken(`nothing came for ${ms / 1000} s`));
    let timer = setTimeout(expire, ms);
    return {
        signal: controller.signal,
        touch: () => {
            clearTimeout(timer);
            timer = setTimeout(expire, ms);
        },
        end: () => clearTimeout(timer),
    };
}

async function attempt(download: Download, part: string): Promise<void> {
    const { url, bytes, onBytes, signal, stallTimeout = 60_000 } = download;
    let have = await sizeOf(part);
    if (bytes !== undefined && have === bytes) return;
    const guard = stallGuard(stallTimeout);
    // What `onBytes` was told of this file.
    let told = have;
    try {
        const response = await fetch(url, {
            // Without this a server may compress the body, and Content-Length and Range would count other bytes.
            headers: { "accept-encoding": "identity", ...(have > 0 ? { range: `bytes=${have}-` } : {}) },
            signal: signal === undefined ? guard.signal : AbortSignal.any([guard.signal, signal]),
        });
        if (response.status === 416) {
            await rm(part, { force: true });
            throw new Broken("the partial file does not fit the server's");
        }
        if (!response.ok) throw new Refused(response.status);
        const start = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1];
        if (have > 0 && (response.status !== 206 || Number(start) !== have)) {
            onBytes?.(-have);
            told = have = 0;
        }
        const length = Number(response.headers.get("content-length") ?? Number.NaN);
        const whole = bytes ?? have + length;
        if (response.body === null) throw new Broken("the answer was empty");
        const counted = async function* (body: AsyncIterable<Uint8Array>) {
            let come = have;
            for await (const chunk of body) {
                guard.touch();
                come += chunk.length;
                if (come > whole) throw new Broken(`more than the expected ${whole} bytes came`);
                told += chunk.length;
                onBytes?.(chunk.length);
                yield chunk;
            }
            if (come < whole) throw new Broken(`the connection ended after ${come} of ${whole} bytes`);
        };
        await pipeline(
            Readable.fromWeb(response.body),
            counted,
            createWriteStream(part, { flags: have > 0 ? "a" : "w" }),
        );
    } catch (error) {
        // What came and was not written yet when the connection broke has to come again.
        onBytes?.((await sizeOf(part)) - told);
        // The guard's reason says more than the AbortError that fetch makes of it.
        throw guard.signal.aborted ? guard.signal.reason : error;
    } finally {
        guard.end();
    }
}

async function attempts(download: Download, part: string): Promise<void> {
    const name = basename(download.file);
    for (let failed = 0; ;) {
        const before = await sizeOf(part);
        try {
            return await attempt(download, part);
        } catch (error) {
            if (download.signal?.aborted) throw error;
            if (isDiskFull(error)) throw diskFull(`Downloading ${name}`, error);
            const final =
                error instanceof Refused && error.status < 500 && error.status !== 429 && error.status !== 408;
            // A connection that breaks now and again, but brings something each time, gets there.
            if ((await sizeOf(part)) <= before) failed++;
            if (final || failed > retries) throw describe(download, error);
            await wait((download.retryDelay ?? 500) * 2 ** Math.max(0, failed - 1), undefined, {
                signal: download.signal,
            });
        }
    }
}

function describe({ file, registry, url }: Download, error: unknown): TidegateError {
    const name = basename(file);
    if (error instanceof Refused)
        return new TidegateError(`${registry} refused ${name}: ${error.message} for ${new URL(url).pathname}.`, {
            code: "download-refused",
            hint: `If this machine uses a mirror of ${registry}, see to it that it serves this file.`,
            cause: error,
            retryable: error.status >= 500,
            exitCode: exitCodes.toolchain,
        });
    const reason = systemCode(error) ?? messageOf(error);
    return new TidegateError(`${registry} could not be reached for ${name}: ${reason}.`, {
        code: "registry-unreachable",
        hint: `Check the network and the proxy settings of this machine for ${registry}, then start again: it goes on where this start stopped.`,
        cause: error,
        retryable: true,
        exitCode: exitCodes.toolchain,
    });
}

/**
 * Downloads a file and checks its SHA-256. A partial file, of this start or an earlier one, is continued where the server allows it
 * (HTTP Range) and begun again where not. A wrong checksum deletes the file and tries once more.
 * @throws TidegateError `registry-unreachable`, `download-refused`, `checksum-mismatch`, `disk-full`
 */
export async function fetchFile(download: Download): Promise<void> {
    const { file, sha256, onBytes } = download;
    const part = `${file}.part`;
    await mkdir(dirname(file), { recursive: true });
    const already = await sizeOf(part);
    if (download.bytes !== undefined && already > download.bytes) await rm(part);
    else if (already > 0) onBytes?.(already);
    for (let mismatches = 0; ; mismatches++) {
        await attempts(download, part);
        const actual = await sha256Of(part);
        if (actual === sha256) break;
        onBytes?.(-(await sizeOf(part)));
        await rm(part, { force: true });
        if (mismatches === 1)
            throw new TidegateError(
                `${basename(file)} from ${download.registry} has the wrong checksum: SHA-256 ${sha256} expected, ${actual} received.`,
                {
                    code: "checksum-mismatch",
                    hint: "Something on the way changes the file, such as a proxy that answers in the server's place. Nothing of it was kept.",
                    exitCode: exitCodes.toolchain,
                },
            );
    }
    await rename(part, file);
}
