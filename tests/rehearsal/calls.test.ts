import assert from "node:assert/strict";
import { unknownValue, unwrap, wrap, type Values } from "../../components/provider/values";
import type { Row } from "../../automation/rehearsal/row";
import { callsOf, fails, make, removeFolders, rowOf, temporaryCloud, urnOf, weather } from "./support";

const seed = Buffer.alloc(32, 1);
const secret = (value: unknown): unknown => wrap({ value }, [["value"]])["value"];

describe("a check", () => {
    after(removeFolders);

    it("makes a name up where none is given, and keeps it at every further check", () => {
        const calls = callsOf(rowOf({ autoName: { input: "name" } }), temporaryCloud());
        const { inputs } = calls.check(undefined, { size: 1 }, seed);
        assert.match(String(inputs["name"]), /^it-[0-9a-f]{7}$/);
        assert.deepEqual(calls.check(undefined, { size: 1 }, seed).inputs, inputs, "the same seed, the same name");
        assert.deepEqual(calls.check(inputs, { size: 2 }, Buffer.alloc(32, 2)).inputs, { ...inputs, size: 2 });
        assert.notEqual(calls.check(undefined, {}, Buffer.alloc(32, 2)).inputs["name"], inputs["name"]);
        assert.deepEqual(calls.check(inputs, { name: "mine" }, seed).inputs, { name: "mine" });
    });

    it("makes names up as a row says: at a path, after a prefix, with a mark beside them", () => {
        const autoName = {
            ...{ input: "metadata.name", separator: "_", digits: 4 },
            mark: { path: ["metadata", "own"], value: "true" },
        };
        const calls = callsOf(rowOf({ autoName }), temporaryCloud());
        const { metadata } = calls.check(undefined, { metadata: { labels: {} } }, seed).inputs as { metadata: Values };
        assert.match(String(metadata["name"]), /^it_[0-9a-f]{4}$/);
        assert.deepEqual([metadata["own"], metadata["labels"]], ["true", {}]);
        const prefixed = callsOf(rowOf({ autoName: { input: "name" } }), temporaryCloud());
        const { name } = prefixed.check(undefined, { namePrefix: "my-" }, seed).inputs;
        assert.match(String(name), /^my-[0-9a-f]{7}$/);
    });

    it("leaves a name alone that is not known yet, or a secret", () => {
        const calls = callsOf(rowOf({ autoName: { input: "name" } }), temporaryCloud());
        assert.deepEqual(calls.check(undefined, { name: unknownValue }, seed).inputs, { name: unknownValue });
        assert.deepEqual(calls.check(undefined, { name: secret("x") }, seed).inputs, { name: secret("x") });
        const deep = callsOf(rowOf({ autoName: { input: "metadata.name" } }), temporaryCloud());
        assert.deepEqual(deep.check(undefined, { metadata: unknownValue }, seed).inputs, { metadata: unknownValue });
    });

    it("refuses what is missing, also in a part of a list, and not what is not known yet", () => {
        const calls = callsOf(rowOf({ required: ["name", "rules.id", "config.zone", "ids"] }), temporaryCloud());
        const missing = (inputs: Values): string[] =>
            calls.check(undefined, inputs, seed).failures.map(({ property }) => property);
        assert.deepEqual(missing({}), ["name", "rules.id", "config.zone", "ids"]);
        const whole = { name: "", rules: [{ id: "a" }], config: { zone: secret("z") }, ids: [] };
        assert.deepEqual(missing(whole), []);
        assert.deepEqual(missing({ ...whole, rules: [{ id: "a" }, {}] }), ["rules.id"]);
        assert.deepEqual(missing({ ...whole, name: null }), ["name"]);
        assert.deepEqual(missing({ ...whole, config: unknownValue }), []);
        assert.deepEqual(missing({ ...whole, config: { other: unknownValue } }), ["config.zone"]);
        assert.deepEqual(missing({ ...whole, rules: [unknownValue] }), []);
        const { failures } = calls.check(undefined, {}, seed);
        assert.match(failures[0]?.reason ?? "", /Missing required argument: 'name'/);
    });

    it("keeps what is secret secret", () => {
        const inputs = { password: secret("hunter22"), users: [{ key: secret("k") }] };
        assert.deepEqual(callsOf(rowOf(), temporaryCloud()).check(undefined, inputs, seed).inputs, inputs);
    });
});

