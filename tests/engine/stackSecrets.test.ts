import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StackReads } from "../../automation/engine/reads";
import { secretsOfExport, secretsOfState } from "../../automation/engine/stackSecrets";

const secret = (value: unknown): object => ({
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    plaintext: JSON.stringify(value),
});

const of = (inputs: object, outputs: object = {}): readonly string[] =>
    secretsOfExport({ deployment: { resources: [{ urn: "urn:x", inputs, outputs }] } });

describe("the secrets of a stack's state", () => {
    it("are all texts that are marked, of inputs and outputs, once", () =>
        assert.deepEqual(of({ password: secret("hunter2-abc") }, { password: secret("hunter2-abc"), id: "x" }), [
            "hunter2-abc",
        ]));

    it("are of an object what is one by its key, and not all the words beside it", () =>
        assert.deepEqual(
            of({ values: secret({ replicas: 3, service: "ClusterIP", auth: { password: "hunter2-abc" } }) }),
            ["hunter2-abc"],
        ));

    it("are nothing so short that it is in innocent texts, and not a dynamic provider's code", () =>
        assert.deepEqual(of({ port: secret("9092"), __provider: secret("exports.handler = () => 'x'") }), []));

    it("are none of a stack that was never deployed", () => assert.deepEqual(secretsOfExport({ version: 3 }), []));

    it("are not taken for none where the state is there and cannot be read", () => {
        const target = { stack: "app", fullName: "organization/app/dev", workDirectory: tmpdir(), variables: {} };
        // A folder is no file.
        return assert.rejects(secretsOfState({ ...target, checkpoint: tmpdir() }, new StackReads()), {
            code: "EISDIR",
        });
    });

    it("are none, and the CLI is not asked, where nothing but a dynamic provider's code is marked in the state's file", async () => {
        const folder = mkdtempSync(join(tmpdir(), "tidegate-secrets-"));
        const checkpoint = join(folder, "dev.json");
        // There is no such folder: the CLI cannot be started.
        const target = {
            stack: "app",
            fullName: "app",
            workDirectory: join(folder, "none"),
            variables: {},
            checkpoint,
        };
        const read = (inputs: object, outputs: object): Promise<readonly string[]> => {
            const latest = { resources: [{ urn: "urn:x", type: "t", inputs, outputs }] };
            writeFileSync(checkpoint, JSON.stringify({ version: 3, checkpoint: { latest } }));
            return secretsOfState(target, new StackReads());
        };
        const encrypted = {
            "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
            ciphertext: "v1:x",
        };
        try {
            assert.deepEqual(await read({ __provider: encrypted }, { __provider: encrypted, id: "x" }), []);
            await assert.rejects(read({ __provider: encrypted }, { deep: [{ key: encrypted }] }), {
                code: "engine-failed",
            });
        } finally {
            rmSync(folder, { recursive: true });
        }
    });
});
