/** Text inside of HTML and SVG. */
import { stripVTControlCharacters } from "node:util";

/** Without markup, and without what steers a terminal. */
export const escaped = (text: string): string =>
    stripVTControlCharacters(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** What a fragment of the page's address can name a stack by. */
export const anchorOf = (name: string): string => `stack-${encodeURIComponent(name)}`;

/** An address as a link, anything else as it is. */
export const linked = (text: string): string =>
    /^https?:\/\/\S+$/.test(text) ? `<a href="${escaped(text)}" rel="noreferrer">${escaped(text)}</a>` : escaped(text);
