import pc from "picocolors";
import { exitCodes, TidegateError } from "../../core/errors";
import { answerOf } from "../../engine/cli";
import { Session } from "../../rollout/session";
import { auditState, type StateFinding } from "../../secrets/audit";
import { ruleHelp } from "../../secrets/rules";
import { printJson, say } from "../output";
import { stderrProgress } from "../progress";

export interface AuditFlags {
    readonly json?: true;
}

export async function auditSecrets(environment: string, flags: AuditFlags): Promise<void> {
    const session = await Session.open(environment, { progress: stderrProgress() });
    const findings: StateFinding[] = [];
    const stacks: { stack: string; resources: number }[] = [];
    try {
        for (const layer of session.graph.graph.order) {
            if ((await session.home.exists(layer)) === false) continue;
            const target = await session.home.target(layer);
            const exported = await answerOf(["stack", "export"], target, "reading the state");
            if (exported === undefined) continue;
            const report = auditState(target.stack, JSON.parse(exported) as unknown);
            stacks.push({ stack: target.stack, resources: report.resources });
            findings.push(...report.findings);
        }
    } finally {
        session.close();
    }
    // None that was read is no state without a secret.
    if (stacks.length === 0)
        throw new TidegateError(`${environment} has no stack whose state could be read.`, {
            code: "secrets-no-state",
            hint: "`tidegate up` makes them; `tidegate status` says what is there.",
        });
    if (flags.json) printJson({ stacks, findings });
    else {
        for (const { stack, urn, keyPath, rule, fingerprint } of findings)
            say(`${pc.red("✗")} ${stack}: ${urn} ${keyPath}: ${ruleHelp(rule)} ${pc.dim(`[${rule} ${fingerprint}]`)}`);
        const resources = stacks.reduce((sum, one) => sum + one.resources, 0);
        const where = `${resources} resources of ${stacks.map(({ stack }) => stack).join(", ")}`;
        say(
            findings.length === 0
                ? `${pc.green("✓")} no secret in plain text in ${where}`
                : `${findings.length} found in ${where}.\n  Make each a secret (pulumi.secret, additionalSecretOutputs, config --secret), deploy, and change it: it was readable.`,
        );
    }
    if (findings.length > 0) process.exitCode = exitCodes.failed;
}
