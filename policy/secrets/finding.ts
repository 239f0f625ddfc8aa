/** What a detector tells: where and by which rule, never the value. */
import { scryptSync } from "node:crypto";

/**
 * The kind of file or object that a value stands in.
 *   stack     `Pulumi.<stack>.yaml`, the one place of `secure:` values
 *   source    a program: only texts that are secrets by their form are looked for, since a name says little there
 *   resource  inputs or outputs of a Pulumi resource
 */
export const secretFormats = [
    "environment",
    "stack",
    "project",
    "dotenv",
    "dbt",
    "sql",
    "properties",
    "helm",
    "workflow",
    "yaml",
    "json",
    "text",
    "source",
    "resource",
] as const;

export type SecretFormat = (typeof secretFormats)[number];

export interface Leaf {
    /** As people write it: `spec.env[DB_PASSWORD].value`, `config.tidegate:token.secure`. */
    readonly keyPath: string;
    readonly value: string;
    readonly format: SecretFormat;
}

export interface Finding {
    /** E.g. `url-password`; docs/secrets-scan.md has each. */
    readonly rule: string;
    readonly keyPath: string;
    /** 16 hexadecimal digits: the same for the same value, rule and key path. */
    readonly fingerprint: string;
}

/**
 * A plain digest of a weak password is as good as the password, and fingerprints stand in reports and baselines: so it is
 * scrypt with 16 MiB, some 40 ms a guess, salted by its place. It is computed when it is first read.
 */
export function findingOf(rule: string, keyPath: string, value: string): Finding {
    let fingerprint: string | undefined;
    return {
        rule,
        keyPath,
        get fingerprint() {
            return (fingerprint ??= scryptSync(value, `tidegate\0${rule}\0${keyPath}`, 8, {
                N: 2 ** 14,
                r: 8,
                p: 1,
            }).toString("hex"));
        },
    };
}
