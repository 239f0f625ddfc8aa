/**
 * Where releases are: objects beside the state, created and never changed. A bundle is in pieces, for a store takes small
 * objects; its record comes last, so that what a crash has cut off is no release.
 */
import { z } from "zod";
import { exitCodes, TidegateError } from "../core/errors";
import { parseJson } from "../core/json";
import type { LedgerStore } from "../ledger/store";
import { compress, openBundle, type Bundle, type OpenedBundle } from "./bundle";
import { digestPattern, invalid, manifestText, parseManifest, sha256, shortId, type Manifest } from "./manifest";
import type { AllowedSigners, Signer, SigningKey } from "./signature";

/** Of the base64 of a bundle, in one object: a store takes some hundred kilobytes. */
const pieceCharacters = 256 * 1024;

const recordSchema = z.strictObject({
    version: z.literal(1),
    release: z.string().regex(digestPattern),
    bundle: z.strictObject({
        /** Of the compressed bytes. */
        sha256: z.string().regex(digestPattern),
        bytes: z.int().positive(),
        pieces: z.int().positive(),
    }),
    /** Who, when, from where: for people, and signed by nobody. */
    created: z.strictObject({
        /** ISO 8601, UTC. */
        time: z.string(),
        user: z.string(),
        host: z.string(),
        /** Of git, where its files are in one; `dirty`: with changes that are not committed. */
        commit: z.string().optional(),
        dirty: z.boolean().optional(),
    }),
});
export type ReleaseRecord = Readonly<z.infer<typeof recordSchema>>;

/** By whom it is to be signed: undefined where that is not asked for. */
export type Trust = AllowedSigners | undefined;

export interface VerifiedRelease extends OpenedBundle {
    /** Undefined where nobody has to have signed. */
    readonly signer: Signer | undefined;
}

/** Where the proofs, marks and holds of rehearsals are in it: apart from the real ones. */
export const placeOf = (simulated: boolean): string => (simulated ? "rehearsals/" : "");

export class ReleaseStore {
    constructor(private readonly store: LedgerStore) {}

    get where(): string {
        return this.store.where;
    }

    /** Ids of the releases that are whole, sorted. */
    async list(): Promise<string[]> {
        const ids = (await this.store.list(".")).filter((name) => digestPattern.test(name));
        const whole = await Promise.all(
            ids.map(async (id) => (await this.store.read(`${id}/record.json`)) !== undefined),
        );
        return ids.filter((_, index) => whole[index]);
    }

    /**
     * The release whose id begins so.
     * @throws TidegateError `release-unknown`
     */
    async find(wanted: string): Promise<string> {
        // An empty name is a variable of a script that was not set: it is the beginning of each of them.
        const ids = wanted === "" ? [] : (await this.list()).filter((id) => id.startsWith(wanted));
        const [id] = ids;
        if (id !== undefined && ids.length === 1) return id;
        throw new TidegateError(
            id === undefined
                ? `There is no release '${wanted}' in ${this.where}.`
                : `'${wanted}' is the beginning of ${ids.length} releases.`,
            { code: "release-unknown", hint: "`npx tidegate release list` lists them.", exitCode: exitCodes.usage },
        );
    }

    /** Keeps a release; of one that is there already nothing is written but a signature that it lacks. */
    async put(
        bundle: Bundle,
        created: ReleaseRecord["created"],
        key?: SigningKey,
    ): Promise<{ readonly made: boolean }> {
        const { id, manifest } = bundle;
        const text = manifestText(manifest);
        if (key !== undefined)
            await this.store.create(signatureName(id, key.fingerprint), key.sign(text, "tidegate-release"));
        if ((await this.store.read(`${id}/record.json`)) !== undefined) return { made: false };
        await this.store.create(`${id}/manifest.json`, text);
        const compressed = compress(bundle.tar);
        const digest = sha256(compressed);
        const base64 = compressed.toString("base64");
        const pieces = Math.ceil(base64.length / pieceCharacters);
        for (let piece = 0; piece < pieces; piece++)
            await this.store.create(
                pieceName(id, digest, piece),
                base64.slice(piece * pieceCharacters, (piece + 1) * pieceCharacters),
            );
        const about = { sha256: digest, bytes: compressed.length, pieces };
        const record: ReleaseRecord = { version: 1, release: id, bundle: about, created };
        return { made: await this.store.create(`${id}/record.json`, `${JSON.stringify(record)}\n`) };
    }