describe("a diff", () => {
    after(removeFolders);

    const diff = (row: Partial<Row>, old: Values, now: Values) =>
        callsOf(rowOf(row), temporaryCloud()).diff({ id: "1", inputs: old, state: {} }, now);

    it("is nothing where nothing has changed, secret or not", () => {
        const inputs = { a: { b: [1, { c: secret("x") }] } };
        assert.deepEqual(diff({ replaceOn: ["a"] }, inputs, inputs).changes, []);
        assert.deepEqual(diff({ replaceOn: ["a"] }, { a: "x" }, { a: secret("x") }).changes, []);
        assert.deepEqual(diff({ replaceOn: ["a"] }, { a: null }, {}).changes, []);
    });

    it("names each path that has changed, and replaces where the row says so", () => {
        const row = { replaceOn: ["name", "vpc.subnetIds", "rules.protocol"] };
        const old = {
            name: "a",
            size: 1,
            vpc: { subnetIds: ["1", "2"], flag: 1 },
            rules: [{ protocol: "t", port: 1 }],
        };
        const replaced = (now: Values): string[] =>
            diff(row, old, now).changes.map(({ path, replace }) => `${path} ${replace}`);
        assert.deepEqual(replaced({ ...old, name: "b", size: 2 }), ["name true", "size false"]);
        assert.deepEqual(replaced({ ...old, vpc: { ...old.vpc, subnetIds: ["1", "3"] } }), ["vpc.subnetIds[1] true"]);
        assert.deepEqual(replaced({ ...old, vpc: { ...old.vpc, subnetIds: ["1"] } }), ["vpc.subnetIds true"]);
        assert.deepEqual(replaced({ ...old, vpc: { ...old.vpc, flag: 2 } }), ["vpc.flag false"]);
        assert.deepEqual(replaced({ ...old, rules: [{ protocol: "u", port: 2 }] }), [
            "rules[0].protocol true",
            "rules[0].port false",
        ]);
    });

    it("replaces for a change of what a path lies in only where the path itself has changed", () => {
        const row = { replaceOn: ["vpc.subnetIds", "rules.protocol"] };
        const replaces = (old: Values, now: Values): boolean =>
            diff(row, old, now).changes.some(({ replace }) => replace === true);
        assert.ok(replaces({}, { vpc: { subnetIds: ["1"] } }));
        assert.ok(!replaces({}, { vpc: { flag: 1 } }));
        assert.ok(replaces({ rules: [{ protocol: "t" }] }, { rules: [{ protocol: "t" }, { protocol: "u" }] }));
        assert.ok(!replaces({ rules: [] }, { rules: [{ port: 1 }] }));
        assert.ok(replaces({ vpc: { subnetIds: ["1"] } }, { vpc: unknownValue }), "what is not known may be anything");
        assert.ok(replaces({ vpc: { subnetIds: ["1"] } }, { vpc: { subnetIds: [unknownValue] } }));
    });

    it("covers with a path what lies below it", () => {
        const { changes } = diff(
            { replaceOn: ["config"] },
            { config: { a: [{ b: 1 }] } },
            { config: { a: [{ b: 2 }] } },
        );
        assert.deepEqual(changes, [{ path: "config.a[0].b", replace: true }]);
        assert.deepEqual(diff({ replaceOn: ["conf"] }, { config: 1 }, { config: 2 }).changes, [
            { path: "config", replace: false },
        ]);
    });

    it("deletes first where the row says so, or the program keeps a name of its own", () => {
        const first = (row: Partial<Row>, old: Values, now: Values): boolean => diff(row, old, now).deleteBeforeReplace;
        const named = { autoName: { input: "name" }, replaceOn: ["zone"] };
        assert.ok(first(named, { name: "mine", zone: 1 }, { name: "mine", zone: 2 }));
        assert.ok(!first(named, { name: "it-0123abc", zone: 1 }, { name: "it-0123abc", zone: 2 }), "made up");
        assert.ok(!first(named, { name: "mine", zone: 1 }, { name: "other", zone: 2 }));
        assert.ok(!first({}, { name: "mine" }, { name: "mine" }));
        assert.ok(first({ deleteBeforeReplace: true }, {}, {}));
        assert.ok(!first({ ...named, deleteBeforeReplace: false }, { name: "mine" }, { name: "mine" }));
        assert.ok(first({ deleteBeforeReplace: (old, now) => old["a"] === now["b"] }, { a: 1 }, { b: 1 }));
    });
});

