/** How a secret is written by others: programs, libraries, people. */
import type { Spelling } from "../../_helpers/canaries";

/** No two spellings of it are the same, and none is within another. */
export const secret = "cnry \"/+'~?>~?>~a&<5éz";
/** As near to it as can be. */
export const other = secret.replace("5", "6");

const base64 = (before: string) => (text: string) => Buffer.from(`${before}${text}:and more`).toString("base64");
const base64url = (before: string) => (text: string) => Buffer.from(`${before}${text}:and more`).toString("base64url");
const bytes = (text: string): number[] => [...Buffer.from(text)];

/** Each as somebody writes it, in a text that has more. */
export const writers: Readonly<Record<Spelling, (text: string) => string>> = {
    plain: (text) => `password is ${text}, said he`,
    json: (text) => JSON.stringify({ text }),
    "json in json": (text) => JSON.stringify(JSON.stringify({ text })),
    "json of Go": (text) =>
        JSON.stringify({ text }).replaceAll("&", "\\u0026").replaceAll("<", "\\u003c").replaceAll(">", "\\u003e"),
    "json in ASCII": (text) => JSON.stringify({ text }).replaceAll("é", "\\u00e9"),
    url: (text) => `https://example.org/?q=${encodeURIComponent(text)}&more`,
    "url, all of it": (text) => `https://example.org/?q=${encodeURIComponent(text).replaceAll("'", "%27")}&more`,
    form: (text) => new URLSearchParams({ user: "me", text, more: "1" }).toString(),
    markup: (text) =>
        `<b>${text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")}</b>`,
    "markup of Go": (text) =>
        `<b>${text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&#34;")}</b>`,
    "markup by number": (text) => `<b>${text.replace(/[^\w ~+/?é]/g, (one) => `&#${one.charCodeAt(0)};`)}</b>`,
    hex: (text) =>
        bytes(`a${text}b`)
            .map((byte) => byte.toString(16).padStart(2, "0"))
            .join(""),
    HEX: (text) =>
        bytes(`a${text}b`)
            .map((byte) => byte.toString(16).padStart(2, "0").toUpperCase())
            .join(""),
    base64: base64("it:"),
    "base64+1": base64("user"),
    "base64+2": base64("users"),
    base64url: base64url("it:"),
    "base64url+1": base64url("user"),
    "base64url+2": base64url("users"),
};
