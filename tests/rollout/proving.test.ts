import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadGraphFile, type GraphFile } from "../../automation/graph/load";
import { openReleases } from "../../automation/release/open";
import { Proofs } from "../../automation/release/proofs";
import { Proving } from "../../automation/rollout/proving";

describe("what an environment leaves beside the releases", () => {
    let folder: string;
    let graph: GraphFile;
    beforeEach(async () => {
        folder = mkdtempSync(join(tmpdir(), "tidegate-proving-"));
        mkdirSync(join(folder, "app"));
        writeFileSync(join(folder, "app", "Pulumi.yaml"), "name: app\nruntime: nodejs\n");
        writeFileSync(
            join(folder, "tidegate.yaml"),
            "promotion: { dev: {} }\nstacks: { app: { project: app, stack: x } }\n",
        );
        graph = await loadGraphFile(join(folder, "tidegate.yaml"));
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    const marksOf = async (simulated: boolean) => {
        const { objects, trust } = await openReleases(graph);
        return (await new Proofs(objects, trust, simulated).marks("dev")).map(([, mark]) => mark);
    };
    const operationsOf = async (simulated: boolean) => (await marksOf(simulated)).map(({ operation }) => operation);

    it("is a mark before anything is changed, and a rehearsal ends no stay by its own", async () => {
        await (await Proving.open(graph, "dev", true))?.begin("up", undefined);
        assert.deepEqual([await operationsOf(false), await operationsOf(true)], [[], ["up"]]);
        await (await Proving.open(graph, "dev", false))?.begin("down", undefined);
        assert.deepEqual([await operationsOf(false), await operationsOf(true)], [["down"], ["up"]]);
    });

    it("says of a promotion where it came from, and of a rollback that it is one", async () => {
        const release = { id: "a".repeat(64), settings: "b".repeat(64) };
        const from = { environment: "build", run: "run1" };
        for (const [operation, about] of [["up", { ...release, from }] as const, ["rollback", release] as const])
            await (await Proving.open(graph, "dev", false))?.begin(operation, about);
        assert.deepEqual(
            (await marksOf(false)).map((mark) => [mark.operation, mark.release, mark.from]),
            [
                ["up", release.id, "build"],
                ["rollback", release.id, undefined],
            ],
        );
    });

    it("is nothing where the graph has no way of promotion that the environment is on", async () => {
        assert.equal(await Proving.open(graph, "other", false), undefined);
    });
});
