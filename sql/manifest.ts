/** Loads a data set manifest; what is wrong in it is told by file, line, key and what is allowed. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { isNode, LineCounter, parseDocument, type Document } from "yaml";
import type { z } from "zod";
import { exitCodes, TidegateError } from "../automation/core/errors";
import { datasetSchema, type Dataset } from "./dataset";
import { conditionProblem } from "./condition";

const folder = join(__dirname, "datasets");

/** Names of the manifests in sql/datasets. */
export function datasetNames(): string[] {
    return readdirSync(folder)
        .filter((file) => file.endsWith(".yaml"))
        .map((file) => basename(file, ".yaml"))
        .sort();
}

/** The manifest `sql/datasets/<name>.yaml`. @throws TidegateError `dataset-unknown`, `dataset-invalid` */
export function loadDataset(name: string): Dataset {
    const file = join(folder, `${name}.yaml`);
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || !existsSync(file))
        throw new TidegateError(`There is no data set '${name}'.`, {
            code: "dataset-unknown",
            hint: `There is ${datasetNames().join(", ")}. A further one is a file sql/datasets/<name>.yaml.`,
            exitCode: exitCodes.usage,
        });
    const dataset = parseManifest(readFileSync(file, "utf8"), relative(join(__dirname, ".."), file));
    if (dataset.name !== name)
        throw invalid([
            `${relative(join(__dirname, ".."), file)}: name is '${dataset.name}', but the file says '${name}'`,
        ]);
    return dataset;
}

/** @param file for messages */
export function parseManifest(yaml: string, file: string): Dataset {
    const lines = new LineCounter();
    const document = parseDocument(yaml, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
    const syntax = [...document.errors, ...document.warnings];
    if (syntax.length > 0)
        throw invalid(syntax.map((error) => `${file}:${lines.linePos(error.pos[0]).line}: ${error.message}`));
    const parsed = datasetSchema.safeParse(document.toJS());
    if (!parsed.success)
        throw invalid(
            parsed.error.issues.map((issue) => {
                const path = [...issue.path, ...(issue.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [])];
                return `${file}:${lineOf(document, lines, path)}: ${pathText(issue.path)}${told(issue)}`;
            }),
        );
    const dataset = parsed.data;
    const problems = (["reject", "filter"] as const).flatMap((list) =>
        dataset[list].flatMap((rule, index) => {
            const problem = conditionProblem(rule.condition);
            const path = [list, index, "condition"];
            return problem === undefined
                ? []
                : [`${file}:${lineOf(document, lines, path)}: ${pathText(path)}${problem}`];
        }),
    );
    if (problems.length > 0) throw invalid(problems);
    return dataset;
}

function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
    for (let length = path.length; length >= 0; length--) {
        const node = document.getIn(path.slice(0, length), true);
        if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
    return 1;
}

function pathText(path: readonly PropertyKey[]): string {
    const text = path
        .map((part, index) =>
            typeof part === "number" ? `[${part}]` : index === 0 ? String(part) : `.${String(part)}`,
        )
        .join("");
    return text === "" ? "" : `${text}: `;
}

function told(issue: z.core.$ZodIssue): string {
    switch (issue.code) {
        case "unrecognized_keys":
            return `unknown key${issue.keys.length === 1 ? "" : "s"} ${issue.keys.map((key) => `'${key}'`).join(", ")}`;
        case "invalid_value":
            return `allowed is ${issue.values.map(String).join(", ")}`;
        case "invalid_type":
            return issue.input === undefined && issue.message.includes("undefined")
                ? `is missing (${issue.expected})`
                : issue.message;
        case "invalid_format":
            return `allowed is ${issue.message}`;
        default:
            return issue.message;
    }
}

function invalid(problems: readonly string[]): TidegateError {
    return new TidegateError(`The data set manifest is not valid:\n  ${problems.join("\n  ")}`, {
        code: "dataset-invalid",
        hint: "docs/datasets.md describes every key.",
        exitCode: exitCodes.usage,
    });
}
