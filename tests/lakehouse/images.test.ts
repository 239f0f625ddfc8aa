import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { repositoryRoot } from "../../automation/core/repository";
import { readLock } from "../../automation/images/lock";
import { imageLooks, imagesByProfile, imagesOf } from "../../automation/lakehouse/images";
import { layers } from "../../stacks/contracts";
import { environmentSchema } from "../../stacks/environment";

const example = (file: string) =>
    environmentSchema.parse(parse(readFileSync(join(repositoryRoot, ...file.split("/")), "utf8")));

describe("the images of an environment", () => {
    it("are those that its layers ask for, by profile", () => {
        const room = join(repositoryRoot, "stacks", "layers");
        let seen = 0;
        for (const layer of layers.filter((one) => existsSync(join(room, one))))
            for (const file of readdirSync(join(room, layer))) {
                const asked = [...readFileSync(join(room, layer, file), "utf8").matchAll(/imageOf\("(\w+)"/g)];
                const known = imagesByProfile[layer]?.[file.replace(/\.ts$/, "")] ?? [];
                assert.deepEqual(
                    known.map((image) => (typeof image === "string" ? image : image[0])),
                    asked.map(([, image]) => image),
                    `${layer}/${file}`,
                );
                seen += asked.length;
            }
        assert.ok(seen > 5);
    });

    it("are those of the topics' Job with serverless brokers, and of PostgreSQL where that is on the cluster", () => {
        const { broker, catalog } = example("stacks/dev.yaml");
        assert.ok(broker?.profile === "msk" && catalog?.profile === "lakekeeper");
        assert.deepEqual(imagesOf({ broker }), []);
        assert.deepEqual(imagesOf({ broker: { ...broker, cluster: { kind: "serverless" } } }), ["flink"]);
        assert.deepEqual(imagesOf({ catalog }), ["lakekeeper", "postgres"]);
        const { storageGb, maxStorageGb } = { storageGb: 20, maxStorageGb: 100 };
        const managed = environmentSchema.shape.catalog.parse({
            ...catalog,
            database: { kind: "rds", storageGb, maxStorageGb },
        });
        assert.deepEqual(imagesOf({ catalog: managed }), ["lakekeeper"]);
    });

    it("are looked at before the first layer, and not in a rehearsal", function () {
        const { runtime } = example("stacks/dev.yaml");
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
