import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Canaries } from "../../_helpers/canaries";
import { until } from "../../components/support";
import { other, secret, writers } from "./writers";

describe("canaries", () => {
    const canaries = new Canaries({ one: secret });
    let folder: string;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "tidegate-canaries-"));
    });
    afterEach(() => rmSync(folder, { recursive: true }));
    const write = (name: string, content: string | Buffer): void => writeFileSync(join(folder, name), content);
    const found = (): string[] =>
        canaries.inFiles(folder).map(({ file, what }) => `${file.slice(folder.length + 1)}: ${what}`);

    for (const [spelling, written] of Object.entries(writers))
        it(`are found in ${spelling}, in a text and in a file, and what is near to one is not`, () => {
            assert.deepEqual(canaries.in(written(secret)), [`one (${spelling})`]);
            assert.deepEqual(canaries.in(written(other)), []);
            write("with", written(secret));
            write("without", written(other));
            assert.deepEqual(found(), [`with: one (${spelling})`]);
        });

    it("are found in names of files, and not where nobody looks", () => {
        write(writers.hex(secret), "");
        assert.match(found().join("\n"), /^[0-9a-f]+: one \(hex\)$/);
        assert.deepEqual(
            canaries.inFiles(folder, () => true),
            [],
        );
    });

    it("are found in archives, in one that is cut off, in one in another, and in one in pieces of base64", () => {
        const text = `${"much before it ".repeat(500)}${writers.json(secret)}${"much after it ".repeat(500)}`;
        const pieces = gzipSync(text).toString("base64");
        write("whole.gz", gzipSync(text));
        write("cut.gz", gzipSync(text).subarray(0, -10));
        write("twice.gz", gzipSync(gzipSync(text)));
        write("clean.gz", gzipSync(writers.json(other)));
        const inPieces = (name: string, upTo: number): void => {
            mkdirSync(join(folder, name), { recursive: true });
            for (let piece = 0; piece * 80 < upTo; piece++)
                write(`${name}/${String(piece + 1).padStart(5, "0")}`, pieces.slice(piece * 80, (piece + 1) * 80));
        };
        inPieces("bundle", 1);
        const others = ["cut.gz: one (json)", "twice.gz: one (json)", "whole.gz: one (json)"];
        assert.deepEqual(found().sort(), others);
        inPieces("bundle", pieces.length);
        assert.deepEqual(found().sort(), ["bundle/00001: one (json)", ...others]);
    });

    it("are found in what only begins as an archive, which is told in any case", () => {
        write("no.gz", Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.from(`no archive: ${secret}`)]));
        write("with", secret);
        assert.match(
            found().sort().join("\n"),
            /^no\.gz: begins as an archive, and cannot be unpacked: .*\nno\.gz: one \(plain\)\nwith: one \(plain\)$/,
        );
    });

    it("are found in a file that was clean before, whatever its time says", () => {
        const time = new Date("2026-01-01");
        write("file", writers.plain(other));
        utimesSync(join(folder, "file"), time, time);
        assert.deepEqual(found(), []);
        write("file", writers.plain(secret));
        utimesSync(join(folder, "file"), time, time);
        assert.deepEqual(found(), ["file: one (plain)"]);
    });

    it("are seen in a command line while it runs, and what is near to one is not", async () => {
        const run = async (word: string, isSeen: () => boolean): Promise<void> => {
            const child = spawn("sh", ["-c", "read x", word]);
            await once(child, "spawn");
            await until(`${word} is seen`, isSeen, 60);
            child.stdin.end();
            await once(child, "exit");
        };
        const { withCanaries } = await canaries.watching(async (watched) => {
            await run(other, () => [...watched.all].some((command) => command.includes(other)));
            assert.equal(watched.withCanaries.size, 0);
            await run(secret, () => watched.withCanaries.size > 0);
        });
        assert.deepEqual([...withCanaries], [`sh -c read x ${secret}`]);
    });
});
