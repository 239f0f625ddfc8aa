import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadGraphFile, ownGraphFile } from "../../automation/graph/load";
import { environmentGraph } from "../../automation/rollout/environmentGraph";

const account = 'aws: { accountId: "123456789012", region: eu-west-1 }';

describe("the graph of an environment", () => {
    let folder: string;
    const variables = ["TIDEGATE_ENVIRONMENT_FILE", "TIDEGATE_REHEARSAL"] as const;
    const kept = variables.map((name) => [name, process.env[name]] as const);
    const environment = (text: string): void => {
        const file = join(folder, "dev.yaml");
        writeFileSync(file, text);
        process.env["TIDEGATE_ENVIRONMENT_FILE"] = file;
    };
    before(() => {
        folder = mkdtempSync(join(tmpdir(), "tidegate-graph-"));
        delete process.env["TIDEGATE_REHEARSAL"];
    });
    after(() => {
        for (const [name, value] of kept)
            if (value === undefined) delete process.env[name];
            else process.env[name] = value;
        rmSync(folder, { recursive: true, force: true });
    });

    it("has the layers that the lakehouse's file names, and no others", async () => {
        environment(`name: dev\n${account}\nstorage: { profile: s3 }\n`);
        const whole = await loadGraphFile(ownGraphFile);
        const { graph, file } = await environmentGraph("dev", whole);
        assert.deepEqual(graph.order, ["storage"]);
        assert.deepEqual(graph.node("storage").dependsOn, [], "it has no foundation to stand on");
        assert.equal(file, whole.file);
        assert.equal(whole.graph.order.length, 6, "the file's own graph is as it was");
    });

    it("is not there where the environment's file is wrong", async () => {
        environment("name: dev\nstorage: { profile: s3 }\n");
        await assert.rejects(environmentGraph("dev", await loadGraphFile(ownGraphFile)), {
            code: "environment-invalid",
            message: /needs the key 'aws'/,
        });
    });

    it("is the whole one where no module says otherwise", async () => {
        const own = join(folder, "tidegate.yaml");
        writeFileSync(
            own,
            "stacks:\n  a: { project: . }\n  b: { project: ., dependsOn: [a] }\nenvironments:\n  dev: {}\n",
        );
        writeFileSync(join(folder, "Pulumi.yaml"), "name: x\nruntime: nodejs\n");
        const whole = await loadGraphFile(own);
        assert.equal(await environmentGraph("dev", whole), whole);
    });
});