    /** @throws TidegateError `release-unknown`, `release-invalid` */
    async record(id: string): Promise<ReleaseRecord> {
        const text = await this.store.read(`${id}/record.json`);
        if (text === undefined) return this.find(id).then((found) => this.record(found));
        const record = recordSchema.safeParse(parseJson(text)).data;
        if (record?.release === id) return record;
        throw invalid(`${shortId(id)} in ${this.where}`, "its record is damaged");
    }

    /** What it holds, by its manifest alone. */
    async manifest(id: string): Promise<Manifest> {
        const text = await this.text(id);
        return parseManifest(text, `${shortId(id)} in ${this.where}`);
    }

    /**
     * Every byte of it, and who has signed it.
     * @throws TidegateError `release-invalid`, `signature-missing`
     */
    async open(id: string, trust: Trust): Promise<VerifiedRelease> {
        const signer = await this.signer(id, await this.text(id), trust);
        const { bundle } = await this.record(id);
        const parts: string[] = [];
        for (let piece = 0; piece < bundle.pieces; piece++) {
            const text = await this.store.read(pieceName(id, bundle.sha256, piece));
            if (text === undefined) throw invalid(`The bundle of ${shortId(id)}`, `its piece ${piece + 1} is missing`);
            parts.push(text);
        }
        const base64 = parts.join("");
        const compressed = Buffer.from(base64, "base64");
        // Bytes that change nothing of what is unpacked, as of gzip's header, are bytes of it too.
        if (sha256(compressed) !== bundle.sha256 || compressed.toString("base64") !== base64)
            throw invalid(`The bundle of ${shortId(id)}`, "it is not what its record says");
        return { ...(await openBundle(compressed, id)), signer };
    }

    /** Its manifest as it is signed. */
    async text(id: string): Promise<string> {
        const text = (await this.store.read(`${id}/manifest.json`)) ?? "";
        if (sha256(text) === id) return text;
        throw invalid(
            `${shortId(id)} in ${this.where}`,
            text === "" ? "it has no manifest" : "its manifest was changed",
        );
    }

    private async signer(id: string, text: string, trust: Trust): Promise<Signer | undefined> {
        if (trust === undefined) return undefined;
        for (const name of await this.store.list(`${id}/signatures`)) {
            const signature = (await this.store.read(`${id}/signatures/${name}`)) ?? "";
            const signer = trust.signerOf(text, signature, "tidegate-release");
            if (signer !== undefined) return signer;
        }
        throw signatureMissing(`The release ${shortId(id)}`, trust);
    }
}

/** Of a release or a proof. */
export const signatureMissing = (what: string, { where }: AllowedSigners): TidegateError =>
    new TidegateError(`${what} bears no signature of anybody whom ${where} allows to sign.`, {
        code: "signature-missing",
        hint: "Whoever made it signs it with --key, or TIDEGATE_SIGNING_KEY. If somebody did: it was changed since, or by another key. Nothing of it was used.",
        exitCode: exitCodes.refused,
    });

const pieceName = (id: string, digest: string, piece: number): string =>
    `${id}/bundle/${digest}/${String(piece + 1).padStart(5, "0")}`;

/** A fingerprint has `/` in it. */
const signatureName = (id: string, fingerprint: string): string =>
    `${id}/signatures/${sha256(fingerprint).slice(0, 16)}.sig`;
