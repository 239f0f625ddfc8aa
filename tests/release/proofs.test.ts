import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generatePrivateKey } from "sshpk";
import { TidegateError } from "../../automation/core/errors";
import { FileStore } from "../../automation/ledger/store";
import type { Proof } from "../../automation/release/proof";
import { Proofs } from "../../automation/release/proofs";
import { AllowedSigners, SigningKey } from "../../automation/release/signature";
import { proofOf } from "./examples";

const [one, other] = ["a".repeat(64), "b".repeat(64)];
const proof = (more: Partial<Proof> = {}): Proof => proofOf("staging", one, 0, "00000001", more);
const mark = {
    environment: "staging",
    operation: "up",
    time: "2026-01-01T00:00:00.000Z",
    user: "me",
    host: "here",
} as const;
const pair = generatePrivateKey("ed25519");
const key = SigningKey.parse(pair.toString("openssh"), "key");
const trust = AllowedSigners.parse(`ci ${pair.toPublic().toString("ssh")}`, "allowed_signers");

describe("proofs", () => {
    let folder: string;
    let store: FileStore;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "tidegate-proofs-"));
        store = new FileStore(folder);
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));
    const files = (ending: string): string[] =>
        readdirSync(folder, { recursive: true, encoding: "utf8" })
            .filter((name) => name.endsWith(ending))
            .map((name) => join(folder, name));

    it("are found by environment and release, with who has signed them", async () => {
        const proofs = new Proofs(store, trust, false);
        await proofs.write(proof(), key);
        assert.deepEqual(await proofs.of("staging", other), []);
        assert.deepEqual(await proofs.of("dev", one), []);
        const [found] = await proofs.of("staging", one);
        assert.deepEqual(found?.proof, proof());
        assert.equal(found?.signer?.name, "ci");
    });

    it("name the release that was green last first", async () => {
        const proofs = new Proofs(store, undefined, false);
        await proofs.write(proof({ mark: "00000001" }), undefined);
        await proofs.write(proof({ mark: "00000002", release: other }), undefined);
        assert.deepEqual(await proofs.green("staging"), [other, one]);
        await proofs.write(proof({ mark: "00000003" }), undefined);
        assert.deepEqual(await proofs.green("staging"), [one, other]);
    });

    it("that count for nothing make no release the one that was green last", async () => {
        const rehearsed = new Proofs(store, undefined, true);
        const proofs = new Proofs(store, trust, false);
        await proofs.write(proof({ mark: "00000001" }), key);
        await proofs.write(proof({ mark: "00000002", release: other }), undefined);
        assert.deepEqual(await proofs.green("staging"), [one]);
        assert.deepEqual(await new Proofs(store, undefined, false).green("staging"), [other, one]);
        const red = proof().gates.map((gate) => ({ ...gate, status: "fail" as const }));
        await proofs.write(proof({ mark: "00000003", release: other, gates: red }), key);
        await rehearsed.write(proof({ mark: "00000004", release: other, simulated: true }), undefined);
        // As if somebody had put it there by hand, without signing.
        await new Proofs(store, undefined, false).write(
            proof({ mark: "00000005", release: other, simulated: true }),
            key,
        );
        assert.deepEqual(await proofs.green("staging"), [one]);
    });

    it("of a rehearsal are in a place of their own, and so are its marks", async () => {
        const [real, rehearsed] = [new Proofs(store, undefined, false), new Proofs(store, undefined, true)];
        await rehearsed.write(proof({ simulated: true }), undefined);
        await rehearsed.mark(mark);
        assert.deepEqual(await real.of("staging", one), []);
        assert.deepEqual(await real.marks("staging"), []);
        assert.equal((await rehearsed.of("staging", one)).length, 1);
        assert.equal(await real.mark(mark), "00000001");
    });

    it("are refused with signing on where anything of them was changed, or nobody has signed who may", async () => {
        const proofs = new Proofs(store, trust, false);
        const refused = (error: unknown): boolean => TidegateError.is(error) && error.code === "signature-missing";
        await proofs.write(proof(), key);
        const [file = ""] = files(".json");
        const [signature = ""] = files(".sig");
        const [text, signed] = [readFileSync(file, "utf8"), readFileSync(signature, "utf8")];
        const changes = [
            [file, text.replace('"time": "2026', '"time": "2025')],
            [file, text.replace('"simulated": false', '"simulated": true')],
            [file, text.replace('"status": "pass"', '"status": "fail"')],
            [signature, signed.replace(/^A/m, "B").replace(/\nU/, "\nV")],
            [signature, ""],
        ] as const;
        for (const [path, content] of changes) {
            const before = readFileSync(path, "utf8");
            assert.notEqual(content, before, path);
            writeFileSync(path, content);
            await assert.rejects(proofs.of("staging", one), refused);
            writeFileSync(path, before);
        }
        assert.equal((await proofs.of("staging", one)).length, 1);
        rmSync(signature);
        await assert.rejects(proofs.of("staging", one), refused);
    });

    it("prove nothing of another release or environment by lying in its place, signed as they are", async () => {
        const proofs = new Proofs(store, trust, false);
        await proofs.write(proof(), key);
        for (const ending of [".json", ".sig"]) {
            const text = readFileSync(files(ending)[0] ?? "", "utf8");
            await store.create(`proofs/staging/${other}/00000009-000000${ending}`, text);
            await store.create(`proofs/prod/${one}/00000009-000000${ending}`, text);
        }
        for (const [environment, release] of [
            ["staging", other],
            ["prod", one],
        ] as const)
            assert.deepEqual(await proofs.of(environment, release).catch(() => []), []);
    });

    it("without signing are passed over where they are damaged; a forged one is taken", async () => {
        const proofs = new Proofs(store, undefined, false);
        await proofs.write(proof(), undefined);
        const [file = ""] = files(".json");
        const text = readFileSync(file, "utf8");
        writeFileSync(file, text.slice(0, 40));
        assert.deepEqual(await proofs.of("staging", one), []);
        writeFileSync(file, text.replace('"time": "2026', '"time": "2025'));
        assert.equal((await proofs.of("staging", one)).length, 1);
    });
});

describe("marks", () => {
    it("are numbered as they are made, two at once too; one that cannot be read is something that was begun", async () => {
        const folder = mkdtempSync(join(tmpdir(), "tidegate-proofs-"));
        try {
            const proofs = new Proofs(new FileStore(folder), undefined, false);
            assert.deepEqual(await proofs.marks("staging"), []);
            const names = await Promise.all([1, 2, 3].map(() => proofs.mark({ ...mark, release: one })));
            assert.deepEqual(names.toSorted(), ["00000001", "00000002", "00000003"]);
            writeFileSync(join(folder, "rollouts", "staging", "00000002.json"), "{");
            const marks = await proofs.marks("staging");
            assert.deepEqual(
                marks.map(([name, { release }]) => [name, release]),
                [
                    ["00000001", one],
                    ["00000002", undefined],
                    ["00000003", one],
                ],
            );
        } finally {
            rmSync(folder, { recursive: true, force: true });
        }
    });
});
