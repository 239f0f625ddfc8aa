/** The detectors, as this pack asks them. */
import { detect, type SecretFormat } from "../secrets";

/** Whether a text is judged by its looks alone too: ids and digests look like secrets. */
export type Suspicion = "all" | "certain";

const byLooks = new Set(["entropy", "entropy-of-key"]);

/** What is public though it is long and random, and what only names a secret that stands elsewhere in the text. */
function withoutPublic(text: string): string {
    const names = new Set([...text.matchAll(/^[\s-]*name:\s*([\w-]+)\s*$/gm)].map(([, name]) => name));
    return text
        .replace(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g, "")
        .replace(/^([\s-]*secret:)\s*([a-z][\w-]*)\s*$/gm, (line, key: string, name: string) =>
            names.has(name) ? key : line,
        );
}

/** Rules by which a value is a secret, the first of them; undefined where it is none. */
export function ruleFor(
    keyPath: string,
    value: string,
    format: SecretFormat,
    suspicion: Suspicion = "all",
): string | undefined {
    const judged = withoutPublic(value);
    return detect({ keyPath, value: judged, format }).find(({ rule }) => suspicion === "all" || !byLooks.has(rule))
        ?.rule;
}
