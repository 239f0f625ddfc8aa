/** The releases of a graph: where they are, who has to have signed them, and with what is signed. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { hostname, userInfo } from "node:os";
import { exitCodes, TidegateError } from "../core/errors";
import type { GraphFile } from "../graph/load";
import { ledgerStore, releasesIn } from "../ledger/place";
import type { LedgerStore } from "../ledger/store";
import { makeBundle, type Bundle } from "./bundle";
import { originOf } from "./files";
import { gather, type GatherRequest } from "./gather";
import { AllowedSigners, SigningKey } from "./signature";
import { ReleaseStore, type ReleaseRecord, type Trust } from "./store";

const signingKeyVariable = "TIDEGATE_SIGNING_KEY";
const passphraseVariable = "TIDEGATE_SIGNING_PASSPHRASE";

export interface Releases {
    readonly store: ReleaseStore;
    /** Where proofs are too. */
    readonly objects: LedgerStore;
    readonly trust: Trust;
}

/**
 * @param url of another place than the graph's
 * @throws TidegateError `ledger-invalid`, `signers-invalid`
 */
export async function openReleases(graph: GraphFile, url?: string): Promise<Releases> {
    const { store, allowedSigners } = graph.releases;
    const where = releasesIn(url ?? store);
    if (where.startsWith("file://")) await hideFromGit(where.slice("file://".length));
    const objects = ledgerStore(where);
    return { store: new ReleaseStore(objects), objects, trust: await trustOf(allowedSigners) };
}

/** Somebody's repository need not know of it. */
async function hideFromGit(folder: string): Promise<void> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(join(dirname(folder), ".gitignore"), "*\n");
}

async function trustOf(file: string | undefined): Promise<Trust> {
    if (file === undefined) return undefined;
    const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
        throw new TidegateError(`Who may sign cannot be told: ${file} cannot be read: ${error.code}.`, {
            code: "signers-invalid",
            hint: "`releases.allowedSigners` of the graph's file names it. Without the key, nothing has to be signed.",
            exitCode: exitCodes.usage,
        });
    });
    return AllowedSigners.parse(text, file);
}

/**
 * The key to sign with: the file that is named, else the one that TIDEGATE_SIGNING_KEY names; undefined where there is none.
 * @throws TidegateError `signing-key-invalid`, `signing-key-missing` where signatures are asked for and there is none
 */
export async function signingKey(file: string | undefined, trust: Trust): Promise<SigningKey | undefined> {
    const named = file ?? (process.env[signingKeyVariable] || undefined);
    if (named === undefined) {
        if (trust === undefined) return undefined;
        throw new TidegateError(`${trust.where} says who has to sign, and there is no key to sign with.`, {
            code: "signing-key-missing",
            hint: `--key FILE, or ${signingKeyVariable}=FILE; a passphrase in ${passphraseVariable}.`,
            exitCode: exitCodes.usage,
        });
    }
    const text = await readFile(named, "utf8").catch((error: NodeJS.ErrnoException) => {
        throw new TidegateError(`The key ${named} cannot be read: ${error.code}.`, {
            code: "signing-key-missing",
            hint: "It is the file of a private key, as `ssh-keygen -t ed25519` writes it.",
            exitCode: exitCodes.usage,
        });
    });
    return SigningKey.parse(text, named, process.env[passphraseVariable] || undefined);
}

/** The release of what lies there now. */
export const bundleOf = async (request: GatherRequest): Promise<Bundle> => makeBundle(await gather(request));

export const creationOf = async (graph: GraphFile, nowMs = Date.now()): Promise<ReleaseRecord["created"]> => ({
    time: new Date(nowMs).toISOString(),
    user: userInfo().username,
    host: hostname(),
    ...(await originOf(graph.directory)),
});
