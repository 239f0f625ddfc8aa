/** Texts of files that are read line by line: properties, INI, TOML, dotenv, shell, Terraform, comments. */
import type { Leaf, SecretFormat } from "../../policy/secrets";
import { assignments } from "../../policy/secrets/structures";

/** Of an offset, counted from 1. */
export const lineAt = (text: string, index: number): number => text.slice(0, index).split("\n").length;

export interface PlacedLeaf extends Leaf {
    /** Counted from 1. */
    readonly line: number;
    /** Offsets in the file, of a text that goes over several lines; the end is exclusive. */
    readonly range?: readonly [start: number, end: number];
    /** A whole line, whose assignments are leaves of their own. */
    readonly isLine?: true;
}

/**
 * Assignments of properties, INI, TOML, dotenv and shell files. No library tells the line of each: a line of theirs is one
 * assignment, with continuations by a backslash; a section is a part of the key path, and so is a module of JAAS.
 */
export function lineLeaves(text: string, format: SecretFormat): readonly PlacedLeaf[] {
    const found: PlacedLeaf[] = [];
    let [section, inModule] = ["", false];
    for (const { text: content, line } of logicalLines(text)) {
        const [, named] = /^\s*\[\[?\s*([\w.:"' -]+?)\s*\]\]?\s*$/.exec(content) ?? [];
        if (named !== undefined) {
            section = named.replace(/["']/g, "");
            continue;
        }
        const prefix = inModule ? "jaas" : section;
        const assigned = assignments(content, false);
        const all = assigned.length === 0 && format === "properties" ? spaced(content) : assigned;
        for (const { key, value } of all)
            found.push({ keyPath: prefix === "" ? key : `${prefix}.${key}`, value, format, line });
        if (content.trim() !== "")
            found.push({ keyPath: all[0]?.key ?? "", value: content, format, line, isLine: true });
        if (/LoginModule\s+(required|requisite|sufficient|optional)\b/.test(content)) inModule = true;
        if (content.includes(";")) inModule = false;
    }
    return found;
}

/** `spark.hadoop.fs.s3a.secret.key  abc`, `requirepass abc`: properties of Java, Spark and Redis need no sign between. */
function spaced(content: string): readonly { readonly key: string; readonly value: string }[] {
    const [, key, value] = /^\s*([A-Za-z_][\w.-]*)[ \t]+([^\s=:]\S*)\s*$/.exec(content) ?? [];
    return key === undefined || value === undefined ? [] : [{ key, value }];
}

/**
 * Terraform's: a block's labels are a part of the key path, `variable.db_password.default`. A value without quotes is an
 * expression, and no text; the lines of a heredoc are those of another file.
 */
export function hclLeaves(text: string, format: SecretFormat): readonly PlacedLeaf[] {
    const found: PlacedLeaf[] = [];
    const blocks: string[] = [];
    for (const [index, content] of text.split(/\r?\n/).entries()) {
        const line = index + 1;
        const [, opened, labels = ""] = /^\s*([\w-]+)((?:\s+"[^"]*")*)\s*=?\s*\{\s*$/.exec(content) ?? [];
        if (opened !== undefined) {
            blocks.push([opened, ...[...labels.matchAll(/"([^"]*)"/g)].map(([, label]) => label)].join("."));
            continue;
        }
        const block = /^\s*([\w-]+)((?:\s+"[^"]*")*)\s*=?\s*\{(.*)\}\s*,?\s*$/.exec(content);
        if (block !== null) {
            const [, name = "", names = "", inner = ""] = block;
            const path = [...blocks, name, ...[...names.matchAll(/"([^"]*)"/g)].map(([, label]) => label)];
            for (const [, key = "", value = ""] of inner.matchAll(
                /"?([A-Za-z_][\w.-]*)"?\s*[=:]\s*"((?:[^"\\]|\\.)*)"/g,
            ))
                found.push({ keyPath: [...path, key].join("."), value, format, line });
            found.push({ keyPath: path.join("."), value: content, format, line, isLine: true });
            continue;
        }
        if (/^\s*\}/.test(content)) blocks.pop();
        const [, key, value] =
            /^\s*(?:[#/]+\s*)?"?([A-Za-z_][\w.-]*)"?\s*[=:]\s*"((?:[^"\\]|\\.)*)"/.exec(content) ?? [];
        if (key !== undefined && value !== undefined)
            found.push({ keyPath: [...blocks, key].join("."), value, format, line });
        else if (!/^\s*"?[\w.-]+"?\s*=\s/.test(content))
            for (const one of assignments(content, false))
                found.push({ keyPath: [...blocks, one.key].join("."), value: one.value, format, line });
        if (content.trim() !== "") found.push({ keyPath: key ?? "", value: content, format, line, isLine: true });
    }
    return found;
}

/** What is commented out, in lines of YAML and SQL. A word alone is prose: `# password: none`; in SQL `u.password` is a column. */
export function commentLeaves(text: string, format: SecretFormat): readonly PlacedLeaf[] {
    const isProse = (value: string): boolean =>
        /\s/.test(value) ||
        /^[A-Z]?[a-z]*[.,;:!?]*$/.test(value) ||
        (format === "sql" && /^[a-z_]+(\.\w+)*(\(.*)?$/i.test(value));
    const lines = format === "sql" ? text.replaceAll(/^([ \t]*)--/gm, "$1#") : text;
    return lines.split(/\r?\n/).flatMap((content, index): PlacedLeaf[] => {
        if (!/^\s*#/.test(content)) return [];
        const place = { format, line: index + 1 };
        const all = assignments(content, false).filter(({ value }) => !isProse(value));
        return [
            ...all.map(({ key, value }) => ({ ...place, keyPath: key, value })),
            { ...place, keyPath: all[0]?.key ?? "", value: content, isLine: true },
        ];
    });
}

function logicalLines(text: string): readonly { readonly text: string; readonly line: number }[] {
    const found: { text: string; line: number }[] = [];
    let open: { text: string; line: number } | undefined;
    for (const [index, raw] of text.split(/\r?\n/).entries()) {
        const continued = raw.endsWith("\\");
        const part = continued ? raw.slice(0, -1) : raw;
        if (open === undefined) open = { text: part, line: index + 1 };
        else open.text += ` ${part.trimStart()}`;
        if (continued) continue;
        found.push(open);
        open = undefined;
    }
    if (open !== undefined) found.push(open);
    return found;
}
