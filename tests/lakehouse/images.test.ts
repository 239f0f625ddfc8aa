import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../../automation/core/repository";
import { readLock } from "../../automation/images/lock";
import { imageLooks, imagesOf } from "../../automation/lakehouse/images";
import { layers } from "../../stacks/contracts";

describe("the images of an environment", () => {
    it("are those that its layers ask for, by profile", () => {
        const room = join(repositoryRoot, "stacks", "layers");
        let seen = 0;
        for (const layer of layers.filter((one) => existsSync(join(room, one))))
            for (const file of readdirSync(join(room, layer))) {
                const profile = file.replace(/\.ts$/, "");
                const asked = [...readFileSync(join(room, layer, file), "utf8").matchAll(/imageOf\("(\w+)"/g)];
                assert.deepEqual(
                    imagesOf({ [layer]: { profile } }),
                    asked.map(([, image]) => image),
                    `${layer}/${file}`,
                );
                seen += asked.length;
            }
        assert.ok(seen > 5);
    });

    it("are looked at before the first layer, and not in a rehearsal", function () {
        const runtime = { profile: "kubernetes" };
        assert.deepEqual(imageLooks({ runtime, rehearsal: "/rehearsal" }), []);
        const looks = imageLooks({ runtime, rehearsal: null });
        assert.deepEqual(
            looks.map(({ name }) => name),
            ["flink", "dbt"],
        );
        // A checkout in which somebody has locked them is no longer refused.
        if (readLock() !== undefined) return this.skip();
        for (const { look } of looks) assert.throws(look, { code: "images-not-locked" });
    });
});
