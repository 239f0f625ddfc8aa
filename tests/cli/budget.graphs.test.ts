/** Change budgets and protected stacks on the real engine: what is over is refused before anything is touched. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Example } from "../_helpers/example";

describe("an environment with a change budget and a protected stack", () => {
    let example: Example;
    before(() => {
        example = Example.create("services");
    });
    after(() => example.remove());
    const contents = (): string[] =>
        example
            .fileNames()
            .map((name) => readFileSync(join(example.files, name), "utf8"))
            .sort();
    const database = "database/pulumi-nodejs:dynamic:Resource/database";

    it("previews what is not there, which leaves nothing behind", async () => {
        const { code, stdout } = await example.run(["preview", "dev", "--until", "database"]);
        assert.equal(code, 0, stdout);
        assert.match(stdout, /network +\+ create Resource network/);
        assert.match(stdout, /database +.*not previewable: network is not deployed yet/);
        assert.deepEqual([example.stacks(), example.fileNames()], [[], []]);
        assert.ok(!existsSync(join(example.directory, "network", "Pulumi.dev.yaml")));
    });

    it("refuses a replacement before anything is touched, and does it once it is approved by name", async () => {
        const up = ["up", "dev", "--until", "database"];
        const first = await example.run(up);
        assert.equal(first.code, 0, first.stdout);
        const before = [example.fileNames(), contents()];
        example.edit("tidegate.yaml", "dev: {", "dev: { changeBudget: { replace: 0 },");
        example.edit("tidegate.yaml", "labels: [stateful]", "protected: [dev]");
        example.edit("database/index.js", "const database", 'process.env.FILES += "/data";\nconst database');
        const refused = await example.run(up);
        assert.equal(refused.code, 6, refused.stdout);
        assert.match(refused.stdout, /dev: nothing was touched[^]*changeBudget\.replace allows 0, there would be 1/);
        assert.ok(refused.stdout.includes(`replace ${database}, forced by folder`), refused.stdout);
        assert.deepEqual([example.fileNames(), contents()], before);
        const approved = await example.run([...up, "--approve", database]);
        assert.equal(approved.code, 0, approved.stdout);
        assert.match(approved.stdout, /database +1 replaced/);
        const { stdout } = await example.run(["show", "last", "-e", "dev"]);
        assert.match(stdout, /database: changes approved of urn:pulumi:dev/);
    });

    it("goes only where it is confirmed, and only with what stands on it", async () => {
        const before = example.stacks();
        const needed = await example.run(["down", "dev", "--only", "network"]);
        assert.equal(needed.code, 2);
        assert.match(needed.stderr, /database stands on network[^]*\[stack-needed\]/);
        const refused = await example.run(["down", "dev"]);
        assert.equal(refused.code, 6);
        assert.match(refused.stderr, /database of dev is protected: nothing was destroyed\.[^]*--confirm dev/);
        assert.deepEqual(example.stacks(), before);
        const { code, stdout } = await example.run(["down", "dev", "--confirm", "dev"]);
        assert.equal(code, 0, stdout);
        assert.deepEqual(example.stacks(), []);
    });
});
