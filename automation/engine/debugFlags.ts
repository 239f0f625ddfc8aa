/**
 * What makes Pulumi and its providers print secrets, which no redactor of this process sees: refused in CI, whose logs are
 * kept and read by many.
 * Sources: `pulumi --help` (--show-secrets, --debug, --verbose: "anything >3 is very verbose", --logtostderr, --logflow,
 * --tracing), https://www.pulumi.com/docs/iac/support/debugging/ (PULUMI_DEBUG_GRPC writes every call with its properties),
 * https://developer.hashicorp.com/terraform/internals/debugging (TF_LOG, heard by providers that are bridged)
 */
import { basename } from "node:path";
import { exitCodes, TidegateError } from "../core/errors";

/** `pulumi` alone is asked for its secrets; other programs have flags of these names too. */
const flags = /^(--show-secrets|--debug|-d|--logtostderr|--logflow|--tracing)(=(?!false$).*)?$/;
const verbosity = /^(?:-v|--verbose)(?:=?(\d+))?$/;
const variables = /^(PULUMI_DEBUG_(GRPC|COMMANDS)|PULUMI_TRACING|PULUMI_LOG_OTLP_ENDPOINT|TF_LOG(_[A-Z0-9_]+)?)$/;
/** Beyond it Pulumi prints what its providers are told. */
const harmlessVerbosity = 3;

/** As most CI systems set it. */
const inCi = ({ CI }: Readonly<NodeJS.ProcessEnv>): boolean => !["", "0", "false"].includes(CI ?? "");

/** Names of what would print secrets: variables, and flags where the words run `pulumi`, also inside of a shell's script. */
export function printsSecrets(environment: Readonly<NodeJS.ProcessEnv>, words: readonly string[] = []): string[] {
    const set = Object.entries(environment)
        .filter(
            ([name, value]) => variables.test(name) && !["", "0", "false", "off"].includes((value ?? "").toLowerCase()),
        )
        .map(([name]) => name);
    const single = words.flatMap((word) => word.split(/[\s;&|()'"]+/)).filter((word) => word !== "");
    if (!single.some((word) => basename(word) === "pulumi")) return set;
    const asked = single.filter((word, index) => {
        const level = verbosity.exec(word);
        if (level === null) return flags.test(word);
        return Number(level[1] ?? single[index + 1] ?? 0) > harmlessVerbosity;
    });
    return [...set, ...asked];
}

/** @throws TidegateError `debug-prints-secrets` in CI */
export function refusePrintedSecrets(environment: Readonly<NodeJS.ProcessEnv>, words: readonly string[] = []): void {
    if (!inCi(environment)) return;
    const found = printsSecrets(environment, words);
    if (found.length === 0) return;
    throw new TidegateError(`In CI ${found.join(" and ")} may not be set: Pulumi or a provider would print secrets.`, {
        code: "debug-prints-secrets",
        hint: "Take it away, or run the command on a machine whose output nobody else reads (there CI is not set).",
        exitCode: exitCodes.refused,
    });
}