describe("a preview", () => {
    after(removeFolders);

    const row = rowOf({
        computed: { arn: () => "x", "vpc.id": () => "y", "vpc.zone": () => "z", profile: () => ({ issuer: "i" }) },
    });

    it("of a create knows what is given and nothing that the cloud makes", async () => {
        const cloud = temporaryCloud();
        const inputs = { size: 1, password: secret("hunter22"), vpc: { zone: "a" }, other: unknownValue };
        const { id, state } = await callsOf(row, cloud).create(inputs, true);
        assert.equal(id, "");
        assert.deepEqual(state, {
            ...inputs,
            ...{ arn: unknownValue, profile: unknownValue, vpc: { zone: "a", id: unknownValue } },
        });
        assert.deepEqual(cloud.all(), []);
        assert.deepEqual(cloud.history(), [], "no fault may count it");
    });

    it("of an update keeps what the cloud has made, and drops what is given no more", async () => {
        const state = { size: 1, gone: 1, arn: "arn:1", vpc: { id: "v", zone: "z" }, profile: { issuer: "i" } };
        const stored = { id: "1", inputs: {}, state };
        const news = { size: 2, vpc: { zone: "b" }, profile: { enabled: true } };
        assert.deepEqual(await callsOf(row, temporaryCloud()).update(stored, news, true), {
            ...{ size: 2, arn: "arn:1", vpc: { zone: "b", id: "v" } },
            profile: { issuer: "i", enabled: true },
        });
    });
});

