/**
 * What there is, read without the tool: things in the clouds, states of Pulumi, records of ledgers, and the store of
 * releases, whose digests and signatures are asked of `tar` and `ssh-keygen`.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { knownIn, type Known } from "../simulatedState";
import { sqlFile, stacks, type Environment, type Organisation, type StackName } from "./organisation";
import type { Sql } from "./model";

export interface Thing {
    readonly id: string;
    readonly urn: string;
    readonly stack: StackName;
    readonly text: string;
}

export interface RunRecord {
    readonly run: string;
    readonly release: string | undefined;
    readonly from: string | undefined;
    readonly state: "green" | "red" | "interrupted" | "cut off";
    readonly beganMs: number;
    readonly endedMs: number;
    /** Stacks that the engine was let at. */
    readonly touched: readonly string[];
    readonly pid: number;
}

export interface MarkRecord {
    readonly name: string;
    readonly release: string | undefined;
}

export interface ProofRecord {
    readonly release: string;
    readonly mark: string;
    /** Of the ledger. */
    readonly run: string;
    readonly green: boolean;
    /** Whether it bears the signature that it has to. */
    readonly signed: boolean;
}

const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).sort() : []);
const sha256 = (content: string | Buffer): string => createHash("sha256").update(content).digest("hex");
const json = <T>(file: string): T => JSON.parse(readFileSync(file, "utf8")) as T;

export class Evidence {
    /** By content: what was checked once is not checked again. */
    private readonly checked = new Map<string, boolean>();
    private readonly unpacked = new Map<string, Sql>();

    constructor(private readonly organisation: Organisation) {}

    /** One for each thing in a cloud. */
    files(environment: Environment): string[] {
        const folder = this.organisation.cloud(environment);
        return namesIn(folder)
            .filter((name) => name.endsWith(".json"))
            .map((name) => join(folder, name));
    }

    things(environment: Environment): Thing[] {
        return this.files(environment).map((file) => {
            const { id, urn, inputs } = json<{ id: string; urn: string; inputs: { size: string } }>(file);
            return { id, urn, stack: urn.split("::")[1] as StackName, text: inputs.size };
        });
    }

    /** Ids by URN as the states have them, and what is pending. */
    known(environment: Environment): Known {
        const folder = join(this.organisation.state(environment), ".pulumi", "stacks");
        return knownIn(stacks.map((stack) => join(folder, stack, `${environment}.json`)).filter(existsSync));
    }

    /** The oldest run first. */
    runs(environment: Environment): RunRecord[] {
        const folder = join(this.organisation.state(environment), ".tidegate", environment, "ledger", "runs");
        return namesIn(folder).flatMap((run) => {
            const records = namesIn(join(folder, run)).map((name) =>
                json<{ time: string; entry: { type: string; [key: string]: unknown } }>(join(folder, run, name)),
            );
            const started = records.find(({ entry }) => entry.type === "run-started");
            if (started === undefined) return [];
            const { release, holder } = started.entry as {
                release?: { id: string; from?: { environment: string } };
                holder?: { pid: number };
            };
            const end = records.find(({ entry }) => entry.type === "run-finished");
            const { ok, interrupted } = (end?.entry ?? {}) as { ok?: boolean; interrupted?: boolean };
            const times = records.map(({ time }) => Date.parse(time));
            return [
                {
                    run,
                    release: release?.id,
                    from: release?.from?.environment,
                    state: end === undefined ? "cut off" : ok ? "green" : interrupted ? "interrupted" : "red",
                    beganMs: Math.min(...times),
                    endedMs: Math.max(...times),
                    touched: records.flatMap(({ entry }) =>
                        entry.type === "operation-started" ? [String(entry["stack"])] : [],
                    ),
                    pid: holder?.pid ?? 0,
                },
            ];
        });
    }

    marks(environment: Environment): MarkRecord[] {
        const folder = join(this.organisation.store, "rollouts", environment);
        return namesIn(folder).map((name) => ({
            name: name.replace(".json", ""),
            release: json<{ release?: string }>(join(folder, name)).release,
        }));
    }

    /** Whether the last record of holds is one. */
    held(environment: Environment): boolean {
        const folder = join(this.organisation.store, "holds", environment);
        const last = namesIn(folder).at(-1);
        return last !== undefined && json<{ held: boolean }>(join(folder, last)).held;
    }

