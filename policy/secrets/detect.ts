/**
 * Judges one value at one key path. Pure, synchronous and without file access: the static scan, the audit of states and the
 * policy packs in Pulumi's own host share it.
 *
 * 1. `secure:` is a place of its own: ciphertext in `Pulumi.<stack>.yaml`, an error anywhere else.
 * 2. Texts that are secrets by their form (tokens.ts) and by what stands around them (structures.ts).
 * 3. A text that holds assignments, JSON or base64 is taken apart, and its parts are judged.
 * 4. What is left is judged by its key (keyNames.ts), and by how random it looks (randomness.ts).
 *
 * References are taken out before 2 to 4 count anything; a default that stands in one is a value.
 */
import { parseJson } from "../../automation/core/json";
import { assignments, captures } from "./structures";
import { findingOf, type Finding, type Leaf, type SecretFormat } from "./finding";
import { isPassword, kindOf, wordsOf } from "./keyNames";
import { leavesOf } from "./leaves";
import { looksRandom } from "./randomness";
import { judge } from "./references";
import { tokenRules } from "./tokens";

interface Hit {
    readonly rule: string;
    readonly value: string;
}

/** How deep a text in a text is followed: base64 of JSON of properties. */
const depthMax = 4;
/** Of a text that is judged, in characters; of a file that is scanned, in bytes. What is longer is told, not passed over. */
export const textMax = 4 * 1024 * 1024;

export const detect = (leaf: Leaf): readonly Finding[] => detectValues(leaf).map(({ finding }) => finding);

/** As `detect`, each with the secret itself, for whoever looks up its line; it is told nowhere. */
export function detectValues(leaf: Leaf): readonly { readonly finding: Finding; readonly value: string }[] {
    const value = leaf.value.slice(0, textMax);
    const hits = distinct([...hitsOf({ ...leaf, value }, 0), ...rest(leaf)]);
    return hits.map((hit) => ({ finding: findingOf(hit.rule, leaf.keyPath, hit.value), value: hit.value }));
}

/** The secrets themselves, for whoever keeps them out of what is told. Not what is one by its randomness alone. */
export const secretsIn = (leaf: Leaf): readonly string[] =>
    hitsOf({ ...leaf, value: leaf.value.slice(0, textMax) }, 0)
        .filter(({ rule }) => rule !== "entropy")
        .map(({ value }) => value);

/** As `detect`, by the form of what is in a text and by what stands around it alone: of a line whose parts are judged apart. */
export function detectInText({ keyPath, value, format }: Leaf): readonly Finding[] {
    const text = value.slice(0, textMax);
    const hits = distinct([...findTokens(text), ...structuresIn(text, format), ...rest({ value })]);
    return hits.map((hit) => findingOf(hit.rule, keyPath, hit.value));
}

/** What nobody has looked at. */
const rest = ({ value }: Pick<Leaf, "value">): readonly Hit[] =>
    value.length > textMax ? [{ rule: "too-long", value: value.slice(textMax) }] : [];

const distinct = (hits: readonly Hit[]): readonly Hit[] => [
    ...new Map(hits.map((hit) => [`${hit.rule}\0${hit.value}`, hit])).values(),
];

/** Whether a key path alone says that its value is a secret. */
export const isSecretKey = (keyPath: string): boolean => kindOf(keyPath) === "secret";

function hitsOf({ keyPath, value, format }: Leaf, depth: number): readonly Hit[] {
    if (value.trim() === "") return [];
    if (/(^|[.\]])secure$/.test(keyPath)) {
        if (format !== "stack") return [{ rule: "secure-elsewhere", value }];
        return isCiphertext(value) ? [] : [{ rule: "secure-not-encrypted", value }];
    }
    if (format === "stack" && /(^|[.\]])(encryptionsalt|encryptedkey|secretsprovider)$/.test(keyPath)) return [];
    // One that is none may be the secret itself.
    if (format === "environment" && /secretRef$/i.test(keyPath)) {
        const { literals } = judge(value, format);
        return literals.map((literal) => ({ rule: "secret-ref-invalid", value: literal }));
    }
    const byForm = findTokens(value);
    if (/\bchpasswd\.list(\[\d+\])?$/.test(keyPath))
        return distinct([...byForm, ...passwordsOfUsers(value).flatMap((one) => byKey("password", one, format))]);
    if (format === "source") return byForm;
    const around = [...byForm, ...structuresIn(value, format)];
    const told = new Set(around.map((hit) => hit.value));
    const parts = depth < depthMax ? partsOf(value, format, depth).filter((hit) => !told.has(hit.value)) : [];
    const inside = [...around, ...parts];
    if (inside.length > 0) return inside;
    return byKey(keyPath, value, format);
}

