/** `secrets scan` and `secrets audit` as people run them; the audit on states that the real engine has written. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SimulatedGraph } from "../proofs/crash/simulatedGraph";

const planted = "hunter2-planted";
const program = (outputs: string): string =>
    `const pulumi = require("@pulumi/pulumi");\nmodule.exports = { hidden: pulumi.secret("${planted}"), ${outputs} };\n`;

describe("the secrets commands", function () {
    this.timeout(180_000);
    let graph: SimulatedGraph;
    before(() => {
        graph = new SimulatedGraph({ net: { dependsOn: [], resources: [] } }, 1);
    });
    after(() => graph.remove());

    const run = async (args: readonly string[]) => {
        const outcome = await graph.run(["secrets", ...args]);
        assert.ok(!`${outcome.stdout}${outcome.stderr}`.includes(planted), "the value was printed");
        return outcome;
    };

    it("scan: 0 without a secret, 1 with one, by file, line and key, and in both reports", async () => {
        const clean = await run(["scan"]);
        assert.equal(clean.code, 0, clean.stdout + clean.stderr);
        assert.match(clean.stdout, /no secret in \d+ files/);
        graph.write("values.yaml", `auth:\n  password: ${planted}\n`);
        const red = await run(["scan", "--sarif", "out.sarif", "--junit", "out.xml"]);
        assert.equal(red.code, 1, red.stderr);
        assert.match(red.stdout, /values\.yaml:2 auth\.password: .*\[secret-by-key [0-9a-f]{16}\]/);
        for (const file of ["out.sarif", "out.xml"]) {
            const text = readFileSync(join(graph.directory, file), "utf8");
            assert.ok(text.includes("auth.password") && !text.includes(planted), file);
        }
        const json = await run(["scan", "values.yaml", "--json"]);
        assert.deepEqual(
            (JSON.parse(json.stdout) as { findings: object[] }).findings.map((one) => Object.keys(one).sort()),
            [["file", "fingerprint", "keyPath", "line", "rule"]],
        );
    });

    it("scan --staged as a pre-commit hook: a commit with a secret is refused by file, line and key, and one without goes through", () => {
        const { directory, cli } = graph;
        const git = (...args: string[]) =>
            spawnSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
                cwd: directory,
                env: graph.variables(),
                encoding: "utf8",
            });
        assert.equal(git("init", "-q").status, 0);
        const hook = `#!/bin/sh\nexec '${process.execPath}' '${cli}' secrets scan --staged\n`;
        writeFileSync(join(directory, ".git", "hooks", "pre-commit"), hook, { mode: 0o755 });
        graph.write("service.yaml", `host: db\nauth:\n  password: ${planted}\n`);
        git("add", "service.yaml");
        const refused = git("commit", "-q", "-m", "planted");
        assert.equal(refused.status, 1, refused.stderr);
        assert.match(refused.stdout + refused.stderr, /service\.yaml:3 auth\.password: /);
        assert.ok(!`${refused.stdout}${refused.stderr}`.includes(planted));
        assert.notEqual(git("rev-parse", "-q", "--verify", "HEAD").status, 0, "it was committed");
        graph.write("service.yaml", "host: db\nauth:\n  passwordRef: env://DB_PASSWORD\n");
        git("add", "service.yaml");
        const passed = git("commit", "-q", "-m", "clean");
        assert.equal(passed.status, 0, passed.stdout + passed.stderr);
        rmSync(join(directory, ".git"), { recursive: true });
        rmSync(join(directory, "service.yaml"));
    });

    it("scan: 2 where a path is not there, and where the baseline is wrong", async () => {
        assert.equal((await run(["scan", "nowhere"])).code, 2);
        graph.write("bad.yaml", "accepted: [{ files: a }]\n");
        const { code, stderr } = await run(["scan", "--baseline", "bad.yaml"]);
        assert.equal(code, 2);
        assert.match(stderr, /\[secrets-baseline-invalid\]/);
    });

    it("audit: names stack, URN and property of what was never marked as a secret, and is green without it", async () => {
        const none = await run(["audit", "dev"]);
        assert.match(none.stderr, /\[secrets-no-state\]/);
        // A state of before anybody looked: the driver's own policy refuses it today.
        graph.environment({ secretsPolicy: "off" });
        graph.write("index.js", program(`dbPassword: "${planted}"`));
        const up = await graph.run(["up", "dev"]);
        assert.equal(up.code, 0, up.stdout + up.stderr);
        const red = await run(["audit", "dev"]);
        assert.equal(red.code, 1, red.stdout + red.stderr);
        assert.match(
            red.stdout,
            /dev-net: urn:pulumi:dev-net::simulated::pulumi:pulumi:Stack::\S+ dbPassword: .*\[secret-by-key/,
        );
        assert.doesNotMatch(red.stdout, /hidden/);
        graph.write("index.js", program(`dbPassword: pulumi.secret("${planted}")`));
        const mended = await graph.run(["up", "dev"]);
        assert.equal(mended.code, 0, mended.stdout + mended.stderr);
        const green = await run(["audit", "dev"]);
        assert.equal(green.code, 0, green.stdout + green.stderr);
        assert.match(green.stdout, /no secret in plain text in \d+ resources of dev-net/);
    });
});
