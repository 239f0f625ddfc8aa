/** Proofs and marks of rollouts, beside the releases: created and never changed. */
import { randomBytes } from "node:crypto";
import type { LedgerStore } from "../ledger/store";
import { shortId, sha256 } from "./manifest";
import { markSchema, proofSchema, proofText, type Mark, type NamedMark, type Proof } from "./proof";
import type { Signer, SigningKey } from "./signature";
import { signatureMissing, type Trust } from "./store";

export interface FoundProof {
    readonly proof: Proof;
    /** Undefined where nobody has to have signed. */
    readonly signer: Signer | undefined;
}

export class Proofs {
    constructor(
        private readonly store: LedgerStore,
        private readonly trust: Trust,
    ) {}

    /** Answers with its name, once it lasts. It sorts after all that are there, whatever the clock says. */
    async mark(mark: Omit<Mark, "version">): Promise<string> {
        const last = (await this.store.list(`rollouts/${mark.environment}`)).at(-1);
        const number = Number(last?.slice(0, 8) ?? 0) + 1;
        for (let next = number; ; next++) {
            const name = String(next).padStart(8, "0");
            const text = JSON.stringify({ version: 1, ...mark });
            if (await this.store.create(`rollouts/${mark.environment}/${name}.json`, `${text}\n`)) return name;
        }
    }

    /** In their order. One that cannot be read is something that was begun, of which no more is known. */
    async marks(environment: string): Promise<NamedMark[]> {
        const names = await this.store.list(`rollouts/${environment}`);
        return Promise.all(
            names.map(async (file) => {
                const name = file.replace(/\.json$/, "");
                const read = await this.store.read(`rollouts/${environment}/${file}`);
                const parsed = markSchema.safeParse(parseJson(read));
                const unknown = {
                    version: 1,
                    environment,
                    operation: "up",
                    time: new Date(0).toISOString(),
                    user: "",
                    host: "",
                } as const;
                return [name, parsed.success ? parsed.data : unknown] as const;
            }),
        );
    }

    async write(proof: Proof, key: SigningKey | undefined): Promise<void> {
        const text = proofText(proof);
        const name = `proofs/${proof.environment}/${proof.release}/${proof.mark}-${randomBytes(3).toString("hex")}`;
        // Its signature first: what is found is whole.
        if (key !== undefined) await this.store.create(`${name}.sig`, key.sign(text, "tidegate-proof"));
        await this.store.create(`${name}.json`, text);
    }

    /**
     * Of a release in an environment, the newest last.
     * @throws TidegateError `signature-missing` where there are some, and none is signed by whom it has to be
     */
    async of(environment: string, release: string): Promise<FoundProof[]> {
        const folder = `proofs/${environment}/${release}`;
        const names = (await this.store.list(folder)).filter((name) => name.endsWith(".json"));
        const found: FoundProof[] = [];
        let unsigned = 0;
        for (const name of names) {
            const text = (await this.store.read(`${folder}/${name}`)) ?? "";
            const signature = (await this.store.read(`${folder}/${name.replace(/\.json$/, ".sig")}`)) ?? "";
            const signer = this.trust?.signerOf(text, signature, "tidegate-proof");
            if (this.trust !== undefined && signer === undefined) {
                unsigned += 1;
                continue;
            }
            const parsed = proofSchema.safeParse(parseJson(text));
            // One that was changed proves nothing; nor does one that lies in another's place.
            if (parsed.success && parsed.data.release === release && parsed.data.environment === environment)
                found.push({ proof: parsed.data, signer });
        }
        if (found.length === 0 && unsigned > 0 && this.trust !== undefined)
            throw signatureMissing(`The proof of ${shortId(release)} in ${environment}`, this.trust);
        return found;
    }

    /** Releases that were green in an environment, the one of the newest rollout first. */
    async green(environment: string): Promise<string[]> {
        const releases = await this.store.list(`proofs/${environment}`);
        const newest = await Promise.all(
            releases.map(async (release) => {
                const names = await this.store.list(`proofs/${environment}/${release}`);
                return [names.at(-1) ?? "", release] as const;
            }),
        );
        return newest.sort(([a], [b]) => (a < b ? 1 : -1)).map(([, release]) => release);
    }
}

/** Of what is of an environment alone. */
export const settingsDigest = (content: string | object): string =>
    sha256(typeof content === "string" ? content : JSON.stringify(content));

function parseJson(text: string | undefined): unknown {
    try {
        return JSON.parse(text ?? "");
    } catch {
        return undefined;
    }
}
