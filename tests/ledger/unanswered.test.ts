import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FileStore } from "../../automation/ledger/store";
import { UnansweredCreates } from "../../automation/ledger/unanswered";

describe("creates without an answer, beside the ledger", () => {
    let folder: string;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "tidegate-unanswered-"));
    });
    afterEach(() => rmSync(folder, { recursive: true }));
    const create = (name: string, inputs?: Record<string, unknown>) => ({
        urn: `urn:pulumi:dev::p::sim:index:Key::${name}`,
        type: "sim:index:Key",
        custom: true as const,
        ...(inputs === undefined ? {} : { inputs }),
    });

    it("are there for whoever runs next, each once, until they were looked for", async () => {
        const kept = new UnansweredCreates(new FileStore(folder));
        await kept.keep("net", [create("a", { size: 1 }), create("b")]);
        await kept.keep("net", [create("a", { size: 2 })]);
        await kept.keep("app", [create("c")]);
        const next = new UnansweredCreates(new FileStore(folder));
        const found = await next.of("net");
        assert.deepEqual(
            found.sort((one, other) => one.urn.localeCompare(other.urn)),
            [create("a", { size: 1 }), create("b")],
        );
        await next.forget("net", found);
        assert.deepEqual(await next.of("net"), []);
        assert.equal((await next.of("app")).length, 1);
        assert.deepEqual(await next.of("nothing"), []);
    });
});
