import assert from "node:assert/strict";
import { join, relative } from "node:path";
import { repositoryRoot } from "../../automation/core/repository";
import { programOf } from "../../automation/lakehouse/program";
import { programFiles } from "../../automation/rollout/programFiles";
import { loadEnvironment } from "../../stacks/environment";

describe("what a layer of the lakehouse is made of", () => {
    const program = async (layer: string): Promise<string[]> => {
        const { loads } = programOf(await loadEnvironment("local"), layer);
        const files = await programFiles([join(repositoryRoot, "index.ts")], loads);
        return files.map((file) => relative(repositoryRoot, file)).sort();
    };

    it("is its own profile, without those of others and without other layers", async () => {
        const broker = await program("broker");
        const layers = broker.filter((file) => file.startsWith("stacks/layers/"));
        assert.deepEqual(layers, ["stacks/layers/broker.ts", "stacks/layers/broker/embedded.ts"]);
        const components = broker.filter((file) => /^components\/(?!embedded)/.test(file));
        assert.ok(components.includes("components/broker/embedded.ts"), components.join());
        assert.deepEqual(
            components.filter((file) => /\/(msk|google|eventhubs|confluent|aiven|external)\.ts$/.test(file)),
            [],
        );
        for (const other of ["storage/embedded", "storage/s3", "catalog/hadoop", "runtime/embedded", "foundation/eks"])
            assert.ok(!broker.includes(`components/${other}.ts`), other);
    });

    it("is what all have in common too", async () => {
        for (const layer of ["storage", "runtime"]) {
            const files = await program(layer);
            for (const file of ["index.ts", "stacks/program.ts", "stacks/contracts.ts", "stacks/upstream.ts"])
                assert.ok(files.includes(file), `${layer} without ${file}`);
        }
    });

    it("is the renderer of SQL where there are jobs, and nowhere that has none", async () => {
        assert.ok((await program("runtime")).includes("sql/pipeline.ts"));
        assert.ok(!(await program("storage")).includes("sql/pipeline.ts"));
    });
});