/** cloud-init's `user:password` in lines; `R` and `RANDOM` ask for one, and `$6$…` is told as a hash. */
const passwordsOfUsers = (value: string): readonly string[] =>
    [...value.matchAll(/^\s*[a-z_][\w-]*:(?!R\s*$|RANDOM\s*$|\$\d)(\S+)\s*$/gm)].map(([, password = ""]) => password);

/** `v1:nonce:text` of a passphrase or a data key; base64 of Pulumi Cloud and of a key service. */
const isCiphertext = (value: string): boolean =>
    /^v\d+:[A-Za-z0-9+/]{8,}={0,2}:[A-Za-z0-9+/]{8,}={0,2}$/.test(value) || /^[A-Za-z0-9+/]{24,}={0,2}$/.test(value);

/** A secret by its form, with where it begins in the text; the value is for fingerprints alone. */
export interface Token {
    readonly rule: string;
    readonly value: string;
    readonly index: number;
}

export function findTokens(written: string): readonly Token[] {
    // What SOPS has encrypted is as long as a key.
    const text = written.replace(/\bENC\[[^\][]*\]/g, (found) => " ".repeat(found.length));
    return tokenRules.flatMap(({ rule, form }) =>
        [...text.matchAll(form)].flatMap((match) => {
            const value = match.groups?.value ?? match[0];
            return isSample(value) ? [] : [{ rule, value, index: match.index }];
        }),
    );
}

/** `AKIAXXXXXXXXXXXXXXXX`: three or fewer different characters after the prefix. */
const isSample = (value: string): boolean => new Set(value.slice(Math.min(8, value.length >> 1))).size <= 2;

function structuresIn(text: string, format: SecretFormat): readonly Hit[] {
    return captures(text).flatMap(({ rule, name, value }) => {
        if (
            name !== undefined &&
            kindOf(name) !== "secret" &&
            !/^(accountkey|sharedaccesskey|accesskey|sharedsecretvalue)$/i.test(name)
        )
            return [];
        return literalsIn(value, format, name ?? "password").map((literal) => ({ rule, value: literal }));
    });
}

function literalsIn(value: string, format: SecretFormat, keyPath: string): readonly string[] {
    return judge(value, format).literals.filter((literal) => !isHarmless(literal, keyPath));
}

