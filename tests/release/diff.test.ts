import assert from "node:assert/strict";
import { diffReleases } from "../../automation/release/diff";
import { manifestOf, type Ingredients } from "../../automation/release/manifest";
import { file, ingredients } from "./ingredients";

const against = (more: Partial<Ingredients>) => diffReleases(manifestOf(ingredients()), manifestOf(ingredients(more)));

describe("what differs between two releases", () => {
    it("is nothing between one and itself", () => {
        assert.deepEqual(against({}), { parts: [], files: [], versions: [], stacks: [] });
    });

    it("is one SQL file, and the one stack that is made of it", () => {
        const files = ingredients().files.map((one) =>
            one.part === "sql" ? { ...one, content: Buffer.from("SELECT 2") } : one,
        );
        assert.deepEqual(against({ files }), {
            parts: ["sql"],
            files: [{ path: "app/ünïcode.sql", part: "sql", change: "changed" }],
            versions: [],
            stacks: [{ stack: "app", because: ["app/ünïcode.sql"] }],
        });
    });

    it("is what came and what went, and a mode", () => {
        const files = [
            ...ingredients()
                .files.filter(({ path }) => path !== "network/Pulumi.yaml")
                .map((one) => (one.executable ? { ...one, executable: false } : one)),
            file("network/new.js", ""),
        ];
        const { files: found, stacks } = against({ files });
        assert.deepEqual(
            found.map(({ path, change }) => [path, change]),
            [
                ["app/tool.sh", "changed"],
                ["network/Pulumi.yaml", "removed"],
                ["network/new.js", "added"],
            ],
        );
        assert.deepEqual(
            stacks.map(({ stack }) => stack),
            ["network", "app"],
        );
    });

    it("is the version of a plugin, and the stacks that use it", () => {
        const versions = ingredients().versions.map((one) =>
            one.kind === "plugin" ? { ...one, version: "8.0.0" } : one,
        );
        const { versions: found, stacks, parts } = against({ versions });
        assert.deepEqual(parts, []);
        assert.deepEqual(found, [{ kind: "plugin", name: "@pulumi/aws", from: "7.48.0", to: "8.0.0" }]);
        assert.deepEqual(stacks, [{ stack: "network", because: ["plugin @pulumi/aws"] }]);
    });

    it("is a stack that the graph has, or has no longer", () => {
        const { stacks } = against({ stacks: ["network", "queue"] });
        assert.deepEqual(
            stacks.map(({ stack }) => stack),
            ["queue", "app"],
        );
    });
});
