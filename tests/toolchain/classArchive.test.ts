import assert from "node:assert/strict";
import {
    chmodSync,
    existsSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    utimesSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { Board } from "../../automation/toolchain/board";
import { ensureClassArchive, isSettled } from "../../automation/toolchain/classArchive";
import { classListFile, jarSets } from "../../automation/toolchain/jarLock";
import { Layout } from "../../automation/toolchain/layout";

describe("the archives of classes", () => {
    let root: string;
    let java: string;
    const notes: string[] = [];
    const board = new Board({ update: () => {}, advance: () => {}, note: (text) => void notes.push(text) });
    const archive = (): string => new Layout(root).classArchive("kafka", java);
    const calls = (): number => readFileSync(join(root, "calls"), "utf8").split("\n").length - 1;

    /** A Java that notes each call and then does this, with the archive's path in $file. */
    function fakeJava(then: string): void {
        java = join(root, "java");
        const find = 'for a in "$@"; do case "$a" in -XX:SharedArchiveFile=*) file=${a#*=};; esac; done';
        writeFileSync(java, `#!/bin/sh\necho "$@" >> ${join(root, "calls")}\n${find}\n${then}\n`);
        chmodSync(java, 0o755);
    }

    beforeEach(() => {
        root = mkdtempSync(join(tmpdir(), "tidegate-classes-"));
        notes.length = 0;
    });
    afterEach(() => rmSync(root, { recursive: true }));

    it("are made once for one Java and one class path", async () => {
        fakeJava('wc -l < "$(dirname "$file")/classes" > "$file"');
        assert.equal(isSettled(archive()), false);
        await ensureClassArchive("kafka", java, root, board);
        await ensureClassArchive("kafka", java, root, board);
        assert.equal(calls(), 1);
        const names =
            gunzipSync(readFileSync(classListFile("kafka")))
                .toString()
                .split("\n").length - 1;
        assert.equal(Number(readFileSync(archive(), "utf8")), names, "it is given the whole list");
        assert.deepEqual(readdirSync(dirname(archive())), ["kafka.jsa"]);
        const [call = ""] = readFileSync(join(root, "calls"), "utf8").split("\n");
        assert.ok(call.endsWith(`-cp ${new Layout(root).jars("kafka")}/*`), call);
    });

    it("are made anew for another Java under the same path", async () => {
        fakeJava('echo > "$file"');
        await ensureClassArchive("kafka", java, root, board);
        const first = archive();
        utimesSync(java, 1, 1);
        assert.notEqual(archive(), first);
        assert.equal(isSettled(archive()), false);
    });

    it("are done without where Java makes none, which is told and not tried again", async () => {
        fakeJava('echo half > "$file"; kill -SEGV $$');
        await ensureClassArchive("kafka", java, root, board);
        assert.match(notes.join(), /makes no archive of the classes of kafka/);
        assert.ok(isSettled(archive()) && !existsSync(archive()));
        await ensureClassArchive("kafka", java, root, board);
        assert.equal(calls(), 1);
    });

    it("have lists of names, each once", () => {
        for (const set of jarSets) {
            const names = gunzipSync(readFileSync(classListFile(set)))
                .toString()
                .trimEnd()
                .split("\n");
            assert.deepEqual(names, [...new Set(names)].sort());
            assert.ok(names.length > 5_000 && names.every((name) => /^[\w$/-]+$/.test(name)));
            assert.ok(names.includes(set === "kafka" ? "kafka/Kafka" : "org/apache/flink/table/gateway/SqlGateway"));
        }
    });
});
