import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    statSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tar from "tar";
import { TidegateError } from "../../automation/core/errors";
import { Board } from "../../automation/toolchain/board";
import { pins } from "../../automation/toolchain/bootstrap.mjs";
import { Layout } from "../../automation/toolchain/layout";
import { ensurePulumi, publishedChecksum } from "../../automation/toolchain/pulumi";
import { PythonPackages } from "../../automation/toolchain/python";
import { sendFile, serve, type TestServer } from "./server";

describe("getting a Pulumi engine", () => {
    let folder: string;
    let root: string;
    let server: TestServer | undefined;
    let notes: string[];
    const path = process.env["PATH"];

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "tidegate-pulumi-"));
        root = join(folder, "cache");
        notes = [];
        mkdirSync(join(folder, "bin"));
        process.env["PATH"] = `${join(folder, "bin")}:${path}`;
    });

    afterEach(async () => {
        process.env["PATH"] = path;
        await server?.close();
        server = undefined;
        rmSync(folder, { recursive: true });
    });

    function ensure(releases: string): Promise<void> {
        const board = new Board({ update: () => {}, advance: () => {}, note: (text) => void notes.push(text) });
        return ensurePulumi({ root, board, python: new PythonPackages(root, board), releases });
    }

    /** A release as Pulumi publishes it: an archive with hosts for many languages, and the checksums of all archives. */
    function release(): { archive: Buffer; names: string[] } {
        const source = join(folder, "source", "pulumi");
        mkdirSync(source, { recursive: true });
        for (const name of ["pulumi", "pulumi-language-nodejs", "pulumi-language-python", "pulumi-watch"])
            writeFileSync(join(source, name), `#!/bin/sh\necho ${name}\n`, { mode: 0o755 });
        const file = join(folder, "release.tar.gz");
        tar.create({ file, gzip: true, sync: true, cwd: join(folder, "source") }, ["pulumi"]);
        const names = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"];
        return { archive: readFileSync(file), names: names.map((name) => `pulumi-v${pins.pulumi}-${name}.tar.gz`) };
    }

    function serveRelease(sha256: string, { archive, names }: ReturnType<typeof release>): Promise<TestServer> {
        return serve((request, response) => {
            if (request.url === `/sdk/pulumi-${pins.pulumi}-checksums.txt`)
                response.end(names.map((name) => `${sha256}  ${name}\n`).join(""));
            else if (names.includes((request.url ?? "").replace("/sdk/", ""))) sendFile(request, response, archive);
            else response.writeHead(404).end();
        });
    }

    it("takes the official release, checked against its published checksum, without the other languages", async () => {
        const made = release();
        server = await serveRelease(createHash("sha256").update(made.archive).digest("hex"), made);
        await ensure(`${server.url}/sdk`);
        const archive = new Layout(root).pulumiArchive;
        assert.deepEqual(readdirSync(archive).sort(), ["pulumi", "pulumi-language-nodejs"]);
        assert.equal(statSync(join(archive, "pulumi")).mode & 0o111, 0o111);
        assert.deepEqual(notes, []);
    });

    it("keeps nothing of an archive that does not have the published checksum, and builds nothing instead", async () => {
        server = await serveRelease("0".repeat(64), release());
        await assert.rejects(ensure(`${server.url}/sdk`), {
            code: "checksum-mismatch",
            message: /Pulumi's release site/,
        });
        assert.equal(existsSync(new Layout(root).pulumiArchive), false);
        assert.equal(existsSync(new Layout(root).pulumiBuilt), false);
    });

    /** A Go that logs how it was called and writes what it was to build. */
    function fakeGo(build: string): void {
        const text = `#!/bin/sh
case "$1" in
    env) echo go1.99.0 ;;
    list) echo "go: downloading example.com/a v1.0.0" >&2 ;;
    build) echo "$PWD $CGO_ENABLED $GOMODCACHE $*" >> '${join(folder, "go.log")}'
        while [ $# -gt 0 ]; do [ "$1" = -o ] && out=$2; shift; done
        ${build} ;;
esac\n`;
        writeFileSync(join(folder, "bin", "go"), text, { mode: 0o755 });
    }

    it("builds from the Go module where the release site cannot be reached, and says so", async () => {
        fakeGo('echo engine > "$out"');
        await ensure("http://127.0.0.1:1/sdk");
        const built = new Layout(root).pulumiBuilt;
        assert.equal(readFileSync(join(built, "pulumi"), "utf8"), "engine\n");
        assert.deepEqual(readdirSync(built).sort(), ["pulumi", "pulumi-language-nodejs"]);
        assert.match(notes.join(), /release site cannot be used from here \(.+\): building the engine/);
        const log = readFileSync(join(folder, "go.log"), "utf8");
        assert.ok(log.includes(`common/version.Version=v${pins.pulumi}`), log);
        assert.ok(log.includes(` 0 ${built}.partial/build/path/mod `), log);
    });

    it("builds where the site has no such release", async () => {
        fakeGo('echo engine > "$out"');
        server = await serve((_request, response) => response.writeHead(404).end());
        await ensure(`${server.url}/sdk`);
        assert.match(notes.join(), /HTTP status 404/);
    });

    it("shows Go's last lines where the build fails, and goes on from what it has next time", async () => {
        fakeGo('echo "x.go:1: undefined: y" >&2; exit 1');
        await assert.rejects(ensure("http://127.0.0.1:1/sdk"), (error) => {
            assert.ok(TidegateError.is(error));
            assert.equal(error.code, "tool-failed");
            assert.match(error.message, /Building the Pulumi engine with Go failed:\nx\.go:1: undefined: y/);
            return true;
        });
        assert.ok(existsSync(`${new Layout(root).pulumiBuilt}.partial/build/source/go.sum`));
        fakeGo('echo engine > "$out"');
        await ensure("http://127.0.0.1:1/sdk");
        assert.equal(existsSync(`${new Layout(root).pulumiBuilt}.partial`), false);
    });

    it("names the module proxy where Go cannot reach it, and go.sum where a module differs", async () => {
        fakeGo('echo "dial tcp: lookup example.com: no such host" >&2; exit 1');
        await assert.rejects(ensure("http://127.0.0.1:1/sdk"), {
            code: "registry-unreachable",
            message: /the Go module proxy/,
        });
        fakeGo('echo "verifying module: checksum mismatch" >&2; exit 1');
        await assert.rejects(ensure("http://127.0.0.1:1/sdk"), { code: "checksum-mismatch", message: /go\.sum/ });
    });
});

describe("a published checksum file", () => {
    const digest = "a".repeat(64);

    it("is read as sha256sum writes it", () => {
        assert.equal(publishedChecksum(`${"b".repeat(64)}  other.tar.gz\n${digest}  x.tar.gz\n`, "x.tar.gz"), digest);
        assert.equal(publishedChecksum(`${digest} *x.tar.gz\r\n`, "x.tar.gz"), digest);
    });

    it("that has no SHA-256 of the file gives none", () => {
        assert.equal(publishedChecksum(`${digest}  x.tar.gz.sig\n`, "x.tar.gz"), undefined);
        assert.equal(publishedChecksum("<html>  x.tar.gz", "x.tar.gz"), undefined);
    });
});
