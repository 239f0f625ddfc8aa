import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Home } from "../../automation/engine/target";
import { loadGraphFile, type GraphFile } from "../../automation/graph/load";
import type { StackSucceeded } from "../../automation/ledger/ledger";
import { FileStore } from "../../automation/ledger/store";
import { DigestKey } from "../../automation/rollout/inputs";
import { LedgerMemory } from "../../automation/rollout/memory";
import type { ModuleParts } from "../../automation/rollout/module";

describe("the memory of a ledger", () => {
    let root: string;
    let graph: GraphFile;
    let key: DigestKey;
    let version: string | undefined;
    before(async () => {
        root = realpathSync(mkdtempSync(join(tmpdir(), "tidegate-memory-")));
        mkdirSync(join(root, "app"));
        writeFileSync(join(root, "app", "Pulumi.yaml"), "name: app\nruntime: nodejs\n");
        writeFileSync(join(root, "app", "index.js"), "1");
        const text = "project: app\ninputs: { variables: [TIER] }\nstacks: { a: {}, b: { dependsOn: [a] } }\n";
        writeFileSync(join(root, "tidegate.yaml"), text);
        graph = await loadGraphFile(join(root, "tidegate.yaml"));
        key = await DigestKey.open(new FileStore(join(root, "ledger")));
    });
    after(() => rmSync(root, { recursive: true }));
    beforeEach(() => {
        version = "v1";
    });

    const home = {
        environment: "dev",
        settings: {},
        policyPacks: [],
        workDirectory: () => Promise.resolve(join(root, "app")),
        version: () => Promise.resolve(version),
    } as unknown as Home;
    const memory = (
        successes: readonly (StackSucceeded | undefined)[] = [],
        more: { parts?: ModuleParts; tier?: string } = {},
    ) =>
        new LedgerMemory({
            home,
            graph,
            parts: more.parts ?? {},
            key,
            versions: {},
            successes: new Map(
                successes.flatMap((one) => (one === undefined ? [] : [[one.stack, { ...one, run: "r1" }]])),
            ),
            environment: { TIER: more.tier ?? "one" },
        });
    /** Deploys `stack` and gives what is remembered of it. */
    async function deployed(stack: string, outputs: object = { id: 1 }, given = memory()) {
        if (stack === "b") given.learn("a", { id: 1 });
        const judgement = await given.judge(stack);
        given.learn(stack, outputs as never);
        return given.success(stack, judgement, false);
    }

    it("deploys what was never deployed, and what has not changed no more", async () => {
        const first = await memory().judge("a");
        assert.deepEqual([first.unchanged, first.why], [undefined, "there is no success of it in the ledger"]);
        const again = await memory([await deployed("a")]).judge("a");
        assert.deepEqual([again.unchanged?.run, again.why], ["r1", "unchanged since run r1"]);
    });

    it("deploys what was changed by other hands, and what somebody is changing", async () => {
        const last = await deployed("a");
        version = "v2";
        assert.match((await memory([last]).judge("a")).why, /its state is not that of run r1 any more/);
        version = undefined;
        assert.match((await memory([last]).judge("a")).why, /somebody is changing it/);
    });

    it("deploys what is made of something else, and says of what", async () => {
        const last = await deployed("a");
        const { why, unchanged } = await memory([last], { tier: "two" }).judge("a");
        assert.deepEqual([unchanged, why], [undefined, "changed since run r1: variables"]);
    });

    it("deploys what stands on other outputs, and what is dead", async () => {
        const [a, b] = [await deployed("a"), await deployed("b")];
        const same = memory([a, b]);
        await same.judge("a");
        assert.ok((await same.judge("b")).unchanged);
        const other = memory([a, b]);
        other.learn("a", { id: 2 });
        assert.equal((await other.judge("b")).why, "changed since run r1: upstream");
        const dead = memory([a], { parts: { drifted: () => Promise.resolve("the broker does not run") } });
        assert.equal((await dead.judge("a")).why, "the broker does not run");
    });

    it("deploys what it cannot judge, and does not call that a success to be remembered", async () => {
        const judgement = await memory().judge("b");
        assert.match(judgement.why, /cannot be told: the outputs of a are not known/);
        assert.equal(await memory().success("b", judgement, false), undefined);
    });
});