describe("a create", () => {
    after(removeFolders);

    it("answers with an id, what was given and what the cloud makes, the same at every read", async () => {
        const cloud = temporaryCloud();
        const row = rowOf({
            computed: {
                arn: ({ id, settings, token }) => `arn:${String(settings["region"])}:${id}:${token}`,
                region: () => "default",
                "vpc.id": () => "v",
                nothing: () => undefined,
            },
        });
        const calls = callsOf(row, cloud, { settings: { region: "eu" } });
        const { id, state } = await calls.create({ size: 1, region: "given", vpc: { zone: "z" } }, false);
        assert.match(id, /^box-[0-9a-f]{12}$/);
        const token = id.slice(4);
        const wanted = { size: 1, region: "given", arn: `arn:eu:${id}:${token}`, vpc: { zone: "z", id: "v" } };
        assert.deepEqual(state, wanted);
        const stored = { id, inputs: { size: 1, region: "given", vpc: { zone: "z" } }, state };
        assert.deepEqual(await calls.read(stored), { state: wanted, inputs: stored.inputs });
        const updated = await calls.update(stored, { size: 2 }, false);
        assert.deepEqual(updated, { size: 2, region: "default", arn: wanted.arn, vpc: { id: "v" } });
        await calls.delete(stored);
        assert.equal(await calls.read(stored), undefined);
        await calls.delete(stored);
        await assert.rejects(calls.update(stored, {}, false), fails(/NotFound: .* does not exist/));
    });

    it("makes a second one where nothing is unique", async () => {
        const cloud = temporaryCloud();
        const [one, two] = [await make(rowOf(), cloud, { a: 1 }), await make(rowOf(), cloud, { a: 1 })];
        assert.notEqual(one.id, two.id);
        assert.equal(cloud.all().length, 2);
    });

    it("is refused where another has the name, and says whose that is", async () => {
        const cloud = temporaryCloud();
        const row = rowOf({ unique: ["name", "zone"] });
        const { id } = await make(row, cloud, { name: "a", zone: { id: 1 } }, "first");
        await assert.rejects(
            make(row, cloud, { name: "a", zone: { id: 1 } }, "second"),
            fails(
                new RegExp(
                    `AlreadyExists: a test:index:Box with name 'a', zone {"id":1} exists: ${id}. It belongs to ${urnOf(row.token, "first")}: one of the two`,
                ),
            ),
        );
        assert.equal(cloud.all().length, 1);
        await make(row, cloud, { name: "a", zone: { id: 2 } });
        await make(row, cloud, { name: "a" });
        await assert.rejects(
            make(row, cloud, { name: "a" }),
            fails(/AlreadyExists: a test:index:Box with name 'a' exists/),
        );
        // A name that is not given is made up.
        for (const inputs of [{}, {}, { zone: 1 }, { zone: 1 }]) await make(row, cloud, inputs);
    });

    it("tells whose answer was lost what to do", async () => {
        const cloud = temporaryCloud();
        const row = rowOf({ unique: ["name"] });
        const lost = callsOf(row, cloud, { weather: weather({ answerLost: true }) });
        await assert.rejects(lost.create({ name: "a" }, false), fails(/no answer came/));
        const [there] = cloud.all();
        await assert.rejects(
            make(row, cloud, { name: "a" }),
            fails(
                new RegExp(
                    `${there?.id}. It was made as this very resource, by a create whose answer was lost. .*pulumi import test:index:Box it ${there?.id}.* or delete it`,
                ),
            ),
        );
    });

    it("is answered with what is there where it is idempotent, set anew", async () => {
        const cloud = temporaryCloud();
        const row = rowOf({ unique: ["name"], idempotent: true, computed: { arn: ({ token }) => token } });
        const one = await make(row, cloud, { name: "a", size: 1 });
        const two = await make(row, cloud, { name: "a", size: 2 });
        assert.equal(two.id, one.id);
        assert.equal(two.state["arn"], one.state["arn"]);
        assert.deepEqual(
            cloud.all().map(({ inputs }) => inputs),
            [{ name: "a", size: 2 }],
        );
    });

    it("is refused where the id is taken, and gives its name back", async () => {
        const cloud = temporaryCloud();
        const row = rowOf({ unique: ["name"], id: () => "fixed" });
        await make(row, cloud, { name: "a" });
        await assert.rejects(make(row, cloud, { name: "b" }), fails(/AlreadyExists: .* exists: fixed/));
        await make({ ...row, id: () => "another" }, cloud, { name: "b" });
    });

    it("gives a name back at deletion, and takes another at an update", async () => {
        const cloud = temporaryCloud();
        const row = rowOf({ unique: ["name"] });
        const a = await make(row, cloud, { name: "a" });
        const b = await make(row, cloud, { name: "b" });
        await assert.rejects(callsOf(row, cloud).update(a, { name: "b" }, false), fails(/AlreadyExists/));
        await callsOf(row, cloud).delete(b);
        await callsOf(row, cloud).update(a, { name: "b" }, false);
        await make(row, cloud, { name: "a" });
        await assert.rejects(make(row, cloud, { name: "b" }), fails(/AlreadyExists/));
    });

    it("is refused for the reasons of its row, as an update is, and nothing is made", async () => {
        const cloud = temporaryCloud();
        const row = rowOf({
            unique: ["name"],
            refuses: [
                {
                    what: "large ones",
                    source: "this test",
                    because: ({ size }) => (Number(size) > 9 ? `TooLarge: ${String(size)}` : undefined),
                    refused: { size: 10 },
                },
            ],
        });
        await assert.rejects(make(row, cloud, { name: "a", size: 10 }), fails(/^TooLarge: 10$/));
        const one = await make(row, cloud, { name: "a", size: 9 });
        await assert.rejects(callsOf(row, cloud).update(one, { name: "a", size: 11 }, false), fails(/TooLarge/));
        assert.deepEqual(cloud.all()[0]?.inputs, { name: "a", size: 9 });
        assert.deepEqual(
            cloud.history().map(({ operation, outcome }) => `${operation} ${outcome}`),
            ["create refused", "create done", "update refused"],
        );
    });

    it("wraps secrets again, wherever they come out, and tells none", async () => {
        const cloud = temporaryCloud();
        const row = rowOf({
            secret: ["key", "deep.token"],
            computed: { key: () => "k", "deep.token": () => "t", copy: ({ inputs }) => inputs["size"] },
            refuses: [
                {
                    ...{ what: "", source: "", refused: {} },
                    because: ({ password }) => (password === "hunter22" ? `Weak: ${password}` : undefined),
                },
            ],
        });
        const inputs = { size: 1, password: secret("hunter23"), list: [{ token: secret("t1") }] };
        const { id, state } = await callsOf(row, cloud).create(inputs, false);
        const wanted = { ...inputs, copy: 1, key: secret("k"), deep: { token: secret("t") } };
        assert.deepEqual(state, wanted);
        assert.deepEqual(await callsOf(row, cloud).read({ id, inputs, state }), { state: wanted, inputs });
        await assert.rejects(make(row, cloud, { password: secret("hunter22") }), fails(/^Weak: \[secret\]$/));
        const again = { ...inputs, password: secret("hunter24") };
        const updated = await callsOf(row, cloud).update({ id, inputs, state }, again, false);
        assert.deepEqual(updated["password"], secret("hunter24"));
        assert.deepEqual(unwrap(updated).values["key"], "k");
    });
});