/** What a text is made of: JSON, assignments, base64. */
function partsOf(value: string, format: SecretFormat, depth: number): readonly Hit[] {
    const text = value.trim();
    if (/^[[{]/.test(text)) {
        const parsed = parseJson(text);
        if (parsed !== undefined)
            return [...leavesOf(parsed)].flatMap((inner) => hitsOf({ ...inner, format: "json" }, depth + 1));
    }
    const plain = decodedText(text);
    if (plain !== undefined) return hitsOf({ keyPath: "content", value: plain, format: "text" }, depth + 1);
    // A single word holds no assignment, and is spared the work.
    if (!/[=:]/.test(text) || !/\s|^[-"']*[\w.-]+=/.test(text)) return [];
    const inner: SecretFormat = format === "sql" ? "sql" : "text";
    return assignments(text, format === "sql").flatMap(({ key, value: assigned }) => {
        if (assigned === text) return [];
        const kind = kindOf(key);
        return kind === "secret" || kind === "likely" ? byKey(key, assigned, inner) : [];
    });
}

/** The text that base64 stands for; undefined where it is none, or stands for bytes that are no text. */
function decodedText(value: string): string | undefined {
    const compact = value.replace(/\s+/g, "");
    if (compact.length < 16 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(compact) || /^[0-9a-f]+$/i.test(compact))
        return undefined;
    const plain = Buffer.from(compact, "base64").toString("utf8");
    const printable = plain.match(/[\t\n\r\x20-\x7e]/g)?.length ?? 0;
    return printable === plain.length && /[\s:=]/.test(plain) ? plain : undefined;
}

const decodesToText = (value: string): boolean => {
    const plain = Buffer.from(value, "base64").toString("latin1");
    return value.length >= 16 && /^[A-Za-z0-9+/]+={0,2}$/.test(value) && /^[\t\n\r\x20-\x7e]+$/.test(plain);
};

function byKey(keyPath: string, value: string, format: SecretFormat): readonly Hit[] {
    const kind = kindOf(keyPath);
    if (kind === "public") return [];
    const { literals } = judge(value, format);
    return literals.flatMap((literal): Hit[] => {
        if (kind === "secret")
            return isHarmless(literal, keyPath) ? [] : [{ rule: ruleOfKey(keyPath), value: literal }];
        const [, password] = (isBasicAuth.test(keyPath) && userAndPassword.exec(literal)) || [];
        if (password !== undefined)
            return literalsIn(password, format, "password").map((one) => ({ rule: "secret-by-key", value: one }));
        if (kind === "likely")
            return looksRandom(literal, "named") && !isHarmless(literal, keyPath)
                ? [{ rule: "entropy-of-key", value: literal }]
                : [];
        if (isMemberOfSecret.test(keyPath) && looksChosen.test(literal))
            return [{ rule: "secret-by-key", value: literal }];
        return looksRandom(literal, "unnamed") && !decodesToText(literal) ? [{ rule: "entropy", value: literal }] : [];
    });
}

/** Of a Secret of Kubernetes, where any name may stand: what has capital and small letters and digits, and is no address. */
const isMemberOfSecret = /(^|[.\]])stringData\.[^.]+$/;
const looksChosen = /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[^\s/:=,;{}<>]{8,}$/;

/** `user:password`, as agents and charts take it. */
const isBasicAuth = /(^|[^a-z])(basic|http)[-_.]?auth$/i;
const userAndPassword = /^[\w.@+-]+:([^\s:/]{4,})$/;

/** A word that says how, not what. */
const settings =
    /^(true|false|yes|no|on|off|none|null|nil|enabled?|disabled?|required|optional|mandatory|advisory|always|never|auto|automatic|default|read|write|any|all|string|number|boolean|object|array|oauth2?|oauthbearer|bearer|basic|jwt|sts|plain|vault|aws|gcp|azure|env|file|passphrase|inherit|static|iam|opaque|kubernetes|sso|session|external|internal|managed)$/i;
const kmsKey =
    /^(arn:|projects\/|alias\/|https:\/\/[a-z0-9-]+\.(vault|managedhsm)\.|(awskms|gcpkms|azurekeyvault|hashivault):\/\/)/;
const nameOfKey = /^[a-z][a-z]*([-_.][a-z]+)*$/;
/** `encryptionKey`: as members of a Secret are called. */
const nameOfMember = /^[a-z]+(Key|Password|Token|Username)$/;
/** Of a Secret of Kubernetes: words, not a token. */
const nameOfSecret = /^[a-z]+[0-9]?([-_][a-z]+[0-9]?)*$/;
/** `passwordSecret`, `encryptionKeySecret`, Airflow's `…CONN_SECRET`: by such a key a chart asks for the name of what holds it. */
const keyOfSecretName =
    /\b(password|user|username|user name|key|tls|token|credentials?|certificate|cert|conn|connection|url|backend) secret$/;

/** `secrets`, `env_secrets`, and no `clientSecrets`: what a container or a job is given. */
const listOfSecrets = /(^|[.\]])((env|build|mounted|image[_-]?pull|pull)[_-]?)?secrets(\[\d+\])?$/i;

/** What a key that names a secret may hold without being one. */
function isHarmless(value: string, keyPath: string): boolean {
    const text = value.trim();
    if (/^(true|false|null|none|yes|no)$/i.test(text) || kmsKey.test(text)) return true;
    if (/^(https?|s3a?|gs|abfss?|wasbs?):\/\/[^\s@?]+$/.test(text)) return true;
    if (/^-----BEGIN (CERTIFICATE|[A-Z ]*PUBLIC KEY)-----/.test(text) || /^ssh-\w+ AAAA/.test(text)) return true;
    const words = wordsOf(keyPath).join(" ");
    // `secretKeys: { password: client-password }` of Helm charts: how a member of a Secret is called.
    if (/\bsecret keys \w+( \w+)?$/.test(words) && nameOfKey.test(text)) return true;
    if (isPassword(keyPath)) return false;
    if (settings.test(text) || /^\d{1,6}(\.\d+)?([smhd]|ms)?$/.test(text)) return true;
    // The name of a variable, as lists of those that a job is given have them.
    if (/^[A-Z]+(_[A-Z0-9]+)+$/.test(text) && !looksRandom(text, "named")) return true;
    if (keyOfSecretName.test(words) && nameOfSecret.test(text)) return true;
    // A list of names: `secrets: [catalog]`.
    if (listOfSecrets.test(keyPath) && nameOfSecret.test(text)) return true;
    // Of several in lines, or of one and its variable, as actions for a vault have them: assignments in it are judged apart.
    if (listOfSecrets.test(keyPath) && /\n|\s\|\s/.test(text)) return true;
    if (/\bauth secret$/.test(words) && nameOfSecret.test(text) && text.includes("-")) return true;
    // The key of Confluent's is the name of its secret.
    if (
        /\b(confluent|confluentcloud|cc|ccloud|kafka|schema registry) ([a-z ]+ )?key$/.test(words) &&
        /^[A-Z0-9]{16}$/.test(text)
    )
        return true;
    if (/\bsecret key$/.test(words) && nameOfMember.test(text)) return true;
    // `token: api_token`: the name of a column or a member, which ends as its key does.
    if (/\b(token|secret)$/.test(words) && /[-_](token|secret)$/.test(text) && nameOfKey.test(text)) return true;
    const last = wordsOf(keyPath).at(-1) ?? "";
    // `secretKey: password` names a key of a secret; `credentials: google` and a bare client id name nothing secret.
    if (/^keys?$/.test(last) && nameOfKey.test(text))
        return /(password|user(name)?|token|secret|key|cert|credential|root)/.test(text);
    // `LoadCredential=name:/path` of systemd.
    if (/credentials?$/.test(last)) return nameOfKey.test(text) || /^[\w.-]+:(\/[\w.-]+)+$/.test(text);
    if (/user info$/.test(words)) return !text.includes(":");
    // Prose about a token is no token.
    return /^token/.test(last) && (text.match(/\s/g)?.length ?? 0) >= 3;
}

const namedRules: readonly (readonly [rule: string, key: RegExp])[] = [
    ["aws-secret-key", /\b(aws|s3|s3a|glue|minio)\b.*\bsecret\b|\bsecret access key$/],
    ["kafka-ssl-password", /\b(ssl|keystore|truststore)\b.*\bpassword$/],
    ["confluent-api-secret", /\b(confluent|confluentcloud|schema registry|kafka) .*\bapi secret$|\buser info$/],
    ["azure-storage-key", /\baccount key\b/],
    ["aiven-token", /\baiven\b.*\btoken$/],
    ["catalog-credential", /\b(credential|oauth2 .*secret|catalog .*token)$/],
    ["pulumi-passphrase", /\bpulumi config passphrase$/],
];

/** Rules that go by the key, or by how random a value looks. */
export const keyRules: readonly string[] = [
    "secret-by-key",
    "entropy-of-key",
    "entropy",
    "secure-elsewhere",
    "secure-not-encrypted",
    "secret-ref-invalid",
    "too-long",
    ...namedRules.map(([rule]) => rule),
];

const ruleOfKey = (keyPath: string): string => {
    const words = wordsOf(keyPath).join(" ");
    return namedRules.find(([, key]) => key.test(words))?.[0] ?? "secret-by-key";
};
