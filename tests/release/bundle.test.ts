import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { TidegateError } from "../../automation/core/errors";
import { compress, makeBundle, openBundle } from "../../automation/release/bundle";
import { manifestOf, manifestText, parseManifest, releaseId } from "../../automation/release/manifest";
import { file, ingredients } from "./ingredients";

const refusal = (about: RegExp) => (error: unknown) =>
    TidegateError.is(error) && error.code === "release-invalid" && error.exitCode === 6 && about.test(error.message);

describe("the bundle of a release", () => {
    it("is the same byte for byte, in whatever order its parts were found", async () => {
        const { files, versions, ...rest } = ingredients();
        const first = await makeBundle(ingredients());
        const shuffled = fc.tuple(
            fc.shuffledSubarray([...files], { minLength: files.length }),
            fc.shuffledSubarray([...versions], { minLength: versions.length }),
        );
        await fc.assert(
            fc.asyncProperty(shuffled, async ([someFiles, someVersions]) => {
                const turned = someFiles.map((one) => ({ ...one, stacks: [...one.stacks].reverse() }));
                const again = await makeBundle({ ...rest, files: turned, versions: someVersions });
                assert.equal(again.id, first.id);
                assert.ok(again.tar.equals(first.tar));
            }),
            { numRuns: 25 },
        );
    });

    it("is another release with any other byte, mode, version or name", async () => {
        const { files, versions } = ingredients();
        const [head, ...tail] = files;
        assert.ok(head !== undefined);
        const others = [
            ingredients(),
            ingredients({ graph: "other" }),
            ingredients({ files: tail }),
            ingredients({ files: [{ ...head, content: Buffer.from("Network") }, ...tail] }),
            ingredients({ files: [{ ...head, executable: true }, ...tail] }),
            ingredients({ files: [{ ...head, path: "network/main.js" }, ...tail] }),
            ingredients({ versions: versions.slice(1) }),
            ingredients({ stacks: ["network", "app", "more"] }),
        ];
        const ids = await Promise.all(others.map(async (one) => (await makeBundle(one)).id));
        assert.equal(new Set(ids).size, others.length);
    });

    it("gives back what was put in", async () => {
        const { id, tar } = await makeBundle(ingredients());
        const opened = await openBundle(compress(tar), id);
        assert.equal(opened.files.size, ingredients().files.length);
        for (const { path, content, executable } of ingredients().files)
            assert.deepEqual(opened.files.get(path), { content, executable });
        assert.equal(releaseId(opened.manifest), id);
    });

    it("is refused with any byte of its archive changed", async () => {
        const { id, tar } = await makeBundle(ingredients());
        const used = tar.subarray(0, tar.length - 1024);
        let refused = 0;
        await fc.assert(
            fc.asyncProperty(fc.nat(used.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
                const changed = Buffer.from(tar);
                changed[at] = (changed[at] ?? 0) ^ by;
                try {
                    const opened = await openBundle(gzipSync(changed), id);
                    // Padding and what nobody reads of a header: what comes out is what was put in.
                    for (const { path, content, executable } of ingredients().files)
                        assert.deepEqual(opened.files.get(path), { content, executable });
                } catch (error) {
                    if (!TidegateError.is(error)) throw error;
                    assert.equal(error.code, "release-invalid");
                    refused++;
                }
            }),
            { numRuns: 150 },
        );
        assert.ok(refused > 20, `only ${refused} were refused`);
    });

    it("is refused where it is that of another release, is cut off, or is no archive", async () => {
        const [one, other] = [await makeBundle(ingredients()), await makeBundle(ingredients({ graph: "other" }))];
        await assert.rejects(openBundle(compress(other.tar), one.id), refusal(/that of another release/));
        const compressed = compress(one.tar);
        await assert.rejects(openBundle(compressed.subarray(0, -9), one.id), refusal(/cannot be unpacked/));
        await assert.rejects(openBundle(Buffer.from("nothing"), one.id), refusal(/cannot be unpacked/));
        await assert.rejects(openBundle(gzipSync(Buffer.alloc(1024)), one.id), refusal(/cannot be unpacked|manifest/));
    });

    it("is refused with a file missing, added, or of another mode", async () => {
        const whole = ingredients();
        const { id } = await makeBundle(whole);
        // The right manifest before the files of another bundle.
        const swapped = async (files: (typeof whole)["files"]): Promise<Buffer> => {
            const { tar } = await makeBundle({ ...whole, files });
            const own = (await makeBundle(whole)).tar;
            const sizeOf = (bytes: Buffer): number => Math.ceil(parseInt(bytes.toString("latin1", 124, 135), 8) / 512);
            return gzipSync(
                Buffer.concat([own.subarray(0, 512 * (1 + sizeOf(own))), tar.subarray(512 * (1 + sizeOf(tar)))]),
            );
        };
        assert.equal((await openBundle(await swapped(whole.files), id)).id, id);
        await assert.rejects(openBundle(await swapped(whole.files.slice(1)), id), refusal(/index.js is missing/));
        await assert.rejects(
            openBundle(await swapped([...whole.files, file("more.txt", "")]), id),
            refusal(/it holds more.txt/),
        );
        const turned = whole.files.map((one) => ({ ...one, executable: !one.executable }));
        await assert.rejects(openBundle(await swapped(turned), id), refusal(/the mode of/));
    });

    it("does not fill the memory of whoever opens it", async () => {
        const { id, tar } = await makeBundle(ingredients());
        const compressed = compress(tar);
        assert.equal((await openBundle(compressed, id, tar.length)).id, id);
        await assert.rejects(openBundle(compressed, id, tar.length - 1), refusal(/cannot be unpacked/));
    });
});

describe("the manifest of a release", () => {
    it("takes no path that leads out of the folder, and none twice", () => {
        for (const path of ["../x", "/etc/passwd", "a/../../x", "a//b", "./a", "a\\b", "a\nb", ""])
            assert.throws(() => manifestOf(ingredients({ files: [file(path, "")] })), refusal(/manifest is wrong/));
        assert.throws(
            () => manifestOf(ingredients({ files: [file("a", "1"), file("a", "2")] })),
            refusal(/a is in it twice/),
        );
        const engine = { kind: "engine", name: "pulumi", version: "1", stacks: [] } as const;
        assert.throws(
            () => manifestOf(ingredients({ versions: [engine, { ...engine, version: "2" }] })),
            refusal(/twice/),
        );
    });

    it("is read as it was written, and in no other order", () => {
        const manifest = manifestOf(ingredients());
        const text = manifestText(manifest);
        assert.deepEqual(parseManifest(text, "it"), manifest);
        const turned = JSON.stringify({ ...manifest, files: manifest.files.toReversed() });
        assert.throws(() => parseManifest(turned, "it"), refusal(/not in its place/));
        assert.throws(() => parseManifest("{", "it"), refusal(/no JSON/));
        assert.throws(() => parseManifest(JSON.stringify({ ...manifest, more: 1 }), "it"), refusal(/wrong/));
    });
});
