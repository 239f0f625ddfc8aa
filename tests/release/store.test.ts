import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { generatePrivateKey } from "sshpk";
import { TidegateError } from "../../automation/core/errors";
import { FileStore } from "../../automation/ledger/store";
import { makeBundle } from "../../automation/release/bundle";
import { AllowedSigners, SigningKey } from "../../automation/release/signature";
import { ReleaseStore } from "../../automation/release/store";
import { file, ingredients } from "./ingredients";

const coded =
    (code: string, about = /./) =>
    (error: unknown) =>
        TidegateError.is(error) && error.code === code && about.test(error.message);
const created = { time: "2026-01-01T00:00:00.000Z", user: "me", host: "here" };

const signing = () => {
    const key = generatePrivateKey("ed25519");
    const allowed = AllowedSigners.parse(`ci ${key.toPublic().toString("ssh")}`, "allowed_signers");
    return { key: SigningKey.parse(key.toString("openssh"), "key"), allowed };
};

describe("the store of releases", () => {
    let folder: string;
    let store: ReleaseStore;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "tidegate-releases-"));
        store = new ReleaseStore(new FileStore(folder));
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it("keeps a release of many pieces, once", async () => {
        const big = ingredients({
            files: [...ingredients().files, file("big", randomBytes(600_000).toString("latin1"))],
        });
        const bundle = await makeBundle(big);
        assert.deepEqual(await store.put(bundle, created), { made: true });
        assert.deepEqual(await store.put(bundle, { ...created, user: "somebody else" }), { made: false });
        assert.equal((await store.record(bundle.id)).created.user, "me");
        assert.ok((await store.record(bundle.id)).bundle.pieces > 2);
        const opened = await store.open(bundle.id, undefined);
        assert.deepEqual(opened.manifest, bundle.manifest);
        assert.equal(opened.signer, undefined);
        assert.deepEqual(await store.list(), [bundle.id]);
    });

    it("says where it cannot be read, instead of having no releases", async () => {
        const broken = new FileStore(folder);
        broken.list = () => Promise.reject(new TidegateError("no credentials", { code: "ledger-denied" }));
        await assert.rejects(new ReleaseStore(broken).list(), coded("ledger-denied"));
    });

    it("finds one by the beginning of its name, and says what there is not", async () => {
        const [one, other] = [await makeBundle(ingredients()), await makeBundle(ingredients({ graph: "other" }))];
        assert.deepEqual(await store.list(), []);
        await assert.rejects(store.find("ab"), coded("release-unknown"));
        await store.put(one, created);
        await store.put(other, created);
        assert.equal(await store.find(one.id.slice(0, 12)), one.id);
        await assert.rejects(store.find(""), coded("release-unknown"));
    });

    it("has no release whose writer was cut off, and finishes it when it is made again", async () => {
        const bundle = await makeBundle(ingredients());
        class Dying extends FileStore {
            override create(name: string, content: string): Promise<boolean> {
                return name.endsWith("record.json") ? Promise.reject(new Error("killed")) : super.create(name, content);
            }
        }
        await assert.rejects(new ReleaseStore(new Dying(folder)).put(bundle, created), /killed/);
        assert.deepEqual(await store.list(), []);
        assert.deepEqual(await store.put(bundle, created), { made: true });
        assert.equal((await store.open(bundle.id, undefined)).id, bundle.id);
    });

    it("refuses with signing on what nobody has signed who may, and takes a signature later", async () => {
        const { key, allowed } = signing();
        const bundle = await makeBundle(ingredients());
        await store.put(bundle, created);
        await assert.rejects(store.open(bundle.id, allowed), coded("signature-missing"));
        await store.put(bundle, created, signing().key);
        await assert.rejects(store.open(bundle.id, allowed), coded("signature-missing"));
        await store.put(bundle, created, key);
        assert.equal((await store.open(bundle.id, allowed)).signer?.name, "ci");
    });

    it("refuses a manifest, a piece, a record or a signature that was changed", async () => {
        const { key, allowed } = signing();
        const bundle = await makeBundle(ingredients());
        await store.put(bundle, created, key);
        const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
            /\.json$|\.sig$|\/0/.test(name),
        );
        assert.equal(names.length, 4);
        for (const name of names) {
            const path = join(folder, name);
            const text = readFileSync(path, "utf8");
            const at = name.endsWith("record.json") ? text.indexOf(bundle.id) : Math.floor(text.length / 2);
            writeFileSync(path, text.slice(0, at) + (text[at] === "1" ? "2" : "1") + text.slice(at + 1));
            await assert.rejects(
                store.open(bundle.id, allowed),
                (error) => coded("release-invalid")(error) || coded("signature-missing")(error),
                name,
            );
            rmSync(path);
            await assert.rejects(store.open(bundle.id, allowed), TidegateError.is, name);
            writeFileSync(path, text);
        }
        assert.equal((await store.open(bundle.id, allowed)).id, bundle.id);
    });

    it("refuses a bundle of which any byte was changed, though it would unpack all the same", async () => {
        const bundle = await makeBundle(ingredients());
        await store.put(bundle, created);
        const pieces = join(folder, bundle.id, "bundle", (await store.record(bundle.id)).bundle.sha256);
        const path = join(pieces, readdirSync(pieces)[0] ?? "");
        const text = readFileSync(path, "utf8");
        // The time in gzip's header (RFC 1952); what no base64 has, which a reader passes over; what comes after its end.
        const header = Buffer.from(text, "base64");
        header[4] = 1;
        for (const changed of [header.toString("base64"), `${text.slice(0, 8)}\n${text.slice(8)}`, `${text}AAAA`]) {
            writeFileSync(path, changed);
            await assert.rejects(store.open(bundle.id, undefined), coded("release-invalid"));
        }
        writeFileSync(path, text);
        assert.equal((await store.open(bundle.id, undefined)).id, bundle.id);
    });

    it("takes no empty name for that of the one release that there is", async () => {
        await store.put(await makeBundle(ingredients()), created);
        await assert.rejects(store.find(""), coded("release-unknown"));
    });

    it("refuses with signing on a forged release that is whole in itself", async () => {
        const { key, allowed } = signing();
        await store.put(await makeBundle(ingredients()), created, key);
        const forged = await makeBundle(ingredients({ graph: "forged" }));
        await store.put(forged, created);
        // The signature of the other one, put beside it.
        const [one] = (await store.list()).filter((id) => id !== forged.id);
        const [name = ""] = readdirSync(join(folder, one ?? "", "signatures"));
        const signature = readFileSync(join(folder, one ?? "", "signatures", name), "utf8");
        await new FileStore(folder).create(`${forged.id}/signatures/${name}`, signature);
        await assert.rejects(store.open(forged.id, allowed), coded("signature-missing"));
        // Without, it is taken: the tool says so where it makes one.
        assert.equal((await store.open(forged.id, undefined)).id, forged.id);
    });
});
