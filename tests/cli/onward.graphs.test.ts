/** A release goes onward through the waves of a graph of environments, on the real engine. */
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { Example } from "../_helpers/example";
import { holdsOf, provedIn } from "../release/made";

const told = z.object({
    exitCode: z.number(),
    targets: z.array(
        z.object({
            environment: z.string(),
            state: z.string(),
            command: z.string().optional(),
            preview: z.object({ changing: z.array(z.string()) }).optional(),
        }),
    ),
});

describe("a promotion onward", () => {
    let example: Example;
    const graph = (): string => join(example.directory, "tidegate.yaml");
    /** While it is there the gates are red. */
    let trouble: string;
    const run = async (args: readonly string[], code = 0) => {
        const outcome = await example.run(args, { TROUBLE: trouble });
        assert.equal(outcome.code, code, `${args.join(" ")}\n${outcome.stdout}${outcome.stderr}`);
        return outcome;
    };
    const onward = async (more: readonly string[] = [], code = 0) => {
        const { stdout } = await run(["promote", "dev", "--onward", "--json", ...more], code);
        const { targets, exitCode } = told.parse(JSON.parse(stdout));
        assert.equal(exitCode, code);
        return targets;
    };
    const states = (targets: Awaited<ReturnType<typeof onward>>): string[] =>
        targets.map(({ environment, state }) => `${environment} ${state}`);

    before(async () => {
        example = Example.create("services").simulated();
        trouble = join(example.directory, "..", "trouble");
        // One stack is enough, and faster.
        example.edit(
            "tidegate.yaml",
            /^ {2}database:[^]*/m,
            `    gates: { validation: [{ name: calm, run: 'test ! -e "$TROUBLE"' }] }\n`,
        );
        example.edit(
            "tidegate.yaml",
            "inputs: { variables: [FILES] }",
            "inputs: { variables: [FILES] }\npromotion:\n  dev: {}\n  staging: { from: [dev] }\n  canary: { from: [staging], pause: true }\n  eu: { from: [canary], soakMinutes: 0.05 }\n",
        );
        example.edit(
            "tidegate.yaml",
            /^ {2}prod: .*$/m,
            ["staging", "canary", "eu"].map((name) => `  ${name}: { backend: "file://state" }`).join("\n"),
        );
        await provedIn("dev", graph());
    });
    after(() => example.remove());

    it("says beforehand what may go, and touches nothing", async () => {
        const before = example.fileNames().length;
        const targets = await onward(["--dry-run"]);
        assert.deepEqual(states(targets), ["staging may-go", "canary behind", "eu behind"]);
        assert.deepEqual(targets[0]?.preview?.changing, ["network"]);
        assert.equal(example.fileNames().length, before);
    });

    it("stops at a red gate, goes on from there when it is called again, and leaves a pause to a person", async () => {
        writeFileSync(trouble, "");
        assert.deepEqual(states(await onward([], 1)), ["staging stopped", "canary not-begun", "eu not-begun"]);
        rmSync(trouble);
        const targets = await onward();
        assert.deepEqual(states(targets), ["staging promoted", "canary person", "eu behind"]);
        const holds = await holdsOf(graph());
        await holds.hold("canary", "it burns");
        const held = await run(["promote", "dev", "--onward"], 6);
        assert.match(held.stdout, /^eu +3 +not begun: canary is stopped$/m);
        assert.match(held.stderr, /canary is held by .* it burns\. Nothing was begun in .*: eu\. \[environment-held\]/);
        assert.match(held.stdout, /`npx tidegate promote dev --onward --release [0-9a-f]{12}` goes on from here/);
        await holds.lift("canary", "it does no more");
        const { stdout } = await run(["status"]);
        assert.match(stdout, /^canary +2 .*: a person decides$/m);
        const [, ...command] = (targets[1]?.command ?? "").split(" ");
        assert.equal(command[0], "tidegate");
        await run(command.slice(1));
    });

    it("goes on behind the pause once its soak has ended, and then has nothing left to do", async () => {
        const { stdout } = await run(["promote", "dev", "--onward", "--wait", "1"]);
        assert.match(stdout, /^staging +1 +runs it$/m);
        assert.match(stdout, /^canary +2 +runs it$/m);
        assert.match(stdout, /^eu +3 +promoted now$/m);
        assert.match(stdout, /✓ [0-9a-f]{12} runs in all that dev leads to\./);
        const before = example.fileNames().length;
        assert.deepEqual(states(await onward()), ["staging runs-it", "canary runs-it", "eu runs-it"]);
        assert.equal(example.fileNames().length, before);
    });
});
