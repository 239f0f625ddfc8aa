import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StackReads } from "../../automation/engine/reads";
import { parseSnapshot, readSnapshot } from "../../automation/engine/snapshot";

const secret = (value: unknown): object => ({
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    plaintext: JSON.stringify(value),
});

describe("the snapshot of a stack", () => {
    it("has the outputs in clear, and knows which are secret, inside of objects too", () => {
        const outputs = {
            plain: "p",
            port: 9092,
            key: secret("k-1234"),
            nested: { user: "u", login: secret({ password: "p-5678", old: secret("o-9") }) },
        };
        const snapshot = parseSnapshot({
            version: 3,
            deployment: {
                resources: [
                    { urn: "urn:stack", type: "pulumi:pulumi:Stack", outputs },
                    { urn: "urn:bucket", type: "aws:s3:Bucket", outputs: { id: secret("not an output of the stack") } },
                ],
            },
        });
        assert.deepEqual(snapshot, {
            outputs: { ...outputs, key: "k-1234", nested: { user: "u", login: { password: "p-5678", old: "o-9" } } },
            secrets: ["k-1234", "o-9", { password: "p-5678", old: "o-9" }],
            pending: [],
            resources: 1,
            urns: ["urn:bucket"],
        });
    });

    it("names what an interrupted operation has left pending", () => {
        const { pending } = parseSnapshot({
            deployment: {
                resources: null,
                pending_operations: [{ type: "creating", resource: { urn: "urn:x", type: "aws:s3:Bucket" } }],
            },
        });
        assert.deepEqual(pending, [{ operation: "creating", urn: "urn:x" }]);
    });

    it("is empty of a stack that was never deployed", () => {
        const empty = { outputs: {}, secrets: [], pending: [], resources: 0, urns: [] };
        assert.deepEqual(parseSnapshot({ version: 3, deployment: { manifest: {} } }), empty);
    });

    it("is read without the CLI from a state of files that has no secret among its outputs, and by the CLI else", async () => {
        const folder = mkdtempSync(join(tmpdir(), "tidegate-snapshot-"));
        try {
            const checkpoint = join(folder, "dev.json");
            const write = (outputs: object): void => {
                const resources = [
                    { urn: "urn:stack", type: "pulumi:pulumi:Stack", outputs },
                    { urn: "urn:bucket", type: "aws:s3:Bucket", outputs: { id: secret("not of the stack") } },
                ];
                writeFileSync(
                    checkpoint,
                    JSON.stringify({ version: 3, checkpoint: { stack: "s", latest: { resources } } }),
                );
            };
            // There is no such folder: the CLI cannot be started.
            const target = {
                stack: "dev",
                fullName: "dev",
                workDirectory: join(folder, "none"),
                variables: {},
                checkpoint,
            };
            write({ port: 9092 });
            assert.deepEqual((await readSnapshot(target, new StackReads())).outputs, { port: 9092 });
            for (const spoilt of [
                () => write({ deep: [{ key: secret("k") }] }),
                () => writeFileSync(checkpoint, "{"),
                () => rmSync(checkpoint),
            ]) {
                spoilt();
                await assert.rejects(readSnapshot(target, new StackReads()), { code: "engine-failed" });
            }
        } finally {
            rmSync(folder, { recursive: true });
        }
    });
});
