/** What a key says about its value. */

/**
 *   secret   it is one, whatever it is: `DB_PASSWORD`, `s3.secret-key`
 *   likely   it is one if it looks random: `signature`, `access-key`
 *   public   it is random and known: `digest`, `commit`, `clusterId`
 *   neutral  it says nothing
 */
export type KeyKind = "secret" | "likely" | "public" | "neutral";

/** `spec.env[DB_PASSWORD].value` → spec, env, db, password. */
export function wordsOf(keyPath: string): readonly string[] {
    const words = keyPath
        .replace(/\[\d+\]/g, "")
        .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
        .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
        .toLowerCase()
        .replace(/fn::secret/g, "")
        .split(/[^a-z0-9]+/)
        .filter((word) => word !== "");
    // Where a value is wrapped, the name is the key before.
    while (words.length > 1 && /^(value|default|plaintext|literal|string|content)$/.test(words.at(-1) ?? ""))
        words.pop();
    return words;
}

const nouns =
    /^(?:[a-z0-9]*(?:password|passwd|passphrase|passwort)s?|pass|pwd|pw|[a-z]{2,}pwd|[a-z0-9]*(?<!non)secrets?|[a-z]*tokens?|[a-z]*credentials?|apikeys?|secretkeys?|privatekeys?|accountkeys?|masterkeys?|authkeys?|accesstokens?|connectionstrings?|psk|(?:pg|require|(?:src|dest)?(?:key|store)|trust|truststore|user|db|admin|root|smtp|ldap|bind|mail|proxy)pass|sharedkey|secretaccesskey|sastoken|masterauth)$/;
/** Which keys are secret ones: `api key`, `account key`. */
const keyOwners =
    /^(api|apikey|secret|private|account|signing|sign|encryption|encrypt|master|shared|storage|auth|service|session|cookie|jwt|hmac|application|app|admin|subscription|integration|license|shared access|webhook|deploy|registration|ingestion|routing)$/;
const likely =
    /^(key|keys|auth|authorization|signature|sig|cookie|session|pin|dsn|login|pat|sas|seed|salt|jwt|bearer|license|webhook|authentication|basic|private|otp|totp|access)$/;
const known =
    /^(ids?|uuid|guid|sha|sha1|sha256|sha512|md5|digest|digests|checksum|checksums|hash|hashes|fingerprint|fingerprints|thumbprint|thumbprints|thumbprintlist|etag|integrity|commit|revision|version|tag|image|images|public|publickey|certificate|certificates|cert|crt|ca|cacert|arn|urn|uri|host|hostname|endpoint|name|names|nonce|encryptionsalt|encryptedkey|challenge|kid|x5t|x5c|link|selflink|path|file|uses|ref|location|kms|oidc|issuer|schema|serial|logicalid|generation|ciphertext|resolved|providers?|location|query|sum)$/;

/** What is set about passwords. */
const howOfPasswords = /^(policy|policies|source|backend|store|manager|encoding|algorithm|format|charset|reset)$/;

export function kindOf(keyPath: string): KeyKind {
    const words = wordsOf(keyPath);
    const [beforeLast = "", last = ""] = [words.at(-2), words.at(-1)];
    // What a container is given under a name: of Azure's Container Apps, and of others.
    if (/(^|[.\]])secrets\[[^\]]*\]\.value$/.test(keyPath)) return "secret";
    const joined = words.join(" ");
    // `checksum/secret`, by which Helm charts restart pods.
    if (/^(checksum|digest|hash|sha256|fingerprint)$/.test(beforeLast)) return "public";
    if (/\baccount key\b/.test(joined) && /core (windows|chinacloudapi|usgovcloudapi)/.test(joined)) return "secret";
    // Names of where a secret is, in Helm charts and Kubernetes: `existingSecret`, `imagePullSecrets`, `secretRef`.
    if (/\b(external|sealed) secrets$/.test(joined)) return "public";
    // What a SealedSecret holds is encrypted.
    if (/\bencrypted data\b/.test(joined)) return "public";
    if (/\b(existing|pull) ?[a-z ]*secrets?( [a-z]+)?$/.test(joined) || /\bsecret( key)? ref\b/.test(joined))
        return "public";
    if (/^(ssm|kms|cmk|customer|hosted|cache|restore|partition|sort|foreign|object|idempotency)$/.test(beforeLast))
        if (/^keys?$/.test(last)) return "public";
    // A JSON Web Key: what is public of it, and what is not.
    if (/^(keys|jwk)$/.test(beforeLast) && /^([nexy]|kty|crv|alg|use)$/.test(last)) return "public";
    if (/^(keys|jwk)$/.test(beforeLast) && /^([dpqk]|dp|dq|qi)$/.test(last)) return "likely";
    // Users of Kafka's PlainLoginModule: `user_flink="…"` is the password of one.
    if (/\bjaas user \w+$/.test(joined)) return "secret";
    if (/\b(access key)( id)?$/.test(joined) || last === "accesskey" || last === "accesskeyid")
        return /secret access key$/.test(joined) ? "secret" : "likely";
    if (/\b(auth )?user info$/.test(joined) || /\bclient secret$/.test(joined)) return "secret";
    if (/\bsecret key base$/.test(joined)) return "secret";
    if (last === "config" && beforeLast === "jaas") return "likely";
    if (nouns.test(last)) {
        if (
            /^(primary|foreign|partition|next|page|continuation|sync|max|min|num|count)$/.test(beforeLast) &&
            /token/.test(last)
        )
            return "neutral";
        return "secret";
    }
    if ((last === "key" || last === "keys") && keyOwners.test(beforeLast)) return "secret";
    // Of several users: `passwords: { alice: … }`.
    if (/^passw(or)?ds$/.test(beforeLast) && !known.test(last) && !howOfPasswords.test(last)) return "secret";
    if (/^\d+$/.test(last) && nouns.test(beforeLast)) return "secret";
    if (/^(vault|approle)$/.test(words.at(-3) ?? "") && beforeLast === "secret" && last === "id") return "secret";
    if (known.test(last) || /^(public|certificate|cert|checksum)$/.test(beforeLast)) return "public";
    if (likely.test(last)) return "likely";
    return "neutral";
}

/** `password`, by which even a number and a word of everyday use is a secret. */
export const isPassword = (keyPath: string): boolean =>
    /pass(word|wd|phrase|wort)?s?$|pwd$|^pw$/.test(wordsOf(keyPath).at(-1) ?? "");
