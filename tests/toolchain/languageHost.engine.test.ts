import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loaderFile } from "../../automation/core/repository";
import { locateTools, toolEnvironment, type Tools } from "../../automation/toolchain";
import { checkout, run } from "../../automation/toolchain/bootstrap.mjs";

const program = `
import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";

enum Kind { Compiled = "compiled" }
const config = new pulumi.Config();
const mode = config.get("mode");
if (mode === "throw") throw new Error("told to fail");
if (mode === "exit") process.exit(7);
if (mode === "hang") {
    fs.writeFileSync("pid", String(process.pid));
    setInterval(() => {}, 1000);
}
export const kind = Kind.Compiled;
export const title = process.title;
export const secret = config.requireSecret("secret");
export const place = [process.cwd(), pulumi.getStack(), pulumi.getProject(), pulumi.getOrganization()];
`;

/** As anybody's: the SDK compiles it, and serialises its provider. */
const ordinary = `
import * as pulumi from "@pulumi/pulumi";

enum Kind { Greeting = "hello" }
const provider: pulumi.dynamic.ResourceProvider = {
    create: async ({ to }: { to: string }) => ({ id: "1", outs: { said: Kind.Greeting + " " + to } }),
};
class Said extends pulumi.dynamic.Resource {
    declare readonly said: pulumi.Output<string>;
    constructor(name: string, to: string) {
        super(provider, name, { to, said: undefined });
    }
}
export const said = new Said("said", "there").said;
`;

const policyPack = `
const { PolicyPack } = require("@pulumi/policy");
const { Config } = require("@pulumi/pulumi");

new PolicyPack("pack", {
    policies: [{
        name: "no-word",
        description: "the configuration says which word is forbidden",
        enforcementLevel: "mandatory",
        validateStack: (_args, report) => {
            const word = new Config("tiny").get("forbidden");
            if (word !== undefined) report("forbidden is " + word);
        },
    }],
});
`;

