import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FileStore } from "../../automation/ledger/store";
import { Holds } from "../../automation/release/holds";

describe("a hold", () => {
    let folder: string;
    let holds: Holds;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "tidegate-holds-"));
        holds = new Holds(new FileStore(folder), false);
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));
    const why = async (environment: string) => (await holds.of(environment))?.why;

    it("holds its environment alone, until it is lifted, and both are remembered", async () => {
        assert.equal(await why("prod"), undefined);
        await holds.hold("prod", "it burns");
        assert.deepEqual([await why("prod"), await why("staging")], ["it burns", undefined]);
        assert.equal((await holds.lift("prod", "put out"))?.why, "it burns");
        assert.equal(await why("prod"), undefined);
        assert.equal(await holds.lift("prod", "again"), undefined);
        await holds.hold("prod", "it burns again");
        assert.deepEqual(
            (await holds.history("prod")).map(({ held, why: text }) => [held, text]),
            [
                [true, "it burns"],
                [false, "put out"],
                [true, "it burns again"],
            ],
        );
    });

    it("lasts where its record cannot be read or is of another environment, and can be lifted then", async () => {
        await holds.hold("staging", "x");
        await holds.hold("prod", "it burns");
        await holds.lift("prod", "put out");
        for (const content of ["{", JSON.stringify((await holds.history("staging"))[0])]) {
            writeFileSync(join(folder, "holds", "prod", "00000003.json"), content);
            assert.match((await why("prod")) ?? "", /00000003\.json cannot be read/);
        }
        writeFileSync(join(folder, "holds", "prod", "zzz.json"), "no record");
        await holds.lift("prod", "looked at");
        assert.equal(await why("prod"), undefined);
    });

    it("of a rehearsal holds nothing real", async () => {
        await new Holds(new FileStore(folder), true).hold("prod", "rehearsed");
        assert.equal(await why("prod"), undefined);
    });
});
