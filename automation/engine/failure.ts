/**
 * Why an engine operation failed: classified from its events first and from its text last, because the text also holds
 * whatever the program printed. Pure.
 */
import { exitCodes, type TidegateErrorOptions } from "../core/errors";
import { nameOf, plainText, violation, type EngineFact } from "./facts";

export interface Failure extends Pick<TidegateErrorOptions, "hint" | "retryable" | "exitCode"> {
    readonly code: string;
    readonly message: string;
}

/** The last lines of a text, for people: no blank ones, no noise of the CLI. */
const tail = (text: string, lines: number): string =>
    text
        .split("\n")
        .map((line) => plainText(line))
        .filter((line) => line !== "" && !line.startsWith("warning: "))
        .slice(-lines)
        .join("\n");

/** Without the lines of a stack trace that are Node's or the SDK's: the program's own stay, which its author knows. */
const ownFrames = (text: string): string =>
    text
        .split("\n")
        .filter((line) => !/^\s+at .*(node:internal|node_modules\/@pulumi\/)/.test(line))
        .join("\n");

/** What the CLI says before its engine has begun, from its sources and those of gocloud.dev/blob. The first that fits. */
const backendFailures: readonly (Omit<Failure, "message"> & { readonly text: RegExp; readonly what: string })[] = [
    {
        text: /no stack named .* found/,
        code: "stack-missing",
        what: "its backend has no such stack",
        hint: "Is it the backend that you mean, and are you who you mean to be? `pulumi whoami -v` tells.",
        exitCode: exitCodes.usage,
    },
    {
        text: /newer than what this version of the Pulumi CLI understands|requires (Pulumi )?CLI version|deployment schema version .* is newer/i,
        code: "pulumi-too-old",
        what: "this Pulumi is too old for it",
        hint: "Put a newer Pulumi on PATH: `npx tidegate doctor` says which one is taken.",
        exitCode: exitCodes.toolchain,
    },
    {
        text: /no (resource|language|analyzer) plugin .* found|Could not automatically download and install/i,
        code: "plugin-missing",
        what: "a plugin is missing",
        hint: "`pulumi plugin install` in its project fetches it; where there is no network, `plugins` of Pulumi.yaml names a folder.",
        exitCode: exitCodes.toolchain,
    },
    {
        text: /violates plan/,
        code: "plan-violated",
        what: "it would do something else than its plan says",
        hint: "Preview it again, and look at what has changed since.",
    },
    {
        text: /\[40[13]\]|Unauthorized|AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|PermissionDenied|AuthorizationFailure|could not find default credentials|NoCredentialProviders|no EC2 IMDS role found|failed to (refresh|retrieve) .*credentials|PULUMI_ACCESS_TOKEN must be set/i,
        code: "backend-denied",
        what: "its backend, or the key of its secrets, may not be used",
        hint: "Log in again, or have the rights given to who this is: `pulumi whoami -v`, and the cloud's own CLI, say who.",
        exitCode: exitCodes.usage,
    },
    {
        text: /dial tcp|connection (refused|reset)|no such host|i\/o timeout|TLS handshake timeout|\[(429|50\d)\]|SlowDown|ServiceUnavailable|RequestTimeout|EOF$/im,
        code: "backend-unreachable",
        what: "its backend does not answer",
        hint: "See whether it can be reached from here, then run the same command again: it goes on from what is there.",
        retryable: true,
    },
];

export function classify(
    stack: string,
    operation: string,
    facts: readonly EngineFact[],
    stderr: string,
    interrupted: boolean,
): Failure {
    const failed = facts.filter((fact) => fact.kind === "resource" && fact.phase === "failed");
    const errors = facts.filter((fact) => fact.kind === "diagnostic" && fact.severity === "error");
    const policies = facts.filter((fact) => fact.kind === "policy").filter(({ mandatory }) => mandatory);
    if (interrupted)
        return {
            code: "interrupted",
            message: `${stack}: ${operation} was interrupted.`,
            hint: "Run the same command again: it goes on from what is there.",
        };
    if (policies.length > 0)
        return {
            code: "policy",
            message: `${stack}: ${policies.length === 1 ? "a mandatory policy is" : `${policies.length} mandatory policies are`} violated:\n${policies.map((fact) => `  ${violation(fact)}`).join("\n")}`,
        };
    const all = [...errors.map((fact) => (fact.kind === "diagnostic" ? fact.message : "")), stderr].join("\n");
    if (/no space left on device|ENOSPC|disk quota exceeded/i.test(all))
        return {
            code: "disk-full",
            message: `${stack}: ${operation} failed, for the disk is full:\n${tail(all, 4)}`,
            hint: "Free some room, then run the same command again: it goes on from what is there.",
            retryable: true,
        };
    if (failed.length > 0) {
        const texts = failed.map((fact) => {
            const reasons = errors.filter(
                (error) => error.kind === "diagnostic" && fact.kind === "resource" && error.urn === fact.urn,
            );
            const reason = reasons.map((error) => (error.kind === "diagnostic" ? error.message : "")).join("\n");
            return fact.kind === "resource"
                ? `${fact.op} of ${fact.type.split(":").pop()} '${fact.name}': ${reason || "no reason was given"}`
                : "";
        });
        return { code: "resource-failed", message: `${stack}: ${operation} failed at ${texts.join("\n")}` };
    }
    const own = errors.filter(
        (error) => error.kind === "diagnostic" && !/^(preview|update|destroy|refresh) failed$/.test(error.message),
    );
    if (own.length > 0) {
        const reasons = own.map((error) =>
            error.kind === "diagnostic"
                ? `${error.urn && nameOf(error.urn) !== stack ? `${nameOf(error.urn)}: ` : ""}${ownFrames(error.message)}`
                : "",
        );
        return { code: "program-failed", message: `${stack}: ${operation} failed: ${reasons.join("\n")}` };
    }
    if (/the stack is currently locked by/.test(stderr))
        return {
            code: "stack-locked",
            message: `${stack} is locked by another operation:\n${tail(stderr, 4)}`,
            hint: `If nothing runs any more, \`pulumi cancel -s ${stack}\` takes the lock away.`,
            retryable: true,
            exitCode: exitCodes.busy,
        };
    for (const { text, ...rest } of backendFailures)
        if (text.test(stderr)) {
            const { what, ...failure } = rest;
            return { ...failure, message: `${stack}: ${operation} failed, for ${what}:\n${tail(stderr, 4)}` };
        }
    if (/incorrect passphrase|passphrase must be set/.test(stderr))
        return {
            code: "passphrase",
            message: `${stack}: the passphrase is not the one of this state.`,
            hint: "The passphrase, the salt in Pulumi.<stack>.yaml and the state belong together: restore all of them from one time.",
            exitCode: exitCodes.usage,
        };
    return {
        code: "engine-failed",
        message: `${stack}: ${operation} failed:\n${tail(stderr, 12) || "Pulumi gave no reason."}`,
    };
}
