/** What every command has: help, JSON that is nothing else, output without colour, and quiet where its reader goes. */
import assert from "node:assert/strict";
import { Checkout } from "../_helpers/checkout";

const commands = [
    ["doctor"],
    ["up"],
    ["promote"],
    ["rollback"],
    ["migrate"],
    ["release-hold"],
    ["resume"],
    ["history"],
    ["show"],
    ["preview"],
    ["drift"],
    ["down"],
    ["rehearse"],
    ["graph"],
    ["affected"],
    ["ci"],
    ["produce"],
    ["run"],
    ["run", "flink"],
    ["run", "dbt"],
    ["validate"],
    ["render"],
    ["status"],
    ["logs"],
    ["env"],
    ["exec"],
    ["images", "lock"],
    ["secrets", "scan"],
    ["secrets", "audit"],
    ["release", "create"],
    ["release", "list"],
    ["release", "show"],
    ["release", "diff"],
    ["release", "verify"],
];

describe("the command line", () => {
    let local: Checkout;
    before(() => {
        local = Checkout.create();
    });
    after(async () => {
        await local.run(["down", "--force"]);
        await local.remove({ down: false });
    });

    it("explains every command, with its --json", async () => {
        const all = await local.run(["--help"]);
        assert.equal(all.code, 0);
        assert.match(all.stdout, /Exit codes: 0 done/);
        const listed = [...all.stdout.matchAll(/^ {2}([a-z-]+) .*/gm)].map(([, name]) => name);
        assert.deepEqual(
            listed.filter((name) => name !== "help").sort(),
            [...new Set(commands.map(([name]) => name))].sort(),
        );
        for (const command of commands) {
            const { code, stdout, stderr } = await local.run([...command, "--help"]);
            assert.equal(code, 0, stderr);
            assert.match(stdout, new RegExp(`^Usage: tidegate ${command.join(" ")}`));
            if (command.join(" ") !== "run" && command[0] !== "exec") assert.match(stdout, /--json/);
        }
    });

    it("prints JSON and nothing else where it is asked to, of a platform that is not there", async () => {
        const json = async (args: readonly string[], wanted: number): Promise<unknown> => {
            const { code, stdout, stderr } = await local.run([...args, "--json"]);
            assert.equal(code, wanted, `${stdout}${stderr}`);
            return stdout === "" ? undefined : (JSON.parse(stdout) as unknown);
        };
        assert.equal(((await json(["doctor"], 0)) as { ready: boolean }).ready, true);
        assert.equal(((await json(["status"], 1)) as { healthy: boolean }).healthy, false);
        assert.deepEqual(await json(["logs"], 0), []);
        assert.deepEqual(await json(["history"], 0), []);
        assert.equal(await json(["resume"], 2), undefined);
        assert.ok(Array.isArray(await json(["render"], 0)));
        assert.equal(await json(["validate"], 1), undefined);
        assert.equal(await json(["drift"], 1), undefined);
        assert.equal(await json(["down"], 0), undefined);
    });

    it("shows the graph, and what a selection takes of it", async () => {
        const { code, stdout } = await local.run(["graph", "--from", "catalog", "--exclude", "observability"]);
        assert.equal(code, 0);
        assert.match(stdout, /– broker .*left out: does not stand on catalog/);
        assert.match(stdout, /✓ runtime .*selected: stands on catalog/);
        const { stdout: json } = await local.run(["graph", "--json"]);
        assert.equal((JSON.parse(json) as { stacks: unknown[] }).stacks.length, 6);
        const nothing = await local.run(["graph", "--only", "broker", "--exclude", "broker"]);
        assert.equal(nothing.code, 2);
        assert.match(nothing.stderr, /No stack of the graph is selected\.[^]*\[selection-empty\]|\[selection-empty\]/);
    });

    it("prints events as NDJSON, a failure among them", async () => {
        local.edit((text) => text.replace("gates: {", "gates: { diskFreeGiB: 100000,"));
        const { code, stdout } = await local.run(["up", "--json"]);
        assert.equal(code, 1);
        const types = stdout
            .trimEnd()
            .split("\n")
            .map((line) => (JSON.parse(line) as { type: string }).type);
        assert.equal(types[0], "run-started");
        assert.ok(types.includes("problem"));
        assert.equal(types.at(-1), "run-finished");
    });

    it("uses colour where it is wanted, and none with NO_COLOR", async () => {
        const colour = /\u001b\[/;
        assert.doesNotMatch((await local.run(["doctor"])).stdout, colour);
        assert.match((await local.run(["doctor"], { NO_COLOR: "", FORCE_COLOR: "1" })).stdout, colour);
    });

    it("is quiet where its reader goes away, and does not call that done", async () => {
        const script = "node automation/cli/tidegate.mjs doctor | sleep 0; echo ${PIPESTATUS[0]}";
        const { stdout, stderr } = await local.bash(script);
        assert.equal(stderr, "");
        assert.equal(stdout, "141\n");
    });
});
