/**
 * The rules of secretlint's recommended preset: the tokens of many issuers, kept by others. They work on whole texts and
 * answer later, so they are part of the static scan alone; the policy packs, which are bundled, have policy/secrets.
 */

export interface PublicFinding {
    /** `secretlint-` and the name of its rule: `secretlint-aws`. */
    readonly rule: string;
    /** Where in the text the secret stands; end is exclusive. */
    readonly range: readonly [start: number, end: number];
}

/** Names of its rules are `@secretlint/secretlint-rule-NAME`. */
const prefix = /^@secretlint\/secretlint-rule-/;

export async function publicRules(text: string): Promise<readonly PublicFinding[]> {
    // Both are modules of the other kind and slow to load: only what scans loads them.
    const [{ lintSource }, preset] = await Promise.all([
        import("@secretlint/core"),
        import("@secretlint/secretlint-rule-preset-recommend"),
    ]);
    const { messages } = await lintSource({
        source: { filePath: "text.txt", content: text, ext: ".txt", contentType: "text" },
        options: {
            config: { rules: [{ id: "@secretlint/secretlint-rule-preset-recommend", rule: preset.creator }] },
            noPhysicFilePath: true,
            maskSecrets: true,
        },
    });
    return messages.map(({ ruleId, range }) => ({
        rule: `secretlint-${ruleId.replace(prefix, "")}`,
        range: [range[0], range[1]],
    }));
}
