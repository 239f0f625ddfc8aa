/**
 * A checkout of its own for tests that run the CLI: the files of this one as they are now, its node_modules, and a data
 * directory beside it. So no test touches the platform, the stack files or the state of whoever runs it.
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import {
    appendFileSync,
    cpSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { repositoryRoot } from "../../automation/core/repository";
import { endsWithTests } from "./endsWithTests";

export interface Outcome {
    /** Null where a signal ended it. */
    readonly code: number | null;
    readonly stdout: string;
    readonly stderr: string;
}

/** Names a file to which each checkout adds its folder, so that whoever owns the test run finds what it leaves behind. */
export const checkoutsVariable = "TIDEGATE_TEST_CHECKOUTS";

export class Checkout {
    /** One that another process made. */
    constructor(
        readonly directory: string,
        /** `TIDEGATE_DATA`; the environment's own folder is in it. */
        readonly dataRoot: string,
    ) {}

    /** `change` edits stacks/local.yaml of the checkout. `dataRoot` of another checkout: a second clone of one platform. */
    static create(change: (text: string) => string = (text) => text, dataRoot?: string): Checkout {
        const base = mkdtempSync(join(tmpdir(), "tidegate-checkout-"));
        const directory = join(base, "clone");
        const list = process.env[checkoutsVariable];
        if (list) appendFileSync(list, `${base}\n`);
        const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], {
            cwd: repositoryRoot,
            encoding: "utf8",
        });
        for (const file of files.split("\0").filter((name) => name !== "")) {
            mkdirSync(dirname(join(directory, file)), { recursive: true });
            // A file that is deleted and not committed yet is still listed.
            if (existsSync(join(repositoryRoot, file))) cpSync(join(repositoryRoot, file), join(directory, file));
        }
        symlinkSync(join(repositoryRoot, "node_modules"), join(directory, "node_modules"));
        const checkout = new Checkout(directory, dataRoot ?? join(base, "data"));
        checkout.edit(change);
        return checkout;
    }

    /** The data directory of the environment `local`. */
    get dataDirectory(): string {
        return join(this.dataRoot, "local");
    }

    edit(change: (text: string) => string): void {
        const file = join(this.directory, "stacks", "local.yaml");
        writeFileSync(file, change(readFileSync(file, "utf8")));
    }

    /** Names of the generated stack files. */
    stackFiles(): string[] {
        return readdirSync(join(this.directory, "stacks"))
            .filter((name) => name.startsWith("Pulumi."))
            .sort();
    }

    /** Starts `tidegate ARGS`. */
    start(args: readonly string[], variables: Readonly<Record<string, string>> = {}): ChildProcess {
        return startTidegate(args, this.directory, this.environment(variables), this.directory);
    }

    /** Runs `tidegate ARGS` to its end. */
    run(args: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<Outcome> {
        return outcomeOf(this.start(args, variables));
    }

    /** Runs a command in the shell that `tidegate env local` makes. */
    shell(command: string): Promise<Outcome> {
        return this.bash(`eval "$(node automation/cli/tidegate.mjs env local)"; ${command}`);
    }

    /** Runs a command in a shell that knows nothing of the platform. */
    bash(command: string, variables: Readonly<Record<string, string>> = {}): Promise<Outcome> {
        return outcomeOf(
            spawn("bash", ["-c", `set -e; ${command}`], {
                cwd: this.directory,
                env: this.environment(variables),
                stdio: ["ignore", "pipe", "pipe"],
            }),
        );
    }

    /** Takes the platform down and removes the checkout; the data of a shared platform is left to its owner. */
    async remove(options: { readonly down?: boolean } = {}): Promise<void> {
        if (options.down ?? true) {
            const down = await this.run(["down"]);
            if (down.code !== 0) throw new Error(`tidegate down failed:\n${down.stdout}${down.stderr}`);
        }
        rmSync(dirname(this.directory), { recursive: true, force: true });
    }

    private environment(variables: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
        return isolated({ TIDEGATE_DATA: this.dataRoot, ...variables });
    }
}

/**
 * Environment of a command under test: nothing that changes what it does or how it prints comes from whoever runs the
 * tests, at a desk or in CI.
 */
export function isolated(variables: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
    const own = Object.entries(process.env).filter(
        ([name]) => !/^(PULUMI_|TIDEGATE_(?!CACHE)|DLQ_MAX|WAIT_FOR_SILVER_|FORCE_COLOR)/.test(name),
    );
    return { ...Object.fromEntries(own), NO_COLOR: "1", CI: "1", ...variables };
}

/** Starts `tidegate ARGS` in a folder; its process group is its own, as a terminal's foreground job is. It ends with the tests. */
export const startTidegate = (
    args: readonly string[],
    cwd: string,
    env: NodeJS.ProcessEnv,
    checkout = repositoryRoot,
): ChildProcess =>
    endsWithTests(
        spawn(process.execPath, [join(checkout, "automation", "cli", "tidegate.mjs"), ...args], {
            cwd,
            env,
            stdio: ["ignore", "pipe", "pipe"],
            detached: true,
        }),
    );

export async function outcomeOf(child: ChildProcess): Promise<Outcome> {
    let stdout = "";
    let stderr = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const code = await new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
    return { code, stdout, stderr };
}
