import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { Canaries } from "../../_helpers/canaries";

describe("canaries", () => {
    const canaries = new Canaries({ one: 'cnry-unit"/+5a' });

    it("are found in every spelling, in files, their names and archives", () => {
        const folder = mkdtempSync(join(tmpdir(), "tidegate-canaries-"));
        try {
            const secret = canaries.secrets.one;
            const write = (name: string, content: string | Buffer): void => writeFileSync(join(folder, name), content);
            write("plain", `a ${secret} b`);
            write("header", Buffer.from(`someone:${secret}`).toString("base64"));
            write("archive.gz", gzipSync(secret));
            write("json", JSON.stringify({ secret }));
            write("clean", "nothing");
            write(Buffer.from(secret).toString("hex"), "");
            const found = canaries.inFiles(folder).map((line) => line.split(": ")[0]);
            assert.equal(new Set(found).size, 5, found.join("\n"));
            assert.ok(!found.some((file) => file?.endsWith("clean")));
            assert.deepEqual(
                canaries.inFiles(folder, () => true),
                [],
            );
        } finally {
            rmSync(folder, { recursive: true });
        }
    });

    it("are seen in a command line while it runs", async () => {
        const { commands } = await canaries.watching(async () => {
            const child = spawn("sh", ["-c", "read x", canaries.secrets.one]);
            await once(child, "spawn");
            await delay(300);
            child.stdin.end();
            await once(child, "exit");
        });
        assert.equal(commands.length, 1);
    });
});