describe("the language host of the tool environment, under the real engine", () => {
    let folder: string;
    let tools: Tools;
    let env: Record<string, string>;

    before(async () => {
        tools = await locateTools();
        folder = mkdtempSync(join(tmpdir(), "tidegate-host-"));
        mkdirSync(join(folder, "state"));
        mkdirSync(join(folder, "program"));
        symlinkSync(join(checkout, "node_modules"), join(folder, "node_modules"));
        writeFileSync(
            join(folder, "Pulumi.yaml"),
            `name: tiny\nmain: program\nruntime: {name: nodejs, options: {typescript: false, nodeargs: '--title "a title" --require ${loaderFile}'}}\n`,
        );
        writeFileSync(join(folder, "program", "package.json"), '{"name": "tiny", "main": "index.ts"}');
        writeFileSync(join(folder, "program", "index.ts"), program);
        mkdirSync(join(folder, "pack"));
        symlinkSync(join(checkout, "node_modules"), join(folder, "pack", "node_modules"));
        writeFileSync(join(folder, "pack", "PulumiPolicy.yaml"), "runtime: nodejs\nversion: 0.0.1\n");
        writeFileSync(join(folder, "pack", "package.json"), '{"name": "pack", "version": "0.0.1", "main": "index.js"}');
        writeFileSync(join(folder, "pack", "index.js"), policyPack);
        env = {
            ...(process.env as Record<string, string>),
            ...toolEnvironment(tools),
            PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
            PULUMI_CONFIG_PASSPHRASE: "test",
            PULUMI_HOME: join(folder, "home"),
        };
        await pulumi("stack", "init", "dev");
        await pulumi("config", "set", "--secret", "secret", "hush");
    });

    after(() => rmSync(folder, { recursive: true, force: true }));

    async function pulumi(...args: string[]): Promise<string> {
        const { code, output, stdout } = await run(tools.pulumi.path, [...args, "--non-interactive"], {
            cwd: folder,
            env,
        });
        assert.equal(code, 0, output);
        return stdout;
    }

    async function failing(...args: string[]): Promise<string> {
        const { code, output } = await run(tools.pulumi.path, [...args, "--non-interactive"], { cwd: folder, env });
        assert.notEqual(code, 0, output);
        return output;
    }

    it("runs a TypeScript program with the arguments for Node, configuration, secrets and places", async () => {
        await pulumi("up", "--yes", "--skip-preview");
        const outputs = JSON.parse(await pulumi("stack", "output", "--json", "--show-secrets"));
        assert.deepEqual(outputs, {
            kind: "compiled",
            title: "a title",
            secret: "hush",
            place: [join(folder, "program"), "dev", "tiny", "organization"],
        });
        assert.match(await pulumi("stack", "output", "--json"), /"secret": "\[secret\]"/);
    });

    it("runs an ordinary TypeScript program with a dynamic provider, which load of the SDK what they use", async () => {
        const other = join(folder, "ordinary");
        mkdirSync(other);
        writeFileSync(join(other, "Pulumi.yaml"), "name: ordinary\nruntime: nodejs\n");
        writeFileSync(join(other, "package.json"), '{"name": "ordinary", "main": "index.ts"}');
        writeFileSync(join(other, "index.ts"), ordinary);
        await pulumi("stack", "init", "dev", "--cwd", other);
        await pulumi("up", "--yes", "--skip-preview", "--stack", "dev", "--cwd", other);
        const outputs = await pulumi("stack", "output", "--json", "--stack", "dev", "--cwd", other);
        assert.deepEqual(JSON.parse(outputs), { said: "hello there" });
    });

    it("is taken by a built engine for its own, without a warning", async function () {
        if (tools.pulumi.origin !== "built") this.skip();
        assert.doesNotMatch(await pulumi("preview"), /warning/);
    });

    it("reports a program that throws, once", async () => {
        await pulumi("config", "set", "mode", "throw");
        const output = await failing("preview");
        assert.match(output, /Error: told to fail/);
        assert.doesNotMatch(output, /non-zero exit code/);
    });

    it("reports the exit code of a program that just ends", async () => {
        await pulumi("config", "set", "mode", "exit");
        assert.match(await failing("preview"), /Program exited with non-zero exit code: 7/);
    });

    it("lets a policy pack read the configuration and stop a preview", async () => {
        await pulumi("config", "rm", "mode");
        await pulumi("preview", "--policy-pack", join(folder, "pack"));
        await pulumi("config", "set", "forbidden", "lava");
        assert.match(await failing("preview", "--policy-pack", join(folder, "pack")), /forbidden is lava/);
        await pulumi("config", "rm", "forbidden");
    });

    it("answers pulumi about with Node and the program's packages", async () => {
        const about = JSON.parse(await pulumi("about", "--json"));
        assert.equal(about.runtime.version, process.version);
    });

    async function gone(pid: number): Promise<void> {
        const deadline = Date.now() + 20_000;
        for (;;) {
            try {
                process.kill(pid, 0);
            } catch {
                return;
            }
            if (Date.now() > deadline) {
                process.kill(pid, "SIGKILL");
                assert.fail(`the program ${pid} still runs 20 s after its engine was ended`);
            }
            await new Promise((tick) => setTimeout(tick, 50));
        }
    }

    for (const signal of ["SIGKILL", "SIGINT"] as const)
        it(`ends the program when the engine gets ${signal}`, async () => {
            await pulumi("config", "set", "mode", "hang");
            const pidFile = join(folder, "program", "pid");
            rmSync(pidFile, { force: true });
            const engine = spawn(tools.pulumi.path, ["preview", "--non-interactive"], {
                cwd: folder,
                env,
                stdio: "ignore",
            });
            const ended = once(engine, "exit");
            const deadline = Date.now() + 60_000;
            while (!existsSync(pidFile) || readFileSync(pidFile, "utf8") === "") {
                assert.ok(Date.now() < deadline, "the program did not start in 60 s");
                await new Promise((tick) => setTimeout(tick, 50));
            }
            engine.kill(signal);
            await ended;
            await gone(Number(readFileSync(pidFile, "utf8")));
            await pulumi("config", "rm", "mode");
        });
});
