/** `secrets`: finds secrets in plain text, in files and in states. Never prints one. */
import type { Command } from "commander";
import { auditSecrets, type AuditFlags } from "../actions/secretsAudit";
import { scanSecrets, type ScanFlags } from "../actions/secretsScan";

export function secretCommands(program: Command): void {
    const secrets = program.command("secrets").description("find secrets that stand in plain text");
    secrets
        .command("scan")
        .description("look through files: file, line, key and rule of each secret, never its value")
        .argument("[paths...]", "files and folders. Default: all of the project")
        .option("--staged", "what the next commit would have, as git's index has it")
        .option("--baseline <file>", "what is accepted for a time, and public. Default: tidegate.secrets.yaml")
        .option("--sarif <file>", "write the findings as SARIF 2.1.0 too")
        .option("--junit <file>", "write the findings as JUnit XML too")
        .option("--json", "as JSON")
        .addHelpText("after", "\nExit codes: 0 none, 1 a secret was found, 2 a path or the baseline is wrong.")
        .action((paths: string[], flags: ScanFlags) => scanSecrets(paths, flags));
    secrets
        .command("audit")
        .description("look through the states of an environment's stacks, whose secrets stay encrypted")
        .argument("[environment]", "name of the environment", "local")
        .option("--json", "as JSON")
        .addHelpText(
            "after",
            "\nExit codes: 0 none, 1 a secret stands in plain text in a state, 2 there is no such environment.",
        )
        .action((environment: string, flags: AuditFlags) => auditSecrets(environment, flags));
}
