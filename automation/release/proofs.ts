/**
 * Proofs and marks of rollouts, beside the releases: created and never changed. Those of rehearsals are in a place of their
 * own: they open no real gate, and end no real stay.
 */
import { randomBytes } from "node:crypto";
import { TidegateError } from "../core/errors";
import { parseJson } from "../core/json";
import { isRed } from "../gates/check";
import { createNumbered, numberedIn } from "../ledger/numbered";
import type { LedgerStore } from "../ledger/store";
import { shortId, sha256 } from "./manifest";
import { markSchema, proofSchema, proofText, type Mark, type NamedMark, type Proof } from "./proof";
import type { Signer, SigningKey } from "./signature";
import { placeOf, signatureMissing, type Trust } from "./store";

export interface FoundProof {
    readonly proof: Proof;
    /** Undefined where nobody has to have signed. */
    readonly signer: Signer | undefined;
}

export class Proofs {
    private readonly place: string;

    /** `simulated`: those of rehearsals. */
    constructor(
        private readonly store: LedgerStore,
        private readonly trust: Trust,
        private readonly simulated: boolean,
    ) {
        this.place = placeOf(simulated);
    }

    /** Answers with its name, once it lasts. It sorts after all that are there, whatever the clock says. */
    async mark(mark: Omit<Mark, "version">): Promise<string> {
        const folder = `${this.place}rollouts/${mark.environment}`;
        return createNumbered(this.store, folder, { version: 1, ...mark });
    }

    /** In their order. One that cannot be read is something that was begun, of which no more is known. */
    async marks(environment: string): Promise<NamedMark[]> {
        const folder = `${this.place}rollouts/${environment}`;
        const names = await numberedIn(this.store, folder);
        return Promise.all(
            names.map(async (file) => {
                const name = file.replace(/\.json$/, "");
                const read = await this.store.read(`${folder}/${file}`);
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
        const name = `${this.place}proofs/${proof.environment}/${proof.release}/${proof.mark}-${randomBytes(3).toString("hex")}`;
        // Its signature first: what is found is whole.
        if (key !== undefined) await this.store.create(`${name}.sig`, key.sign(text, "tidegate-proof"));
        await this.store.create(`${name}.json`, text);
    }

    /**
     * Of a release in an environment, the newest last.
     * @throws TidegateError `signature-missing` where there are some, and none is signed by whom it has to be
     */
    async of(environment: string, release: string): Promise<FoundProof[]> {
        const folder = `${this.place}proofs/${environment}/${release}`;
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
            if (!parsed.success) continue;
            const { data } = parsed;
            // One that was changed proves nothing; nor does one that lies in another's place.
            if (data.release === release && data.environment === environment && data.simulated === this.simulated)
                found.push({ proof: data, signer });
        }
        if (found.length === 0 && unsigned > 0 && this.trust !== undefined)
            throw signatureMissing(`The proof of ${shortId(release)} in ${environment}`, this.trust);
        return found;
    }

    /** The same, without those that nobody has signed who may: as if they were not there. */
    async counting(environment: string, release: string): Promise<Proof[]> {
        const found = await this.of(environment, release).catch((error: unknown) => {
            if (TidegateError.is(error) && error.code === "signature-missing") return [];
            throw error;
        });
        return found.map(({ proof }) => proof);
    }

    /** Every proof that counts of a green release in an environment, the one of the newest rollout first. */
    async greens(environment: string): Promise<Proof[]> {
        const releases = await this.store.list(`${this.place}proofs/${environment}`);
        const found = await Promise.all(releases.map((release) => this.counting(environment, release)));
        return found
            .flat()
            .filter(({ gates }) => !gates.some(isRed))
            .sort((a, b) => (a.mark < b.mark ? 1 : -1));
    }

    /** Releases that were green in an environment, the one of the newest rollout first. */
    async green(environment: string): Promise<string[]> {
        return [...new Set((await this.greens(environment)).map(({ release }) => release))];
    }
}

/** Of what is of an environment alone. */
export const settingsDigest = (content: string | object): string =>
    sha256(typeof content === "string" ? content : JSON.stringify(content));
