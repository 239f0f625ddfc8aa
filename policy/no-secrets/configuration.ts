/**
 * The configuration of a stack, and the files that it comes from. The engine tells which keys are kept encrypted; the files
 * tell on which line the others stand.
 */
import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import { stackFileName } from "../../automation/core/stackFile";
import type { Path } from "../../components/provider/values";
import type { Context, Policy, Violation } from "../analyzer/pack";
import { projectFolder, projectUnseen, type ProjectFolder } from "../analyzer/project";
import type { SecretFormat } from "../secrets";
import { ruleFor } from "./rules";

interface FileLeaf {
    readonly path: Path;
    readonly value: string;
    readonly line: number;
}

/** The texts below a key of a YAML file, but for those under `secure:`; all of it where no key is named. */
export function leavesOfFile(content: string, under?: string): FileLeaf[] {
    const counter = new LineCounter();
    const document = parseDocument(content, { lineCounter: counter });
    const found: FileLeaf[] = [];
    const visit = (node: unknown, path: Path): void => {
        if (isMap(node)) {
            const [only] = node.items;
            const isSecure = node.items.length === 1 && isScalar(only?.key) && only.key.value === "secure";
            if (isSecure && under !== undefined) return;
            for (const { key, value } of node.items) visit(value, [...path, isScalar(key) ? String(key.value) : "?"]);
        } else if (isSeq(node)) node.items.forEach((item, index) => visit(item, [...path, index]));
        else if (isScalar(node) && typeof node.value === "string")
            found.push({ path, value: node.value, line: counter.linePos(node.range?.[0] ?? 0).line });
    };
    const start = under === undefined ? document.contents : document.get(under, true);
    visit(start, []);
    return found;
}

interface Source {
    readonly file: string;
    /** Of a stack's file and Pulumi.yaml, the configuration; of an environment's file, all. */
    readonly under?: string;
    readonly format: SecretFormat;
}

/** Files from which a stack is configured. An environment's is named by the first part of the stack's name, as Tidegate has it. */
function sourcesOf({ directory, stacks, source }: ProjectFolder, stack: string): Source[] {
    const environment =
        process.env["TIDEGATE_ENVIRONMENT_FILE"] || join(stacks, `${stack.split("-")[0] ?? stack}.yaml`);
    const projects = [...new Set([directory, source])].map((folder): Source => ({
        file: join(folder, "Pulumi.yaml"),
        under: "config",
        format: "project",
    }));
    const all: Source[] = [
        { file: join(stacks, stackFileName(stack)), under: "config", format: "stack" },
        ...projects,
        { file: environment, format: "environment" },
    ];
    return all.filter(({ file }) => existsSync(file));
}

const dotted = (path: Path): string => path.map(String).join(".");

function* inFiles(context: Context): Generator<Violation & { readonly key?: string }> {
    const folder = projectFolder(context);
    if (folder === undefined) {
        yield { message: projectUnseen(context) };
        return;
    }
    for (const { file, under, format } of sourcesOf(folder, context.stack)) {
        const name = relative(folder.source, file);
        const place = name.startsWith("..") ? file : name;
        for (const { path, value, line } of leavesOfFile(readFileSync(file, "utf8"), under)) {
            const key = dotted(path);
            const rule = ruleFor(key, value, format);
            if (rule === undefined) continue;
            const flags = path.length > 1 ? `--secret --path '${key}'` : `--secret ${key}`;
            const fix =
                format === "stack"
                    ? `\`pulumi config set ${flags} --stack ${context.stack}\` encrypts it`
                    : "take it out of the file: a secret of the stack, or a `secretRef`, holds it";
            yield { key, message: `${place}:${line}: ${key} holds a secret in clear (${rule}); ${fix}.` };
        }
    }
}

export function configurationPolicy(): Policy {
    return {
        name: "no-plain-secret-configuration",
        description: "No secret stands in clear in what a stack is configured by.",
        // The first of all resources: nothing has been made yet.
        resource({ type }, context) {
            if (type !== "pulumi:pulumi:Stack") return [];
            const found: Violation[] = [];
            const told = new Set<string>();
            for (const { key, message } of inFiles(context)) {
                found.push({ message });
                if (key !== undefined) told.add(key);
            }
            // What comes from elsewhere: flags, an ESC environment.
            for (const [key, value] of context.configuration) {
                if (context.secretKeys.has(key) || told.has(key)) continue;
                const rule = ruleFor(key, value, "project");
                if (rule !== undefined)
                    found.push({
                        message: `the configuration's key ${key} holds a secret in clear (${rule}); set it with --secret.`,
                    });
            }
            return found;
        },
    };
}
