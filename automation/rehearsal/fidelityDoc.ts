/** Writes docs/rehearsal-fidelity.md from the rows: `npm run schema`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { duration } from "../core/duration";
import { repositoryRoot } from "../core/repository";
import { secondsOf } from "./calls";
import type { PackageTable, Reference, Row } from "./row";
import { allTables } from "./tables";
import { permissionSource } from "./tables/permissions";

export const fidelityFile = join(repositoryRoot, "docs", "rehearsal-fidelity.md");

const head = `# What a rehearsal knows

*Written from the rows in \`automation/rehearsal/tables\` by \`npm run schema\`. Change those.*

A rehearsal runs the real program on the real engine; only the providers are simulated ([rehearsal.md](rehearsal.md)). This
page says what the simulation knows of each resource type, and where that is from. What it knows is tested row by row:
\`tests/rehearsal/rows.test.ts\`. **No row was compared with a real account.** They are from the documentation that they name.

## What it does not check

A green rehearsal says nothing of these:

- **Whether the identity that deploys may do it.** Every call is allowed. What it has to be allowed is listed, not tried.
- **Whether what is made works.** No bucket holds an object, no broker a record, no cluster runs a pod, no policy is
  evaluated: a policy document is refused where it is malformed, not where it allows too little or too much.
- **Networks.** Routes, security groups, name resolution and private endpoints connect nothing.
- **Inputs that no row names.** A misspelt value, a size or version that a region does not have, a combination that the cloud
  refuses and the list below does not: they are accepted. TypeScript has checked the names and the types of the arguments.
- **Quotas of your account**, unless the plan of faults sets one, and what capacity a zone has.
- **Regions.** Names are unique in the one account and region that the simulated cloud is. Names that are unique in the
  world, as those of buckets, are free unless the rehearsal itself has taken them.
- **A change of a provider's own settings**, as another region, which replaces everything in a real cloud.
- **What a provider fills in by itself**: an input that the real one defaults or normalises, and then shows as a change, is
  not seen here. An output that no row computes is not there.
- **Time.** Latencies are typical ones, most of them counted for want of a published figure; a forecast of them is a lower bound, without queues, retries and quotas.
- **Prices.**

Functions of a package (\`getRegion\`) answer with made-up values.

## Words

| word | meaning |
| --- | --- |
| another one when | a change of one of these inputs replaces the resource |
| unique | no two may have the same; without it, a create whose answer was lost leaves one that nobody knows |
| idempotent | a second create of the same is answered with what is there |
| names | what has to be there before it; what it holds cannot be deleted while it is there |
| takes | seconds to create, to change and to delete; *published* where the source gives the figure of the creation |
| needs | what the identity that deploys has to be allowed, and the page on which its service lists that |
`;

const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(", ");

/** In one line, and without what ends a cell or a row. */
const plain = (text: string): string => text.replace(/\s+/g, " ").replaceAll("|", "\\|").trim();

const sourced = (source: string): string => {
    const words = plain(source).split(" ");
    return words.map((word) => (/^https:\/\/\S+$/.test(word) ? `<${word}>` : word)).join(" ");
};

function named({ input, type, by, holds = true }: Reference): string {
    const types = typeof type === "string" ? [type] : type;
    return `\`${input}\`: ${by === undefined ? "" : `the \`${by}\` of `}${code(types)}${holds ? ", which it holds" : ""}`;
}

function needs({ token, permissions }: Row): string {
    const provider = token.split(":")[0] ?? token;
    const pages = new Set(permissions.map((permission) => permissionSource(provider, permission)));
    const known = [...pages].filter((page) => page !== undefined);
    return permissions.length === 0 ? "no permission" : `${code(permissions)} (${sourced(known.join(" "))})`;
}

function rowText(row: Row): string {
    const { token, source, replaceOn, unique, idempotent = false, references = [], refuses = [], latency } = row;
    const times = (["create", "update", "delete"] as const).map((operation) => duration(secondsOf(row, operation)));
    const lines = [
        `- source: ${sourced(source)}`,
        `- another one when: ${code(replaceOn) || "never"}${row.deleteBeforeReplace === true ? "; the old one goes first" : ""}`,
        `- unique: ${code(unique) || "nothing"}${idempotent ? "; idempotent" : ""}`,
        ...(row.required === undefined || row.required.length === 0
            ? []
            : [`- refused without: ${code(row.required)}`]),
        ...references.map((reference) => `- names by ${named(reference)}`),
        ...refuses.map(({ what, source: from }) => `- refuses ${plain(what)} (${sourced(from)})`),
        ...(row.keeps === undefined ? [] : ["- is not deleted while something that no input names is in it"]),
        ...(row.contains === true ? ["- takes along whatever lies in it when it is deleted"] : []),
        `- takes: ${times.join(", ")}${latency.published === true ? ", *published*" : ""} (${sourced(latency.source)})`,
        `- needs: ${needs(row)}`,
    ];
    return `#### \`${token}\`\n\n${lines.join("\n")}\n`;
}

function tableText(name: string, { version, rows, invokes }: PackageTable): string {
    const functions = Object.keys(invokes).sort();
    return [
        `## ${name}\n\n${rows.length} types of @pulumi/${name} ${version}.${functions.length === 0 ? "" : ` Functions that answer: ${code(functions)}.`}\n`,
        ...[...rows].sort((one, other) => (one.token < other.token ? -1 : 1)).map(rowText),
    ].join("\n");
}

export function fidelityDocument(): string {
    const tables = [...allTables()].sort(([one], [other]) => (one < other ? -1 : 1));
    return [head, ...tables.map(([name, table]) => tableText(name, table))].join("\n");
}

if (require.main === module) writeFileSync(fidelityFile, fidelityDocument());
