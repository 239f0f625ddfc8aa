import assert from "node:assert/strict";
import type { StepEventMetadata } from "@pulumi/pulumi/automation";
import { outputsOf, propertiesOf } from "../../automation/engine/propertyDiff";

const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "[secret]" };
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A step as the engine tells it, with these inputs before and after. */
const step = (before: object | null, after: object | null, more: object = {}): StepEventMetadata => {
    const state = (inputs: object | null) => (inputs === null ? null : { inputs, outputs: inputs });
    return {
        op: "update",
        urn: "urn:x",
        type: "a:b:C",
        provider: "",
        old: state(before),
        new: state(after),
        ...more,
    } as unknown as StepEventMetadata;
};

describe("the properties that a step would change", () => {
    it("are those that the provider names, each with its kind, its values and whether it forces a replacement", () => {
        const before = { tags: { "a.b": "1" }, rules: [{ port: 80 }], bucket: "old", gone: true };
        const after = { tags: { "a.b": "2" }, rules: [{ port: 80 }, { port: 81 }], bucket: "new" };
        const detailedDiff = {
            'tags["a.b"]': { diffKind: "update", inputDiff: true },
            "rules[1].port": { diffKind: "add", inputDiff: true },
            bucket: { diffKind: "update-replace", inputDiff: true },
            gone: { diffKind: "delete", inputDiff: true },
        };
        assert.deepEqual(propertiesOf(step(before, after, { op: "replace", detailedDiff })), [
            { path: 'tags["a.b"]', kind: "update", forces: false, before: '"1"', after: '"2"' },
            { path: "rules[1].port", kind: "add", forces: false, after: "81" },
            { path: "bucket", kind: "update", forces: true, before: '"old"', after: '"new"' },
            { path: "gone", kind: "delete", forces: false, before: "true" },
        ]);
    });

    it("are what differs of its inputs where the provider names none", () => {
        const before = { folder: "/a", content: "x", same: 1, __provider: "one" };
        const after = { folder: "/b", content: "x", same: 1, __provider: "two", more: unknown };
        assert.deepEqual(propertiesOf(step(before, after, { op: "create-replacement", keys: ["folder"] })), [
            { path: "folder", kind: "update", forces: true, before: '"/a"', after: '"/b"' },
            { path: "more", kind: "add", forces: false, after: "(known after the up)" },
        ]);
    });

    it("are the secret ones where nothing else differs: they look the same before and after", () => {
        assert.deepEqual(propertiesOf(step({ a: 1, key: secret }, { a: 1, key: secret })), [
            { path: "key", kind: "update", forces: false, before: "[secret]", after: "[secret]" },
        ]);
    });

    it("hold no value that is secret, lies in a secret, or is called one", () => {
        const diff = (path: string) => ({ detailedDiff: { [path]: { diffKind: "update", inputDiff: true } } });
        const values = (path: string, value: object): unknown[] =>
            propertiesOf(step(value, value, diff(path))).map(({ before, after }) => [before, after]);
        const masked = [["[secret]", "[secret]"]];
        assert.deepEqual(values("login.user", { login: secret }), masked);
        assert.deepEqual(values("masterPassword", { masterPassword: "canary" }), masked);
        assert.deepEqual(values("env.API_KEY", { env: { API_KEY: "canary" } }), masked);
        const nested = { env: { PLAIN: "p", token: "canary", inner: [secret] } };
        const shown = '{"PLAIN":"p","token":"[secret]","inner":["[secret]"]}';
        assert.deepEqual(values("env", nested), [[shown, shown]]);
    });

    it("tell of a text that is too long to be read its length alone", () => {
        const [told] = propertiesOf(step({ script: "a".repeat(3000) }, { script: "b" }));
        assert.deepEqual([told?.before, told?.after], ["(3002 characters)", '"b"']);
    });

    it("are none of what is made, deleted, read or left as it is", () => {
        for (const op of ["create", "delete", "same", "refresh", "read", "delete-replaced"])
            assert.deepEqual(propertiesOf(step({ a: 1 }, { a: 2 }, { op })), []);
    });
});

describe("the outputs of a stack that would differ", () => {
    it("are those that come, go or are another", () => {
        assert.deepEqual(outputsOf(step({ a: 1, b: 2, c: secret }, { a: 1, b: unknown, c: secret, d: 3 })), ["b", "d"]);
        assert.deepEqual(outputsOf(step({ a: 1 }, {})), ["a"]);
    });

    it("are none of a stack that is not there yet", () => {
        assert.deepEqual(outputsOf(step(null, { a: 1 })), []);
    });
});
