/** The organisation of programs.ts in a folder of its own, which holds all that anybody writes. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { generatePrivateKey } from "sshpk";
import { repositoryRoot } from "../../../automation/core/repository";
import { cacheRoot } from "../../../automation/toolchain/bootstrap.mjs";
import { Canaries, type Found } from "../../_helpers/canaries";
import { isolated, outcomeOf, type Outcome } from "../../_helpers/checkout";
import { endsWithTests } from "../../_helpers/endsWithTests";
import { Example } from "../../_helpers/example";
import { until } from "../../components/support";
import { victimKinds, victims } from "../../proofs/crash/victims";
import type { Excepted } from "./excepted";
import { graph, leak, login, module_, program, secrets } from "./programs";

type Variables = Readonly<Record<string, string>>;

const modeOf = (path: string): number => statSync(path).mode & 0o777;

export class Organisation {
    readonly canaries = new Canaries(secrets);
    private constructor(private readonly example: Example) {}

    static async create(): Promise<Organisation> {
        const example = Example.create("release");
        const organisation = new Organisation(example);
        for (const folder of ["files", "given", "home", "out", "tmp"]) mkdirSync(join(organisation.base, folder));
        mkdirSync(join(example.directory, "app"));
        example.write("leak.js", leak);
        example.write("module.js", module_);
        example.write("tidegate.yaml", graph);
        example.write("app/Pulumi.yaml", "name: app\nruntime: nodejs\n");
        example.write("app/package.json", "{}\n");
        example.write("app/index.js", program);
        example.write("app/login.js", login);
        const pair = generatePrivateKey("ed25519");
        example.write("allowed_signers", `ci ${pair.toPublic().toString("ssh")}\n`);
        execFileSync("git", ["init", "--quiet", "--template="], { cwd: example.directory });
        example.write(".gitignore", ".env\n");
        example.write("app/.env", `DATABASE_PASSWORD=${secrets.ignored}\n`);
        const { signing, configuration } = secrets;
        organisation.give("key", pair.toString("openssh", { passphrase: signing }));
        organisation.give("canaries.json", JSON.stringify(secrets));
        organisation.give("configuration", configuration);
        const set = [
            `export PULUMI_BACKEND_URL=file://${join(organisation.base, "setup")}`,
            "mkdir -p ../setup && cd app && pulumi stack init organization/app/dev --no-select",
            'pulumi config set --secret key -s organization/app/dev < "$GIVEN/configuration"',
            "cp Pulumi.dev.yaml Pulumi.prod.yaml",
        ];
        const { code, stderr } = await organisation.run(["exec", "--", "sh", "-ec", set.join("\n")]);
        if (code !== 0) throw new Error(stderr);
        return organisation;
    }

    /** Holds all that anybody writes. */
    get base(): string {
        return dirname(this.example.directory);
    }

    get variables(): Record<string, string> {
        const { passphrase, variable, accessKey, address, webhook, signing } = secrets;
        return {
            CANARIES: join(this.base, "given", "canaries.json"),
            GIVEN: join(this.base, "given"),
            FILES: join(this.base, "files"),
            HOLD: join(this.base, "hold"),
            HOME: join(this.base, "home"),
            TMPDIR: join(this.base, "tmp"),
            TIDEGATE_CACHE: cacheRoot(),
            TIDEGATE_SIGNING_KEY: join(this.base, "given", "key"),
            TIDEGATE_SIGNING_PASSPHRASE: signing,
            PULUMI_CONFIG_PASSPHRASE: passphrase,
            DATABASE_PASSWORD: variable,
            AWS_SECRET_ACCESS_KEY: accessKey,
            DATABASE_URL: `postgres://app:${address}@127.0.0.1:1/app`,
            REPORT_URL: `https://bot:${address}@reports.example/x`,
            // In parts: the scan of this repository knows its form.
            WEBHOOK_URL: ["https://hooks.slack.com/services", "T024BE91L", "B024BE91M", webhook].join("/"),
        };
    }

    private give(name: string, text: string): void {
        writeFileSync(join(this.base, "given", name), text, { mode: 0o600 });
    }

    run(args: readonly string[], more: Variables = {}): Promise<Outcome> {
        return this.example.run(args, { ...this.variables, ...more });
    }

    /** As `run`, before somebody who looks: https://man7.org/linux/man-pages/man1/script.1.html */
    inTerminal(args: readonly string[], more: Variables = {}): Promise<Outcome> {
        const command = [process.execPath, join(repositoryRoot, "automation", "cli", "tidegate.mjs"), ...args];
        const environment = isolated({ ...this.example.variables, ...this.variables, ...more, CI: "" });
        const child = spawn("script", ["--quiet", "--return", "--command", command.join(" "), "/dev/null"], {
            cwd: this.example.directory,
            env: environment,
            stdio: ["ignore", "pipe", "pipe"],
        });
        return outcomeOf(endsWithTests(child));
    }

    /** Another program, of the same resources. */
    change(): void {
        this.example.edit("app/index.js", 'user = "me"', 'user = "you"');
    }

    private held(who: "provider" | "gate"): string {
        return join(this.base, `hold-${who}`);
    }

    /** Does something while one of them stands still, in the middle of a command which is not awaited. */
    async whileHeld(
        who: "provider" | "gate",
        command: Promise<unknown>,
        work: () => Promise<void> | void,
    ): Promise<void> {
        let ended = false;
        const end = (): void => void (ended = true);
        command.then(end, end);
        await until(`the ${who} is held`, () => existsSync(`${this.held(who)}-reached`) || ended, 240);
        if (ended) assert.fail(`it ended before the ${who} was asked: ${JSON.stringify(await command)}`);
        try {
            await work();
        } finally {
            this.lift(who);
            await command.catch(() => undefined);
        }
    }

    hold(who: "provider" | "gate"): void {
        writeFileSync(this.held(who), "");
    }

    private lift(who: "provider" | "gate"): void {
        for (const path of [this.held(who), `${this.held(who)}-reached`]) rmSync(path, { force: true });
    }

    /** Starts a command, and kills driver, worker and engine while the provider works. */
    async killed(args: readonly string[], more: Variables = {}): Promise<void> {
        this.hold("provider");
        const child = this.example.start(args, { ...this.variables, ...more });
        const ended = outcomeOf(child);
        await this.whileHeld("provider", ended, async () => {
            const driver = child.pid ?? assert.fail("it has no pid");
            const all = await Promise.all(victimKinds.map((kind) => victims(driver, kind)));
            // The driver last: its worker would begin to end its engine in order.
            for (const pid of all.flat().toReversed()) process.kill(pid, "SIGKILL");
            assert.equal((await ended).code, null);
        });
    }

    /** Where the secrets were put. */
    private readonly planted = (path: string): boolean =>
        ["given", "node_modules", "release/app/.env"].includes(relative(this.base, path));

    /** Where canaries are, apart from where they were put, and from files that may have them now and have their modes. */
    leaks(allowed?: Excepted): string[] {
        return this.found()
            .filter((found) => !this.mayHave(found, allowed))
            .map(({ file, what }) => `${relative(this.base, file)}, of mode ${modeOf(file).toString(8)}: ${what}`);
    }

    /** The canaries in files that may have them. */
    allowed(excepted: Excepted): string[] {
        return this.found()
            .filter((found) => this.mayHave(found, excepted))
            .map(({ what }) => what);
    }

    private found(): Found[] {
        return this.canaries.inFiles(this.base, this.planted);
    }

    private mayHave({ file }: Found, excepted: Excepted | undefined): boolean {
        if (excepted?.path?.test(relative(this.base, file)) !== true) return false;
        const { mode, folderMode } = excepted;
        return modeOf(file) === mode && (folderMode === undefined || modeOf(dirname(file)) === folderMode);
    }

    /** The files that `leaks` looks into, from `base`. */
    files(): string[] {
        return this.canaries.files(this.base, this.planted).map((file) => relative(this.base, file));
    }

    path(name: string): string {
        return join(this.base, name);
    }

    remove(): void {
        this.example.remove();
    }
}
