/**
 * Texts of XML files: of Hadoop, Maven, Spring and .NET. By expressions and not by a parser: a template is no XML until it is
 * rendered, and what is commented out is read too.
 */
import type { SecretFormat } from "../../policy/secrets";
import { lineAt, type PlacedLeaf } from "./readLines";

/** `<name>fs.s3a.secret.key</name><value>…</value>` */
const named = /<name>\s*(?<key>[\w.:-]+)\s*<\/name>\s*<value>(?<value>[^<>]+)<\/value>/g;
/** `<password>…</password>` */
const element = /<(?<key>(?!name>|value>)[\w.:-]+)(?:\s[^<>]*)?>(?<value>[^<>]+)<\/\k<key>>/g;
const opening = /<[\w.:-]+(?:\s+[\w.:-]+\s*=\s*"[^"<]*")+/g;
const attribute = /(?<key>[\w.:-]+)\s*=\s*"(?<value>[^"<]*)"/g;

export function xmlLeaves(text: string, format: SecretFormat): readonly PlacedLeaf[] {
    const found: PlacedLeaf[] = [];
    const add = (keyPath: string, written: string, from: number): void => {
        const value = written.trim();
        if (value === "") return;
        found.push({ keyPath, value, format, line: lineAt(text, text.indexOf(value, from)) });
    };
    for (const form of [named, element])
        for (const { groups: { key = "", value = "" } = {}, index } of text.matchAll(form))
            add(key, value, text.indexOf(">", index));
    for (const { 0: tag, index } of text.matchAll(opening)) {
        const all = [...tag.matchAll(attribute)].map(({ groups: { key = "", value = "" } = {} }) => ({ key, value }));
        // `<property name="password" value="…"/>`
        const name = all.find(({ key }) => /^(name|key)$/i.test(key))?.value;
        for (const { key, value } of all) add(name !== undefined && /^value$/i.test(key) ? name : key, value, index);
    }
    return found;
}
