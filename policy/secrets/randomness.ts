/** Tells texts that a machine has drawn from those that people or programs have named. */

const uuid = /^\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?$/i;
const hex = /^(0x)?[0-9a-f]+$/i;
const candidate = /^[A-Za-z0-9+/=_~.!%*@#&^:-]+$/;
/** Base64 of what is public or no secret by itself: certificates and keys in DER, gzip, zip, PNG, PDF, SSH public keys. */
const container = /^(MII[A-Za-z0-9+/]{100}|H4sI|UEsDB|iVBORw0|JVBERi|AAAAB3Nza|AAAAC3Nza|AAAAE2Vj)/;

/** Bits a character. */
export function entropy(text: string): number {
    const counts = new Map<string, number>();
    for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
    let bits = 0;
    for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
    return bits;
}

const kindOf = (character: string): string =>
    /[a-z]/.test(character) ? "a" : /[A-Z]/.test(character) ? "A" : /[0-9]/.test(character) ? "0" : "-";

/** The share of neighbours that are of another kind: some 0.6 in random letters and digits, below 0.3 in names. */
export function changes(text: string): number {
    let changed = 0;
    for (let at = 1; at < text.length; at++) if (kindOf(text[at] ?? "") !== kindOf(text[at - 1] ?? "")) changed++;
    return changed / Math.max(1, text.length - 1);
}

/**
 * @param strictness `named`: the key may name a secret; `unnamed`: it does not, so that only what can hardly be a name is
 *     taken: three kinds of characters that change often, at least 20 long
 */
export function looksRandom(text: string, strictness: "named" | "unnamed"): boolean {
    if (!candidate.test(text) || uuid.test(text) || container.test(text)) return false;
    if (/^(sha(1|256|384|512)|md5)[-:]/i.test(text) || /^(arn|urn):/.test(text) || text.includes("://")) return false;
    if (/^(SCRAM|SHA|AES|RSA|ECDSA|HMAC|TLS|HS|RS|ES|PS)[-_]?\w*(-\w+)*$/.test(text) && text.length < 40) return false;
    const kinds = new Set([...text].map(kindOf));
    if (strictness === "named") {
        if (text.length < 12) return false;
        if (hex.test(text)) return text.length >= 24 && /[a-f]/i.test(text) && /\d/.test(text) && entropy(text) > 2;
        return kinds.size >= 2 && /\d/.test(text) && entropy(text) >= 3 && changes(text) >= 0.25;
    }
    const dense = text.replace(/[^A-Za-z0-9]/g, "");
    if (text.length < 20 || text.length > 200 || hex.test(text) || /[@!%&^#]/.test(text)) return false;
    const mixed = ["a", "A", "0"].every((kind) => kinds.has(kind)) && (dense.match(/\d/g) ?? []).length >= 2;
    return mixed && dense.length >= text.length * 0.85 && entropy(text) >= 3.7 && changes(dense) >= 0.42;
}
