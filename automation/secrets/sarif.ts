/** Findings as SARIF 2.1.0, as GitHub's and GitLab's code scanning read it. */
import { ruleHelp } from "./rules";
import type { SecretFinding } from "./scan";

const schema = "https://json.schemastore.org/sarif-2.1.0.json";

/** @param version of Tidegate */
export function renderSarif(findings: readonly SecretFinding[], version: string): string {
    const rules = [...new Set(findings.map(({ rule }) => rule))].sort();
    const log = {
        $schema: schema,
        version: "2.1.0",
        runs: [
            {
                tool: {
                    driver: {
                        name: "tidegate secrets scan",
                        version,
                        rules: rules.map((id) => ({
                            id,
                            shortDescription: { text: ruleHelp(id) },
                            defaultConfiguration: { level: "error" },
                        })),
                    },
                },
                originalUriBaseIds: { ROOT: { description: { text: "The project's root." } } },
                results: findings.map((finding) => ({
                    ruleId: finding.rule,
                    ruleIndex: rules.indexOf(finding.rule),
                    level: "error",
                    message: { text: messageOf(finding) },
                    locations: [
                        {
                            physicalLocation: {
                                artifactLocation: { uri: encodeURI(finding.file), uriBaseId: "ROOT" },
                                region: { startLine: finding.line },
                            },
                            ...(finding.keyPath === ""
                                ? {}
                                : { logicalLocations: [{ fullyQualifiedName: finding.keyPath, kind: "member" }] }),
                        },
                    ],
                    partialFingerprints: { "tidegateSecret/v1": finding.fingerprint },
                })),
            },
        ],
    };
    return `${JSON.stringify(log, null, 2)}\n`;
}

export const messageOf = ({ rule, keyPath }: Pick<SecretFinding, "rule" | "keyPath">): string =>
    `${keyPath === "" ? "" : `${keyPath}: `}${ruleHelp(rule)}`;
