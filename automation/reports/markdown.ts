/**
 * One run as Markdown, for a comment of a pull request and the summary of a CI job. The first line is a hidden marker, by
 * which a CI finds the comment of the last run and edits it in place.
 *
 * It is never longer than a forge takes: what is least important is left out first, and that something was is said.
 * Names and messages are somebody else's text: they stand in code, where nothing of them is markup or calls a person.
 */
import { stripVTControlCharacters } from "node:util";
import { duration } from "../core/duration";
import {
    allChecks,
    resourceChanges,
    changesSummary,
    isUnchanged,
    secondsOf,
    type LayerFacts,
    type RunFacts,
} from "./facts";
import { shownState } from "./states";
import { troublesOf, type Trouble } from "./troubles";

/** Bytes of UTF-8. GitHub takes 65,536 characters in a comment. */
export const markdownLimit = 64_000;

/** Of headings, and of the lines that say what was left out. */
const reserved = 1_500;

/** The line by which a comment is found again: the same for every run of one environment of a graph. */
export function marker({ graph, environment }: Pick<RunFacts, "graph" | "environment">): string {
    // Two dashes would end the comment.
    const safe = (text: string): string => encodeURIComponent(text.slice(0, 200)).replaceAll("--", "%2D%2D");
    return `<!-- tidegate:${safe(graph)}:${safe(environment)} -->`;
}

/** Takes texts while there is room for them. */
class Room {
    constructor(private left: number) {}

    take(text: string): boolean {
        const size = Buffer.byteLength(text);
        if (size > this.left) return false;
        this.left -= size;
        return true;
    }
}

/** What stands in a section, in its order, and how much does not. */
interface Kept {
    readonly texts: readonly string[];
    readonly missing: number;
}

export function renderMarkdown(facts: RunFacts, limit = markdownLimit): string {
    const head = `${marker(facts)}\n## ${verdictText(facts)}\n\n${totals(facts)}\n`;
    const room = new Room(limit - reserved - Buffer.byteLength(head));
    const troubles = troublesOf(facts);
    // In the order of their importance, which is not the order on the page.
    const red = keep(
        room,
        troubles.filter(({ blocking }) => blocking).map((one) => [troubleText(one)]),
    );
    const rows = keep(
        room,
        facts.layers.map((layer) => [tableRow(layer, facts)]),
        facts.layers.map((layer) => rowRank(layer, facts)),
    );
    const changed = facts.layers.filter(({ resources }) => resources.length > 0);
    const changes = keep(
        room,
        changed.map((layer) => [changesText(layer, facts), changesText(layer, facts, 10)]),
        changed.map((layer) => (resourceChanges(layer, facts.operation).some(({ loss }) => loss) ? 0 : 1)),
    );
    const tolerated = keep(
        room,
        troubles.filter(({ blocking }) => !blocking).map((one) => [troubleText(one)]),
    );
    return [
        head,
        section("### What is red", red, "things that are red"),
        section(
            "| | stack | state | changes | duration | checks |\n| --- | --- | --- | --- | ---: | ---: |",
            rows,
            "stacks",
            "",
        ),
        section(`### ${changesHeading(facts)}`, changes, "stacks with changes"),
        section("### Red, and holding nothing up", tolerated, "things"),
    ].join("");
}

/**
 * Of each item the first of its variants that there is room for, the longest first; by rank, and then in order. Once
 * one finds no room in any variant, nothing of a higher rank is tried: what is there is never less important than what
 * is missing.
 */
function keep(room: Room, items: readonly (readonly string[])[], ranks: readonly number[] = []): Kept {
    const found = new Map<number, string>();
    const byRank = items.map((_, index) => index).toSorted((a, b) => (ranks[a] ?? 0) - (ranks[b] ?? 0));
    for (const index of byRank) {
        const text = items[index]?.find((variant) => room.take(variant));
        if (text === undefined) break;
        found.set(index, text);
    }
    const texts = items.flatMap((_, index) => found.get(index) ?? []);
    return { texts, missing: items.length - texts.length };
}

function section(heading: string, { texts, missing }: Kept, what: string, gap = "\n"): string {
    if (texts.length + missing === 0) return "";
    const left =
        missing === 0 ? "" : `\n_${missing} more ${what} left out for want of room; the HTML report has all._\n`;
    return `\n${heading}\n${gap}${texts.join(gap)}${left}`;
}

const verdicts = {
    green: "✅ green",
    red: "❌ red",
    interrupted: "⚠️ interrupted",
    drifted: "❌ drifted",
} as const;

const verdictText = ({ operation, environment, simulated, verdict }: RunFacts): string =>
    `${verdicts[verdict]}: tidegate ${operation} ${code(environment, 100)}${simulated ? " (simulated)" : ""}`;

