/** Tells what names a secret, or stands for one that is to come, from what is one. */
import { parseSecretRef } from "../../stacks/secretRef";
import { looksRandom } from "./randomness";
import type { SecretFormat } from "./finding";

/** Kafka's, Spring's and OmegaConf's sources of values: what follows the colon is a name there, no default. */
const providers =
    /^(file|env|directory|dir|secret|secrets|secretManager|secretsManager|secretsmanager|ssm|vault|aws|gcp|azure|sys|sysenv|oc\.env|sm|strimzi|configmaps|keyvault|resolve|env_var)\b$/i;

/** A whole value that says where the secret is, in the way of another tool. */
const elsewhere = [
    /^op:\/\/\S+$/, // 1Password
    /^ref\+[a-z0-9]+:\/\/\S+$/, // vals
    /^vault:[\w/-]+#[\w.-]+$/, // bank-vaults
    /^arn:aws[a-z-]*:[a-z0-9-]+:\S+$/,
    /^projects\/[^/\s]+\/secrets\/[^/\s]+(\/versions\/\w+)?$/,
    /^https:\/\/[a-z0-9-]+\.vault\.[a-z.]+\/secrets\/\S+$/,
    /^@Microsoft\.KeyVault\([^)]*\)$/,
    /^ENC\[[^\]]*\]$/, // SOPS: encrypted
    /^(process\.env|os\.environ|System\.getenv|secrets|vars|env|local|var|data|module|params)[.[(][\w.\s"'\]\)[-]*$/,
    /^credentials\(\s*['"][\w.-]+['"]\s*\)$/, // Jenkins
    /^%[A-Za-z_]\w*%$/,
    /^@@?\w+@@?$/,
    /^\{(env|file):[^}]+\}$/,
    /^`[^`]*`$/, // a command of a shell
    /^[[{(]+$/, // what it opens is on the next lines
    /^[A-Za-z_][\w.]*\(\s*\)[,;]?$/, // a call of a program, which is given nothing
    /^!(Ref|Sub|GetAtt|ImportValue|reference|vault)\b/,
];

/** What people write where a secret is to be put, and what tools print instead of one. */
const placeholders = [
    /^<[^<>]*>$/,
    /^\[(secret|unknown|redacted|masked|hidden)\]$/i,
    /^[*•.…#_!-]+$/,
    /^\{[A-Za-z_][\w.]*\}$|^%\([A-Za-z_]\w*\)s$/, // filled in by a program
    /^(?:change|replace|fill|set|take)[-_]?(?:me|this|it)?[-_](?:from|in|with|via|by)(?:[-_][a-z]+)+$/i,
    /^(?:see|from|in)[-_ ](?:the[-_ ])?(?:vault|key-?vault|1password|secrets?[-_ ]?manager)$/i,
    /^x{3,}$/i,
    /^(redacted|masked|hidden|placeholder|dummy|todo|tbd|n\/a|unset|undefined|nil|null|none|~)$/i,
    /^(your|my|insert|enter|put|add|replace|set)[-_ ](?:[a-z]+[-_ ])*(?:password|passwd|secret|token|key|credentials?|here|me|value|with)(?:[-_ ][a-z]+)*$/i,
];

const fileName = /^(?:~|\.{1,2}|[A-Za-z]:)?(?:[/\\][\w.@+ -]+){2,}[/\\]?$|^(?:~|\.{1,2})[/\\][\w.@+-]+$|^file:\/\/\S+$/;
const fileEnding = /\.(json|ya?ml|p12|pfx|jks|pem|key|crt|cer|txt|properties|conf|toml|ini|env|keytab)$/i;

/** Tools whose values go through a shell, where `$name` is a variable in any case. */
const shells = new Set<SecretFormat>(["dotenv", "workflow", "text", "resource", "helm"]);

function isSecretRef(value: string): boolean {
    if (!/^(aws-sm|aws-ssm|gcp-sm|azure-kv|vault|k8s|env|file):\/\//.test(value)) return false;
    try {
        parseSecretRef(value);
        return true;
    } catch {
        return false;
    }
}

/** Literal texts inside a template's expression that become the value: defaults, and an expression that is only a text. */
function literalsOf(expression: string): string[] {
    const inner = expression.trim();
    const whole = /^(['"])(.*)\1(?:\s*\|\s*(?:quote|b64enc|squote|trim))*$/s.exec(inner);
    if (whole?.[2] !== undefined && !whole[2].includes(whole[1] ?? "")) return [whole[2]];
    const found = [
        ...inner.matchAll(
            /\b(?:env_var|var|getenv|get|env)\(\s*(['"])[^'"]*\1\s*,\s*(?:default\s*=\s*)?(['"])(.*?)\2/g,
        ),
    ].map((match) => match[3]);
    const defaults = [...inner.matchAll(/\b(?:default|d)\b\s*\(?\s*(['"])(.*?)\1/g)].map((match) => match[2]);
    const either = [...inner.matchAll(/(?:\|\||\bor\b)\s*(['"])(.*?)\1/g)].map((match) => match[2]);
    return [...found, ...defaults, ...either].filter((text): text is string => text !== undefined && text !== "");
}

export interface Judged {
    /** What of the value is a literal text: itself where it is no reference, the defaults of references otherwise. */
    readonly literals: readonly string[];
    /** Whether it is a reference, a placeholder or nothing, apart from the literals. */
    readonly reference: boolean;
}

const nothing: Judged = { literals: [], reference: true };

const variableDepthMax = 4;

/** A value of which `${…}`, `{{ … }}` and their like are taken out. */
export function withoutReferences(value: string): { readonly rest: string; readonly literals: readonly string[] } {
    const literals: string[] = [];
    let rest = value
        .replace(/\$\([^()]*(?:\([^()]*\)[^()]*)*\)/g, "")
        .replace(/\$\{\{(.*?)\}\}/gs, (_, inner: string) => {
            literals.push(...literalsOf(inner));
            return "";
        })
        .replace(/\{\{-?(.*?)-?\}\}/gs, (_, inner: string) => {
            literals.push(...literalsOf(inner));
            return "";
        })
        .replace(/<%(?:(?!<%).)*?%>|#\{[\w.]+\}#?/gs, "");
    // From the inside out: a default may be a variable itself.
    for (let deep = 0; deep < variableDepthMax; deep++) {
        const before = rest;
        rest = rest.replace(/\$\{([^{}]*)\}/g, (_, inner: string) => {
            const [, name = "", , fallback = ""] = /^([\w.\s-]+?)(:[-=+?]?|-)(.*)$/s.exec(inner) ?? [];
            const literal = fallback.replace(/^(['"])(.*)\1$/s, "$2");
            const isVariable = /^\$[A-Za-z_]\w*$/.test(literal);
            if (
                literal !== "" &&
                !isVariable &&
                !providers.test(name.trim()) &&
                !/^[:?]?\?/.test(inner.slice(name.length))
            )
                literals.push(literal);
            return "";
        });
        if (rest === before) break;
    }
    return { rest, literals };
}

/** What of a value would be a secret, if its key says that it is one. */
export function judge(value: string, format: SecretFormat): Judged {
    const text = value
        .trim()
        .replace(/^(['"])(.*)\1$/s, "$2")
        .trim();
    if (text === "") return nothing;
    if (/^\$\(|^`/.test(text)) return nothing;
    if ((shells.has(format) ? /^\$[A-Za-z_]\w*$/ : /^\$[A-Z_][A-Z0-9_]*$/).test(text)) return nothing;
    if (isSecretRef(text) || [...elsewhere, ...placeholders].some((form) => form.test(text))) return nothing;
    if ((fileName.test(text) || (fileEnding.test(text) && !/\s/.test(text))) && !looksRandom(text, "named"))
        return nothing;
    const { rest, literals } = withoutReferences(text);
    if (rest === text) return { literals: [text], reference: false };
    // `prefix-${name}` is made at run time; a random text beside a reference is one of its own.
    const drawn = looksRandom(rest, "named") && !fileName.test(`.${rest}`);
    return { literals: drawn ? [...literals, rest] : literals, reference: true };
}
