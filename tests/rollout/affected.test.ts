import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { loadGraphFile } from "../../automation/graph/load";
import { affectedSince } from "../../automation/rollout/affected";

const graphText = (more = "", network = ""): string => `
stack: "{environment}"
environments: { dev: { backend: "file://state", policyPacks: [packs/tags] }, prod: { backend: "file://state" } }
stacks:
  network: { project: network${network} }
  app: { project: app, dependsOn: [network] }
${more}`;

describe("stacks that changes since a commit reach", () => {
    let root: string;
    const git = (...args: string[]): string =>
        execFileSync("git", ["-c", "user.name=test", "-c", "user.email=test@example.com", ...args], {
            cwd: root,
            encoding: "utf8",
            stdio: ["ignore", "pipe", "pipe"],
        });
    const write = (file: string, content: string): void => {
        mkdirSync(dirname(join(root, file)), { recursive: true });
        writeFileSync(join(root, file), content);
    };
    const commit = (): void => void (git("add", "-A"), git("commit", "-qm", "change"));
    const reached = async (environment = "dev", since = "start"): Promise<Record<string, string>> => {
        const { stacks } = await affectedSince(environment, await loadGraphFile(join(root, "tidegate.yaml")), since);
        return Object.fromEntries(
            stacks.flatMap(({ name, reach, why }) => (reach === "untouched" ? [] : [[name, `${reach}: ${why}`]])),
        );
    };

    beforeEach(() => {
        root = realpathSync(mkdtempSync(join(tmpdir(), "tidegate-affected-")));
        git("init", "-q", "-b", "main");
        write("tidegate.yaml", graphText());
        for (const project of ["network", "app"]) {
            write(`${project}/Pulumi.yaml`, `name: ${project}\nruntime: nodejs\n`);
            write(`${project}/index.js`, 'require("../shared/names");');
        }
        write("app/rows.csv", "a");
        write("shared/names.js", "");
        write("packs/tags/index.js", "");
        write("README.md", "");
        write(".gitignore", "node_modules\n");
        commit();
        git("tag", "start");
    });
    afterEach(() => rmSync(root, { recursive: true }));

    it("are none by a file that nothing is made of", async () => {
        write("README.md", "more");
        commit();
        assert.deepEqual(await reached(), {});
    });

    it("are those of a file in their folder, committed, edited or new", async () => {
        write("app/rows.csv", "b");
        commit();
        assert.deepEqual(await reached(), { app: "changed: app/rows.csv" });
        write("app/rows.csv", "a");
        write("app/new.csv", "");
        assert.deepEqual(await reached(), { app: "changed: app/new.csv" });
    });

    it("are those of a file that is gone, or has moved elsewhere", async () => {
        renameSync(join(root, "app/rows.csv"), join(root, "rows.csv"));
        commit();
        assert.deepEqual(await reached(), { app: "changed: app/rows.csv" });
    });

    it("are all that import a changed file, and what stands on them", async () => {
        write("shared/names.js", "1");
        write("app/index.js", "");
        assert.deepEqual(await reached(), { network: "changed: shared/names.js", app: "changed: app/index.js" });
    });

    it("are of one environment alone by its stack's configuration and its policy packs", async () => {
        write("network/Pulumi.prod.yaml", "config: { a: 1 }");
        assert.deepEqual(await reached("dev"), {});
        assert.deepEqual(await reached("prod"), {
            network: "changed: network/Pulumi.prod.yaml",
            app: "downstream: stands on network",
        });
        write("packs/tags/index.js", "1");
        assert.deepEqual(await reached("dev"), {
            network: "changed: packs/tags/index.js",
            app: "changed: packs/tags/index.js",
        });
    });

    it("are those of which the graph says something else, and all where it says it of all", async () => {
        write("tidegate.yaml", graphText("", ", timeoutSeconds: 60"));
        assert.equal((await reached())["network"], "changed: tidegate.yaml");
        assert.equal((await reached())["app"], "downstream: stands on network");
        write("tidegate.yaml", graphText().replace('backend: "file://state", policyPacks', "policyPacks"));
        assert.deepEqual(Object.values(await reached("dev")), ["changed: tidegate.yaml", "changed: tidegate.yaml"]);
        assert.deepEqual(await reached("prod"), {});
    });

    it("are new ones and removed ones by their names", async () => {
        write("cache/Pulumi.yaml", "name: cache\nruntime: nodejs\n");
        write("tidegate.yaml", graphText("  cache: { project: cache }\n"));
        assert.deepEqual(await reached(), { cache: "added: the graph had no such stack" });
        commit();
        git("tag", "later");
        write("tidegate.yaml", graphText());
        assert.deepEqual(await reached("dev", "later"), { cache: "removed: the graph has it no more" });
    });

    it("are not those that others have changed since", async () => {
        git("checkout", "-qb", "topic");
        write("app/rows.csv", "b");
        commit();
        git("checkout", "-q", "main");
        write("network/index.js", "");
        commit();
        git("checkout", "-q", "topic");
        assert.deepEqual(await reached("dev", "main"), { app: "changed: app/rows.csv" });
    });

    it("cannot be told of a revision that is none, or looks like an option", async () => {
        for (const revision of ["nowhere", "--output=x"])
            await assert.rejects(reached("dev", revision), { code: "git-failed" });
    });
});
