import assert from "node:assert/strict";
import { disturb } from "../../automation/rehearsal/disturb";
import { useRows } from "../../automation/rehearsal/relations";
import type { Row } from "../../automation/rehearsal/row";
import { removeFolders, rowOf, temporaryCloud, thingOf, urnOf } from "./support";

const rows: readonly Row[] = [
    rowOf(),
    rowOf({ token: "test:index:Lid", references: [{ input: "box", type: "test:index:Box", holds: false }] }),
    rowOf({ token: "test:index:Fixed", replaceOn: ["tags"] }),
    rowOf({ token: "test:index:Kept", keeps: () => "it is full" }),
];
const byType = new Map(rows.map((row) => [row.token, row]));

describe("other hands in a simulated cloud", () => {
    before(() => useRows(rows));
    after(() => {
        useRows([]);
        removeFolders();
    });

    it("change the labels of one thing of each stack, under whatever name its cloud has them", () => {
        for (const [inputs, changed, what] of [
            [{ tags: { a: "1" } }, { tags: { a: "1", "changed-by": "hand" } }, "tags"],
            [{ labels: {} }, { labels: { "changed-by": "hand" } }, "labels"],
            [{ tags: [{ key: "a" }] }, { tags: [{ key: "a" }, { key: "changed-by", value: "hand" }] }, "tags"],
            [
                { metadata: { name: "x", labels: { a: "1" } } },
                { metadata: { name: "x", labels: { a: "1", "changed-by": "hand" } } },
                "metadata.labels",
            ],
        ] as const) {
            const cloud = temporaryCloud();
            cloud.add(thingOf({ inputs, outputs: { ...inputs, arn: "x" } }));
            cloud.add(
                thingOf({ id: "other", token: "2", inputs, urn: urnOf("test:index:Box", "other", "prod-broker") }),
            );
            const done = disturb(cloud, ["test-storage", "test-broker"], byType);
            assert.deepEqual([...done], [["test-storage", `${what} of test:index:Box box-1`]]);
            const thing = cloud.get("test:index:Box", "box-1");
            assert.deepEqual(thing?.inputs, changed);
            assert.deepEqual(thing?.outputs, { ...changed, arn: "x" });
            assert.deepEqual(cloud.get("test:index:Box", "other")?.inputs, inputs, "another stack's");
        }
    });

    it("delete one that nothing names, where there are no labels that may be changed", () => {
        const cloud = temporaryCloud();
        cloud.make(thingOf({ token: "1" }), "its name");
        cloud.add(thingOf({ type: "test:index:Fixed", id: "fixed", token: "2", inputs: { tags: {} } }));
        cloud.add(thingOf({ type: "test:index:Kept", id: "kept", token: "3" }));
        cloud.add(thingOf({ type: "test:index:Lid", id: "lid", token: "4", inputs: { box: "box-1" } }));
        const [first, second, third] = [1, 2, 3].map(() =>
            disturb(cloud, ["test-storage"], byType).get("test-storage"),
        );
        assert.equal(first, "test:index:Fixed fixed, which was deleted");
        assert.equal(second, "test:index:Lid lid, which was deleted", "the box was named by the lid");
        assert.equal(third, "test:index:Box box-1, which was deleted");
        assert.equal(disturb(cloud, ["test-storage"], byType).size, 0, "what is kept cannot be deleted");
        assert.ok(cloud.make(thingOf({ token: "5" }), "its name") === undefined, "its name is free again");
    });

    it("are laid on the same things whatever ids the cloud has given them", () => {
        for (const [first, second] of [
            ["a", "z"],
            ["z", "a"],
        ] as const)
            for (const inputs of [{ tags: {} }, {}]) {
                const cloud = temporaryCloud();
                cloud.add(thingOf({ id: first, token: "1", inputs, urn: urnOf("test:index:Box", "first") }));
                cloud.add(thingOf({ id: second, token: "2", inputs, urn: urnOf("test:index:Box", "second") }));
                const done = disturb(cloud, ["test-storage"], byType);
                assert.match(done.get("test-storage") ?? "", new RegExp(`test:index:Box ${first}\\b`));
            }
    });

    it("cannot reach what is in no cloud", () => {
        const cloud = temporaryCloud();
        cloud.add(thingOf({ type: "random:index/randomPassword:RandomPassword" }));
        assert.equal(disturb(cloud, ["test-storage"], byType).size, 0);
    });
});
