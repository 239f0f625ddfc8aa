import assert from "node:assert/strict";
import { namesOf } from "../../automation/rehearsal/adopted";
import { useRows } from "../../automation/rehearsal/relations";
import { callsOf, fails, make, removeFolders, rowOf, temporaryCloud, weather } from "./support";

describe("references", () => {
    const box = rowOf({ computed: { arn: ({ id }) => `arn:${id}` } });
    const lid = rowOf({
        token: "test:index:Lid",
        references: [
            { input: "box", type: ["test:index:Bag", "test:index:Box"] },
            { input: "parts.arns", type: "test:index:Box", by: "arn", holds: false },
        ],
    });
    const tree = rowOf({ token: "test:index:Tree", contains: true, id: ({ inputs }) => String(inputs["path"]) });
    before(() => useRows([box, lid, tree]));
    after(() => {
        useRows([]);
        removeFolders();
    });

    it("are taken of what somebody else has made, by the names that an adopted cluster's environment gives, and by no others", async () => {
        const aws = { roleName: "box-theirs", roleArn: "arn:theirs" };
        const foundation = {
            profile: "kubeconfig",
            context: "box-context",
            identities: { flink: { aws } },
            network: null,
        };
        const elsewhere = namesOf(foundation as never);
        assert.deepEqual(elsewhere, ["box-theirs", "arn:theirs"]);
        assert.deepEqual(namesOf({ ...foundation, profile: "eks" } as never), []);
        const cloud = temporaryCloud();
        useRows([box, lid, tree], elsewhere);
        try {
            await make(lid, cloud, { box: "box-theirs", parts: [{ arns: ["arn:theirs"] }] });
            await assert.rejects(make(lid, cloud, { box: "box-context" }), fails(/names 'box-context'/));
        } finally {
            useRows([box, lid, tree]);
        }
        await assert.rejects(make(lid, cloud, { box: "box-theirs" }), fails(/names 'box-theirs'/));
    });

    it("are refused where they name nothing, or what cannot be seen yet", async () => {
        const cloud = temporaryCloud();
        const { id, state } = await make(box, cloud, {});
        const whole = { box: id, parts: [{ arns: [state["arn"]] }] };
        await assert.rejects(
            make(lid, cloud, { ...whole, box: "box-0" }),
            fails(/NotFound: box names 'box-0', which is no test:index:Bag or test:index:Box/),
        );
        await assert.rejects(
            make(lid, cloud, { ...whole, parts: [{ arns: [state["arn"], "arn:0"] }] }),
            fails(/NotFound: parts.arns names 'arn:0'/),
        );
        const late = callsOf(box, cloud, { weather: weather({ unseenMs: 60_000 }) });
        const unseen = await late.create({}, false);
        await assert.rejects(make(lid, cloud, { box: unseen.id }), fails(/NotFound/));
        assert.ok(await late.read({ id: unseen.id, inputs: {}, state: {} }), "its maker sees it");
        await make(lid, cloud, whole);
        await make(lid, cloud, {});
    });

    it("hold what they name, unless they do not", async () => {
        const cloud = temporaryCloud();
        const [held, loose] = [await make(box, cloud, {}), await make(box, cloud, {})];
        const holder = await make(lid, cloud, { box: held.id, parts: [{ arns: [loose.state["arn"]] }] });
        await assert.rejects(
            callsOf(box, cloud).delete(held),
            fails(new RegExp(`DependencyViolation: test:index:Box ${held.id} is used by test:index:Lid ${holder.id}`)),
        );
        await callsOf(box, cloud).delete(loose);
        await callsOf(lid, cloud).delete(holder);
        await callsOf(box, cloud).delete(held);
    });

    it("of a thing to itself do not hold it", async () => {
        const cloud = temporaryCloud();
        const self = rowOf({ references: [{ input: "logs", type: "test:index:Box", by: "name" }] });
        useRows([self]);
        try {
            const one = await make(self, cloud, { name: "a" });
            await callsOf(self, cloud).update(one, { name: "a", logs: "a" }, false);
            await callsOf(self, cloud).delete(one);
        } finally {
            useRows([box, lid, tree]);
        }
    });

    it("are not asked by what keeps itself", async () => {
        const cloud = temporaryCloud();
        const row = { ...box, keeps: () => "BucketNotEmpty: it is full" };
        const one = await make(row, cloud, {});
        await assert.rejects(callsOf(row, cloud).delete(one), fails(/^BucketNotEmpty: it is full$/));
        assert.equal(cloud.all().length, 1);
    });

    it("go with what contains them", async () => {
        const cloud = temporaryCloud();
        const root = await make(tree, cloud, { path: "/a" });
        await make(tree, cloud, { path: "/a/b" });
        await make(tree, cloud, { path: "/ab" });
        await callsOf(tree, cloud).delete(root);
        assert.deepEqual(
            cloud.all().map(({ id }) => id),
            ["/ab"],
        );
    });
});
