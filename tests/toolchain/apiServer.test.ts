import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silent } from "../../automation/core/progress";
import { ensureApiServer, findInstalled } from "../../automation/toolchain/apiServer";
import { checkout, pins } from "../../automation/toolchain/bootstrap.mjs";
import { apiServerFolder, crdsFolder, engineFolder, Layout } from "../../automation/toolchain/layout";

/** With other variables in the environment for a while. */
async function withVariables(changes: Readonly<Record<string, string | undefined>>, work: () => Promise<void>) {
    const before = Object.fromEntries(Object.keys(changes).map((name) => [name, process.env[name]]));
    const set = (values: Readonly<Record<string, string | undefined>>): void => {
        for (const [name, value] of Object.entries(values))
            if (value === undefined) delete process.env[name];
            else process.env[name] = value;
    };
    set(changes);
    try {
        await work();
    } finally {
        set(before);
    }
}

describe("getting a Kubernetes API server", () => {
    let folder: string;

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "tidegate-kubernetes-"));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    /** Two programs that say their version, in a folder of their own. */
    function installed(name: string, apiServer: string, etcd: string): string {
        const bin = join(folder, name);
        mkdirSync(bin);
        const say = (program: string, text: string): void =>
            writeFileSync(join(bin, program), `#!/bin/sh\necho '${text}'\n`, { mode: 0o755 });
        say("kube-apiserver", `Kubernetes v${apiServer}`);
        say("etcd", `etcd Version: ${etcd}`);
        return bin;
    }

    it("takes what KUBEBUILDER_ASSETS names, then what is on PATH", async () => {
        const [assets, path] = [installed("assets", "1.33.0", "3.5.21"), installed("path", "1.34.1", "3.6.4")];
        assert.deepEqual(await findInstalled({ KUBEBUILDER_ASSETS: assets, PATH: path }), {
            apiServer: join(assets, "kube-apiserver"),
            etcd: join(assets, "etcd"),
            version: "1.33.0",
            origin: "assets",
        });
        assert.equal((await findInstalled({ PATH: path }))?.origin, "path");
        assert.equal(await findInstalled({ PATH: join(folder, "nothing") }), undefined);
    });

    it("passes over what is too old, and over one without the other", async () => {
        const [old, store] = [installed("old", "1.28.0", "3.6.4"), installed("store", "1.34.1", "3.4.0")];
        const good = installed("good", "1.34.1", "3.6.4");
        for (const KUBEBUILDER_ASSETS of [old, store])
            assert.equal((await findInstalled({ KUBEBUILDER_ASSETS, PATH: good }))?.origin, "path");
        rmSync(join(old, "etcd"));
        assert.equal(await findInstalled({ KUBEBUILDER_ASSETS: old }), undefined);
    });

    /** A Go that logs what it is asked to build, and writes it. */
    function fakeGo(bin: string): void {
        const text = `#!/bin/sh
case "$1" in
    env) echo go1.99.0 ;;
    build) echo "$PWD $*" >> '${join(folder, "go.log")}'
        while [ $# -gt 0 ]; do [ "$1" = -o ] && out=$2; shift; done
        echo program > "$out" ;;
esac\n`;
        writeFileSync(join(bin, "go"), text, { mode: 0o755 });
    }

    it("builds both from their modules, once, where there is none", async () => {
        const [root, bin] = [join(folder, "cache"), join(folder, "bin")];
        mkdirSync(bin);
        fakeGo(bin);
        const layout = new Layout(root);
        // The definitions are there already: what fetches them is Go itself.
        mkdirSync(layout.apiServerCrds, { recursive: true });
        await withVariables(
            { TIDEGATE_CACHE: root, PATH: `${bin}:/usr/bin:/bin`, KUBEBUILDER_ASSETS: undefined },
            async () => {
                const tools = await ensureApiServer(silent);
                assert.deepEqual([tools.origin, tools.version], ["built", pins.kubernetes]);
                assert.deepEqual(await ensureApiServer(silent), tools);
                assert.deepEqual(readdirSync(layout.apiServerBuilt).sort(), ["etcd", "kube-apiserver"]);
            },
        );
        const log = readFileSync(join(folder, "go.log"), "utf8").trim().split("\n");
        assert.equal(log.length, 2, "it was built once");
        assert.ok(log[1]?.includes(`version.gitVersion=v${pins.kubernetes}`), log[1]);
        assert.ok(log.every((line) => line.startsWith(`${layout.apiServerBuilt}.partial/build/source `)));
    });

    it("is of the pinned version, with every staging module of that, and Go is new enough", () => {
        const modules = readFileSync(join(apiServerFolder, "go.mod"), "utf8");
        assert.ok(modules.includes(`k8s.io/kubernetes v${pins.kubernetes}\n`));
        const staging = pins.kubernetes.replace(/^1\./, "0.");
        const replaced = [...modules.matchAll(/^\t(k8s\.io\/\S+) => (\S+) (\S+)$/gm)];
        assert.equal(replaced.length, 31);
        for (const [, from, to, version] of replaced) assert.deepEqual([to, version], [from, `v${staging}`]);
        const goOf = (text: string) => /^go (\S+)$/m.exec(text)?.[1] ?? "";
        assert.ok(goOf(modules) <= goOf(readFileSync(join(engineFolder, "go.mod"), "utf8")));
    });

    it("has definitions whose every module has its checksum", () => {
        const sums = readFileSync(join(crdsFolder, "go.sum"), "utf8");
        const required = [...readFileSync(join(crdsFolder, "go.mod"), "utf8").matchAll(/^\t(\S+) (v\S+)$/gm)];
        assert.equal(required.length, 2);
        for (const [, path, version] of required) assert.match(sums, new RegExp(`^${path} ${version} h1:`, "m"));
    });

    it("is no part of what a platform needs", () => {
        for (const file of ["ensure.ts", "survey.ts", "locate.ts", "index.ts"])
            assert.doesNotMatch(readFileSync(join(checkout, "automation/toolchain", file), "utf8"), /apiServer/, file);
        assert.ok(existsSync(join(apiServerFolder, "go.sum")));
    });
});
