/** `release`: what is promoted, made once and never changed. */
import { Option, type Command } from "commander";
import type { CreateFlags, DiffFlags, ReleaseFlags, ShowFlags } from "../actions/release";

const storeOption = ["--store <url>", "where releases are, in another place than the graph's"] as const;

export function releaseCommands(program: Command): void {
    const release = program.command("release").description("make, show, compare and verify releases");
    release
        .command("create")
        .description("keep what lies here as a release: named by its content, signed where there is a key")
        .option("--key <file>", "Ed25519 key to sign with; else TIDEGATE_SIGNING_KEY")
        .option("-o, --output <file>", "write the bundle there too, as a .tar.gz")
        .addOption(
            new Option("--dry-run", "say what it would be named and hold; nothing is written").conflicts("output"),
        )
        .option(...storeOption)
        .option("--json", "as JSON")
        .action(async (flags: CreateFlags) => (await import("../actions/release.js")).create(flags));
    release
        .command("list")
        .description("the releases that there are: when, by whom, of which commit")
        .option(...storeOption)
        .option("--json", "as JSON")
        .action(async (flags: ReleaseFlags) => (await import("../actions/release.js")).list(flags));
    release
        .command("show")
        .description("what a release holds: parts, versions, who has signed it")
        .argument("<release>", "its name, or the beginning of it")
        .option("--files", "each file too")
        .option("--manifest", "its manifest alone: the text that is signed")
        .option("--sbom", "its bill of materials alone, as CycloneDX JSON")
        .option(...storeOption)
        .option("--json", "as JSON")
        .action(async (wanted: string, flags: ShowFlags) =>
            (await import("../actions/release.js")).show(wanted, flags),
        );
    release
        .command("diff")
        .description("what differs between two releases, and which stacks that touches")
        .argument("<from>", "name of a release, or the beginning of it")
        .argument("<to>", "name of another; `here` for what lies here")
        .option(...storeOption)
        .option("--json", "as JSON")
        .action(async (from: string, to: string, flags: DiffFlags) =>
            (await import("../actions/release.js")).diff(from, to, flags),
        );
    release
        .command("verify")
        .description("read every byte of a release, and hold it against its name and its signature")
        .argument("<release>", "its name, or the beginning of it")
        .option(...storeOption)
        .option("--json", "as JSON")
        .action(async (wanted: string, flags: ReleaseFlags) =>
            (await import("../actions/release.js")).verify(wanted, flags),
        );
}