    proofs(environment: Environment): ProofRecord[] {
        const folder = join(this.organisation.store, "proofs", environment);
        return namesIn(folder).flatMap((release) =>
            namesIn(join(folder, release))
                .filter((name) => name.endsWith(".json"))
                .map((name) => {
                    const file = join(folder, release, name);
                    const proof = json<{
                        release: string;
                        environment: string;
                        simulated: boolean;
                        mark: string;
                        run: string;
                        gates: { status: string }[];
                    }>(file);
                    const here = proof.release === release && proof.environment === environment && !proof.simulated;
                    const green =
                        here && proof.gates.length > 0 && proof.gates.every(({ status }) => status === "pass");
                    const signed = this.isSigned(file, file.replace(/json$/, "sig"), "tidegate-proof");
                    return { release, mark: proof.mark, run: proof.run, green, signed };
                }),
        );
    }

    /** Names of the releases that have a record. */
    releases(): string[] {
        return namesIn(this.organisation.store).filter((name) =>
            existsSync(join(this.organisation.store, name, "record.json")),
        );
    }

    /** What a release says is rolled out, once its digests and its signature are right; else what is wrong. */
    release(id: string): Sql | string {
        const folder = join(this.organisation.store, id);
        const manifest = join(folder, "manifest.json");
        const text = readFileSync(manifest);
        if (sha256(text) !== id) return "its manifest is not what its name says";
        const { bundle } = json<{ bundle: { sha256: string; pieces: number } }>(join(folder, "record.json"));
        const pieces = namesIn(join(folder, "bundle", bundle.sha256));
        if (pieces.length !== bundle.pieces) return "a piece of its bundle is missing";
        const base64 = pieces.map((name) => readFileSync(join(folder, "bundle", bundle.sha256, name), "utf8")).join("");
        const compressed = Buffer.from(base64, "base64");
        if (sha256(compressed) !== bundle.sha256) return "its bundle is not what its record says";
        const signatures = namesIn(join(folder, "signatures"));
        if (this.organisation.signed) {
            const one = signatures.some((name) =>
                this.isSigned(manifest, join(folder, "signatures", name), "tidegate-release"),
            );
            if (!one) return "nobody has signed it who may";
        }
        const known = this.unpacked.get(bundle.sha256);
        if (known !== undefined) return known;
        const { files } = JSON.parse(text.toString()) as { files: { path: string; sha256: string }[] };
        const sql: Partial<Record<StackName, string>> = {};
        for (const stack of stacks) {
            const content = execFileSync("tar", ["-xzO", `files/${sqlFile[stack]}`], { input: compressed });
            if (sha256(content) !== files.find(({ path }) => path === sqlFile[stack])?.sha256)
                return `${sqlFile[stack]} is not what its manifest says`;
            sql[stack] = content.toString("utf8");
        }
        this.unpacked.set(bundle.sha256, sql as Sql);
        return sql as Sql;
    }

    private isSigned(file: string, signature: string, namespace: string): boolean {
        if (!this.organisation.signed) return true;
        if (!existsSync(signature)) return false;
        const content = readFileSync(file);
        const key = sha256(Buffer.concat([content, readFileSync(signature), Buffer.from(namespace)]));
        const known = this.checked.get(key);
        if (known !== undefined) return known;
        const { signers } = this.organisation;
        const args = ["-Y", "verify", "-f", signers, "-I", "ci@organisation", "-n", namespace, "-s", signature];
        const good = spawnSync("ssh-keygen", args, { input: content }).status === 0;
        this.checked.set(key, good);
        return good;
    }

    /** All of what a refused promotion must not touch: the clouds, the states, the ledgers, the marks. */
    digest(): string {
        const { base, store } = this.organisation;
        const folders = [join(base, "clouds"), join(base, "state"), join(store, "rollouts"), join(store, "proofs")];
        const files = folders.flatMap((folder) =>
            existsSync(folder)
                ? readdirSync(folder, { recursive: true, withFileTypes: true })
                      .filter((entry) => entry.isFile())
                      .map((entry) => join(entry.parentPath, entry.name))
                      // Who asked for the lock last is no change of the environment.
                      .filter((file) => !/\/(lock|drift)\//.test(file))
                : [],
        );
        return sha256(
            files
                .sort()
                .map((file) => `${file} ${sha256(readFileSync(file))}`)
                .join("\n"),
        );
    }
}
