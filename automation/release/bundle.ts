/**
 * A release as one archive, and back. Pure. The tar is the same byte for byte wherever it is made: files in the order of
 * their names, one owner, one time, two modes. What gzip makes of it may differ between versions of zlib, so a
 * release is named by its manifest and never by the compressed bytes.
 */
import { gunzipSync, gzipSync } from "node:zlib";
import { Header, Pack, Parser, ReadEntry } from "tar";
import { messageOf } from "../core/errors";
import {
    byText,
    invalid,
    manifestOf,
    manifestText,
    parseManifest,
    releaseId,
    sha256,
    shortId,
    type Ingredients,
    type Manifest,
} from "./manifest";

const manifestName = "manifest.json";
const filesFolder = "files/";
const gzipLevel = 9;
/** Of an unpacked bundle: no archive may fill the memory of whoever looks at it. */
const defaultMaxBytes = 512 * 1024 * 1024;

export interface Bundle {
    readonly id: string;
    readonly manifest: Manifest;
    readonly tar: Buffer;
}

/** What is in a bundle that was found whole. */
export interface OpenedBundle {
    readonly id: string;
    readonly manifest: Manifest;
    /** By path. */
    readonly files: ReadonlyMap<string, { readonly content: Buffer; readonly executable: boolean }>;
}

interface Member {
    readonly path: string;
    readonly content: Buffer;
    readonly executable: boolean;
}

/** @throws TidegateError `release-invalid` */
export async function makeBundle(ingredients: Ingredients): Promise<Bundle> {
    const manifest = manifestOf(ingredients);
    const files = ingredients.files
        .map(({ path, content, executable }) => ({ path: `${filesFolder}${path}`, content, executable }))
        .sort((a, b) => byText(a.path, b.path));
    const head = { path: manifestName, content: Buffer.from(manifestText(manifest)), executable: false };
    return { id: releaseId(manifest), manifest, tar: await pack([head, ...files]) };
}

export const compress = (tar: Buffer): Buffer => gzipSync(tar, { level: gzipLevel });

/**
 * Reads a compressed bundle, and holds every byte of it against its manifest, and the manifest against the name.
 * @throws TidegateError `release-invalid`
 */
export async function openBundle(
    compressed: Buffer,
    wanted: string,
    maxBytes = defaultMaxBytes,
): Promise<OpenedBundle> {
    const where = `The bundle of ${shortId(wanted)}`;
    let members: readonly Member[];
    try {
        members = await unpack(gunzipSync(compressed, { maxOutputLength: maxBytes }));
    } catch (error) {
        throw invalid(where, `it cannot be unpacked: ${messageOf(error)}`);
    }
    const [head, ...rest] = members;
    if (head?.path !== manifestName) throw invalid(where, "it does not begin with a manifest");
    const text = head.content.toString("utf8");
    if (sha256(text) !== wanted) throw invalid(where, "its manifest is that of another release, or was changed");
    const manifest = parseManifest(text, where);
    const files = new Map(
        rest.map(({ path, content, executable }) => [path.slice(filesFolder.length), { content, executable }]),
    );
    if (files.size !== rest.length || rest.some(({ path }) => !path.startsWith(filesFolder)))
        throw invalid(where, "it holds something beside its files");
    for (const { path, sha256: digest, executable } of manifest.files) {
        const found = files.get(path);
        if (found === undefined) throw invalid(where, `${path} is missing`);
        if (sha256(found.content) !== digest) throw invalid(where, `${path} was changed`);
        if (found.executable !== executable) throw invalid(where, `the mode of ${path} was changed`);
    }
    if (files.size !== manifest.files.length) {
        const named = new Set(manifest.files.map(({ path }) => path));
        const more = [...files.keys()].filter((path) => !named.has(path));
        throw invalid(where, `it holds ${more.join(", ")}, which its manifest does not name`);
    }
    return { id: wanted, manifest, files };
}

const epoch = new Date(0);

async function pack(members: readonly Member[]): Promise<Buffer> {
    const archive = new Pack({ portable: true });
    const chunks: Buffer[] = [];
    archive.on("data", (chunk: Buffer) => void chunks.push(chunk));
    const done = new Promise<void>((resolve, reject) => archive.on("end", resolve).on("error", reject));
    for (const { path, content, executable } of members) {
        const mode = executable ? 0o755 : 0o644;
        const header = new Header({ path, mode, size: content.length, type: "File", mtime: epoch, uid: 0, gid: 0 });
        const entry = new ReadEntry(header);
        archive.add(entry);
        entry.end(content);
    }
    archive.end();
    await done;
    return Buffer.concat(chunks);
}

function unpack(tar: Buffer): Promise<Member[]> {
    return new Promise((resolve, reject) => {
        const members: Member[] = [];
        const parser = new Parser({ strict: true });
        parser.on("entry", (entry: ReadEntry) => {
            if (entry.type !== "File" && entry.type !== "OldFile") {
                reject(new Error(`${entry.path} is no file`));
                entry.resume();
                return;
            }
            const chunks: Buffer[] = [];
            entry.on("data", (chunk: Buffer) => void chunks.push(chunk));
            entry.on("end", () => {
                const executable = ((entry.mode ?? 0) & 0o100) !== 0;
                members.push({ path: entry.path, content: Buffer.concat(chunks), executable });
            });
        });
        parser.on("error", reject);
        parser.on("end", () => resolve(members));
        parser.end(tar);
    });
}