function totals(facts: RunFacts): string {
    const { layers, operation, graph, run, startedAt, seconds } = facts;
    const part = layers.filter(({ state }) => state !== "skipped");
    const green = part.filter(({ state }) => state === "succeeded");
    const unchanged = part.filter((layer) => isUnchanged(layer, operation)).length;
    const checks = allChecks(facts);
    const passed = checks.filter(({ status }) => status === "pass").length;
    const said = [
        `${green.length} of ${part.length} stacks of ${code(graph, 100)} are green${unchanged > 0 ? ` (${unchanged} unchanged)` : ""}`,
        ...(checks.length > 0 ? [`${passed} of ${checks.length} checks`] : []),
        `in ${duration(seconds)}`,
    ];
    return `${said.join(", ")}. ${startedAt}${run === undefined ? "" : `, run ${code(run, 100)}`}.`;
}

const changesHeading = ({ operation }: RunFacts): string =>
    ({
        up: "Changes",
        preview: "Changes at the next up",
        drift: "What differs",
        refresh: "What differed",
        down: "Changes",
    })[operation];

function troubleText({ where, title, id, message, look, hint }: Trouble): string {
    const named = [where, title].filter((text): text is string => text !== undefined && text !== "");
    const heading = [...named, id].map((text) => code(text, 200)).join(" ");
    const lines = [
        clip(message, 2_000),
        ...(look === undefined ? [] : [`look at: ${clip(look, 500)}`]),
        ...(hint === undefined ? [] : [`do: ${clip(hint, 1_000)}`]),
    ];
    return `${heading}\n\n<pre>\n${escaped(lines.join("\n"))}\n</pre>\n`;
}

const marks = { good: "✅", same: "✅", bad: "❌", cut: "⚠️", held: "⛔", out: "–" } as const;

function tableRow(layer: LayerFacts, { operation }: RunFacts): string {
    const { style, word } = shownState(layer, operation);
    const seconds = secondsOf(layer);
    const passed = layer.checks.filter(({ status }) => status === "pass").length;
    const cells = [
        marks[style],
        code(layer.name, 100),
        `${word}${layer.reason === undefined ? "" : `: ${plain(layer.reason, 200)}`}`,
        plain(changesSummary(resourceChanges(layer, operation), operation), 200),
        seconds === undefined ? "" : duration(seconds),
        layer.checks.length === 0 ? "" : `${passed} of ${layer.checks.length}`,
    ];
    return `| ${cells.join(" | ")} |\n`;
}

/** What a person looks for first has the lowest. */
function rowRank(layer: LayerFacts, { operation }: RunFacts): number {
    if (layer.state === "failed" || layer.state === "interrupted") return 0;
    if (layer.resources.length > 0) return 1;
    if (layer.state === "succeeded") return isUnchanged(layer, operation) ? 4 : 3;
    return layer.state === "skipped" ? 5 : 2;
}

function changesText(layer: LayerFacts, { operation }: RunFacts, rows = 200): string {
    const changes = resourceChanges(layer, operation);
    const shown = changes.slice(0, rows).map(({ word, type, name, diffs }) => {
        const more = diffs.length > 10 ? ` and ${diffs.length - 10} more` : "";
        const properties = diffs.slice(0, 10).map((path) => code(path, 100));
        return `| ${plain(word, 30)} | ${code(type, 120)} | ${code(name, 120)} | ${properties.join(", ")}${more} |\n`;
    });
    const more = changes.length > rows ? `\n${changes.length - rows} more resources are left out.\n` : "";
    return [
        `<details><summary>${code(layer.name, 100)}: ${plain(changesSummary(changes, operation), 200)}</summary>\n\n`,
        "| | type | resource | properties |\n| --- | --- | --- | --- |\n",
        ...shown,
        more,
        "\n</details>\n",
    ].join("");
}

/** In one line, as code, where nothing is markup, a mention or a link; empty where there is nothing. */
function code(text: string, length: number): string {
    const line = clip(text, length).replace(/\s+/g, " ").trim();
    if (line === "") return "";
    // Inside of a line Markdown is read in code elements too, but not in entities.
    return `<code>${line.replace(/[^\p{L}\p{N} .,:/()-]|:(?=\/)|(?<=www)\./gu, entity)}</code>`;
}

/** As it is, where nothing in it can be anything but words; else as code. */
function plain(text: string, length: number): string {
    const innocent = /^[\p{L}\p{N} ,:()-]*$/u.test(text) && !/\bgh-\d/i.test(text) && text.length <= length;
    return innocent ? text : code(text, length);
}

/** Of a block of HTML, whose inside is not Markdown. */
const escaped = (text: string): string => text.replace(/[&<>"'@]/g, entity);

const entity = (character: string): string => `&#${character.codePointAt(0)};`;

/** Without what steers a terminal or cannot be shown; what is too long ends in "…". */
function clip(text: string, length: number): string {
    const plain = stripVTControlCharacters(text).replace(/[^\P{C}\n\t]/gu, "");
    const characters = [...plain.slice(0, 2 * length)];
    return characters.length <= length ? characters.join("") : `${characters.slice(0, length - 1).join("")}…`;
}
