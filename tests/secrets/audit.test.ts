import assert from "node:assert/strict";
import { auditState } from "../../automation/secrets/audit";

const signature = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
const urn = "urn:pulumi:dev-a::p::t::n";
const audited = (inputs: object, outputs: object = {}, more: object = {}) =>
    auditState("dev-a", { version: 3, deployment: { resources: [{ urn, inputs, outputs }], ...more } }).findings.map(
        ({ stack, urn: of, keyPath, rule }) => `${stack} ${of} ${keyPath} ${rule}`,
    );

describe("the audit of a state", () => {
    it("tells stack, URN, property and rule of what is plain, once for input and output", () => {
        const plain = { env: [{ name: "DB_PASSWORD", value: "hunter2" }] };
        assert.deepEqual(audited(plain, plain), [`dev-a ${urn} env[DB_PASSWORD].value secret-by-key`]);
    });

    it("passes over what the engine has encrypted, wherever it is", () => {
        const secret = { ...signature, ciphertext: "v1:MadeUp:MadeUpFake7Xq2Zr9Lt4Nv8Wb1Yc5Hd3Jg6Kf0Pm" };
        assert.deepEqual(audited({ password: secret, list: [{ token: secret }] }, { nested: { apiKey: secret } }), []);
    });

    it("takes an asset with another signature for what it is", () => {
        const asset = {
            "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17",
            text: "password=hunter2\n",
        };
        assert.deepEqual(audited({ source: asset }), [`dev-a ${urn} source.text secret-by-key`]);
    });

    it("looks at operations that never ended", () => {
        const pending = { pending_operations: [{ type: "creating", resource: { urn, inputs: { token: "hunter2" } } }] };
        assert.deepEqual(audited({}, {}, pending), [`dev-a ${urn} token secret-by-key`]);
    });

    it("finds nothing in a stack that was never deployed", () =>
        assert.deepEqual(auditState("dev-a", { deployment: null }), { resources: 0, findings: [] }));
});
