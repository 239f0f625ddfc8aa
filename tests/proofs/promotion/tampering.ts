/** What somebody does to the store of releases who can write to it, and how it is put right again. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { loadSigningKey } from "./signing";
import type { Environment, Organisation } from "./organisation";

/** A byte changed, something taken away, or signed by somebody else: and the code that has to come of it. */
export interface Tampering {
    readonly what: string;
    readonly code: string;
    readonly does: () => void;
    /** Files that are put back. */
    readonly files: readonly string[];
}

/** Another byte at a place that a number in [0, 1) chooses. */
function changeByte(file: string, which: number): void {
    const bytes = readFileSync(file);
    const at = Math.floor(which * bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(file, bytes);
}

const filesIn = (folder: string, ending: string): string[] =>
    existsSync(folder)
        ? readdirSync(folder)
              .filter((name) => name.endsWith(ending))
              .map((name) => join(folder, name))
        : [];

/** All that can be done to a release that is about to be promoted, and to its proofs. */
export function tamperings(
    { store, signed, strangersKey }: Organisation,
    release: string,
    source: Environment,
    which: number,
): Tampering[] {
    const folder = join(store, release);
    const bundles = join(folder, "bundle");
    const piece = filesIn(join(bundles, readdirSync(bundles)[0] ?? ""), "")[0] ?? "";
    const proofs = filesIn(join(store, "proofs", source, release), ".json");
    const each = (files: readonly string[], work: (file: string) => void) => ({
        files,
        does: () => files.forEach(work),
    });
    const byte = (file: string): void => changeByte(file, which);
    const always: Tampering[] = [
        { what: "a byte of the bundle", code: "release-invalid", ...each([piece], byte) },
        { what: "a byte of the manifest", code: "release-invalid", ...each([join(folder, "manifest.json")], byte) },
        {
            what: "a piece of the bundle that is gone",
            code: "release-invalid",
            ...each([piece], (file) => rmSync(file)),
        },
    ];
    if (!signed) {
        const cut = (file: string): void => writeFileSync(file, readFileSync(file, "utf8").slice(0, -40));
        return [...always, { what: "proofs that are cut off", code: "release-unproved", ...each(proofs, cut) }];
    }
    const signatures = filesIn(join(folder, "signatures"), ".sig");
    const proofSignatures = proofs.map((file) => file.replace(/json$/, "sig"));
    const stranger = loadSigningKey(strangersKey);
    const sign = (file: string): void => {
        const text = readFileSync(file.replace(/sig$/, "json"), "utf8");
        writeFileSync(file, stranger.sign(text, "tidegate-proof"));
    };
    const code = "signature-missing";
    return [
        ...always,
        { what: "a byte of the proofs", code, ...each(proofs, byte) },
        { what: "a byte of the proofs' signatures", code, ...each(proofSignatures, byte) },
        { what: "proofs that are signed by a stranger", code, ...each(proofSignatures, sign) },
        { what: "a release that nobody has signed", code, ...each(signatures, (file) => rmSync(file)) },
    ];
}

/** Does it, and puts everything back once `work` has ended. */
export async function tampered(
    organisation: Organisation,
    { does, files }: Tampering,
    work: () => Promise<void>,
): Promise<void> {
    const kept = join(organisation.base, "kept");
    const place = (file: string): string => join(kept, file);
    for (const file of files) {
        mkdirSync(dirname(place(file)), { recursive: true });
        cpSync(file, place(file));
    }
    try {
        does();
        await work();
    } finally {
        for (const file of files) cpSync(place(file), file);
        rmSync(kept, { recursive: true });
    }
}

/** Writes what is no proof of a release where its proofs are, for as long as `work` takes. */
export async function withForgedProof(
    { store }: Organisation,
    {
        place = "",
        source,
        release,
    }: { readonly place?: string; readonly source: Environment; readonly release: string },
    change: (proof: Record<string, unknown>) => Record<string, unknown>,
    sign: ((text: string) => string) | "as it was" | undefined,
    work: () => Promise<void>,
): Promise<void> {
    // The newest: what it says of the states is so yet.
    const from = readdirSync(join(store, "proofs", source))
        .flatMap((real) => filesIn(join(store, "proofs", source, real), ".json"))
        .reduce((a, b) => (basename(b) > basename(a) ? b : a));
    const proof = JSON.parse(readFileSync(from, "utf8")) as Record<string, unknown>;
    const text = `${JSON.stringify({ ...change(proof), release }, null, 1)}\n`;
    const folder = join(store, place, "proofs", source, release);
    mkdirSync(folder, { recursive: true });
    const name = join(folder, `${basename(from, ".json").split("-")[0] ?? ""}-f0f0f0`);
    writeFileSync(`${name}.json`, text);
    const signature = from.replace(/json$/, "sig");
    if (sign === "as it was" && existsSync(signature)) cpSync(signature, `${name}.sig`);
    if (typeof sign === "function") writeFileSync(`${name}.sig`, sign(text));
    try {
        await work();
    } finally {
        rmSync(folder, { recursive: true });
        if (place !== "") rmSync(join(store, place, "proofs"), { recursive: true });
    }
}
