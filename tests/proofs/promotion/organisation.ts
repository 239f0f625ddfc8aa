/**
 * An organisation on simulated clouds: a repository, four environments with a state and a cloud each, and one store of
 * releases. All of it is folders that nothing but commands in a shell works on.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generatePrivateKey } from "sshpk";
import { parse, stringify } from "yaml";
import { repositoryRoot } from "../../../automation/core/repository";
import { isolated } from "../../_helpers/checkout";

export const environments = ["dev", "staging", "prod-eu", "prod-us"] as const;
export type Environment = (typeof environments)[number];

/** The canary of the two takes from staging, the other one from it. */
export const sourceOf = { dev: undefined, staging: "dev", "prod-eu": "staging", "prod-us": "prod-eu" } as const;
export const takers = ["staging", "prod-eu", "prod-us"] as const;
export type Taker = (typeof takers)[number];

export const stacks = ["store", "app"] as const;
export type StackName = (typeof stacks)[number];
/** The file that a stack is made of: what it says is what runs in the cloud. */
export const sqlFile = { store: "store/tables.sql", app: "app/orders.sql" } as const;

const here = join(repositoryRoot, "tests", "proofs", "promotion");
const simulated = join(repositoryRoot, "tests", "proofs", "crash");

export class Organisation {
    readonly base = mkdtempSync(join(tmpdir(), "tidegate-organisation-"));
    readonly repository = join(this.base, "repository");
    /** Where releases, marks and proofs are. */
    readonly store = join(this.base, "store", ".tidegate", "releases");
    readonly signers = join(this.base, "allowed_signers");
    private readonly keys = { ci: join(this.base, "ci_key"), stranger: join(this.base, "stranger_key") };
    private clones = 0;

    /** `signed`: whether releases and proofs have to be. */
    constructor(readonly signed: boolean) {
        for (const folder of ["bin", "jobs", "node_modules/.bin", ...environments.map((one) => `clouds/${one}`)])
            mkdirSync(join(this.base, folder), { recursive: true });
        const modules = join(this.base, "node_modules");
        symlinkSync(join(repositoryRoot, "node_modules", "@pulumi"), join(modules, "@pulumi"));
        symlinkSync(join(repositoryRoot, "automation/cli/tidegate.mjs"), join(modules, ".bin", "tidegate"));
        // What a job installs is there already.
        writeFileSync(join(this.base, "bin", "npm"), '#!/bin/sh\n[ "$1" = ci ]\n', { mode: 0o755 });
        // Nor does npm have to start, which takes as long as the command.
        const npx = `#!/bin/sh\nname=$1\nshift\nexec "${join(modules, ".bin")}/$name" "$@"\n`;
        writeFileSync(join(this.base, "bin", "npx"), npx, { mode: 0o755 });
        for (const [who, file] of Object.entries(this.keys)) {
            const pair = generatePrivateKey("ed25519");
            writeFileSync(file, pair.toString("openssh"), { mode: 0o600 });
            if (who === "ci") writeFileSync(this.signers, `ci@organisation ${pair.toPublic().toString("ssh")}\n`);
        }
        cpSync(join(here, "graph"), this.repository, { recursive: true });
        cpSync(join(repositoryRoot, "tests", "_helpers", "pulumi.cjs"), join(this.repository, "pulumi.cjs"));
        cpSync(join(simulated, "provider"), join(this.repository, "provider"), { recursive: true });
        cpSync(join(simulated, "lookup.cjs"), join(this.repository, "lookup.cjs"));
        chmodSync(join(this.repository, "provider", "pulumi-resource-sim"), 0o755);
        this.git("init", "-q", "-b", "main");
        this.configure([]);
    }

    /** What is committed. */
    sql(): Readonly<Record<StackName, string>> {
        const text = (stack: StackName): string => readFileSync(join(this.repository, sqlFile[stack]), "utf8");
        return { store: text("store"), app: text("app") };
    }

    cloud(environment: Environment): string {
        return join(this.base, "clouds", environment);
    }

    state(environment: Environment): string {
        return join(this.base, "state", environment);
    }

    /** What the jobs sign with. */
    get key(): string {
        return this.keys.ci;
    }

    /** Of whom nobody allows to sign. */
    get strangersKey(): string {
        return this.keys.stranger;
    }

    /** Writes what is of the environments into the graph's file, and commits it: no release has that in it. */
    configure(frozen: readonly Environment[]): void {
        const file = join(this.repository, "tidegate.yaml");
        const graph = parse(readFileSync(file, "utf8")) as { releases: object };
        const backend = (one: Environment) => ({
            backend: `file://${this.state(one)}`,
            variables: { SIM_CLOUD: this.cloud(one) },
        });
        const hourMs = 3_600_000;
        const window = { from: new Date(Date.now() - hourMs), until: new Date(Date.now() + 24 * hourMs) };
        const freeze = [{ from: window.from.toISOString(), until: window.until.toISOString(), why: "the books close" }];
        const rule = (one: Environment) => ({
            from: sourceOf[one] === undefined ? [] : [sourceOf[one]],
            ...(frozen.includes(one) ? { freeze } : {}),
        });
        const own = {
            ...graph,
            releases: {
                ...graph.releases,
                store: `file://${join(this.base, "store")}`,
                ...(this.signed ? { allowedSigners: this.signers } : {}),
            },
            environments: Object.fromEntries(environments.map((one) => [one, backend(one)])),
            promotion: Object.fromEntries(environments.map((one) => [one, rule(one)])),
        };
        writeFileSync(file, stringify(own));
        this.commit("how the environments are");
    }

    /** Writes files of the repository and commits them. */
    change(files: Readonly<Record<string, string>>, message: string): void {
        for (const [file, text] of Object.entries(files)) writeFileSync(join(this.repository, file), text);
        this.commit(message);
    }

    private commit(message: string): void {
        this.git("add", "-A");
        this.git("commit", "-q", "--allow-empty", "-m", message);
    }

    private git(...args: readonly string[]): void {
        const who = ["-c", "user.name=organisation", "-c", "user.email=ci@organisation", "-c", "commit.gpgsign=false"];
        execFileSync("git", [...who, ...args], { cwd: this.repository, stdio: ["ignore", "ignore", "inherit"] });
    }

    /** A checkout of what is committed, as a job begins with. */
    clone(): string {
        this.clones += 1;
        const directory = join(this.base, "jobs", String(this.clones));
        this.git("clone", "-q", this.repository, directory);
        return directory;
    }

    /** Environment of a job. `FILES` of GitHub's are the organisation's own, wherever it runs. */
    variables(): NodeJS.ProcessEnv {
        return isolated({
            PATH: `${join(this.base, "bin")}:${process.env["PATH"] ?? ""}`,
            PULUMI_HOME: join(this.base, "pulumi"),
            PULUMI_CONFIG_PASSPHRASE: "simulated",
            SIM_LATENCY_MS: "20",
            // Marks every process of the organisation.
            ORGANISATION: this.base,
            GITHUB_STEP_SUMMARY: join(this.base, "summary.md"),
            ...(this.signed ? { TIDEGATE_SIGNING_KEY: this.keys.ci } : {}),
        });
    }

    /** Checkouts of jobs that have ended. */
    sweep(): void {
        rmSync(join(this.base, "jobs"), { recursive: true, force: true });
        mkdirSync(join(this.base, "jobs"));
    }

    remove(): void {
        rmSync(this.base, { recursive: true, force: true });
    }
}
