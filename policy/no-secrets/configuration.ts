/**
 * The configuration of a stack, and the files that it comes from. The engine tells which keys are kept encrypted; the files
 * tell on which line the others stand.
 */
import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { Path } from "../../components/provider/values";
import type { Context, Policy, Violation } from "../analyzer/pack";
import { projectFolder, type ProjectFolder } from "../analyzer/project";
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
}

/** Files from which a stack is configured. An environment's is named by the first part of the stack's name, as Tidegate has it. */
function sourcesOf({ directory, stacks, source }: ProjectFolder, stack: string): Source[] {
    const environment =
        process.env["TIDEGATE_ENVIRONMENT_FILE"] || join(stacks, `${stack.split("-")[0] ?? stack}.yaml`);
    return [
        { file: join(stacks, `Pulumi.${stack}.yaml`), under: "config" },
        { file: join(directory, "Pulumi.yaml"), under: "config" },
        ...(source === directory ? [] : [{ file: join(source, "Pulumi.yaml"), under: "config" }]),
        { file: environment },
    ].filter(({ file }) => existsSync(file));
}

const dotted = (path: Path): string => path.map(String).join(".");

async function* inFiles(context: Context): AsyncGenerator<Violation & { readonly key: string }> {
    const folder = projectFolder(context);
    if (folder === undefined) return;
    for (const { file, under } of sourcesOf(folder, context.stack)) {
        const name = relative(folder.source, file);
        const place = name.startsWith("..") ? file : name;
        for (const { path, value, line } of leavesOfFile(readFileSync(file, "utf8"), under)) {
            const rule = await ruleFor(path, value);
            if (rule === undefined) continue;
            const key = dotted(path);
            const fix =
                under === undefined
                    ? "name it by a `secretRef`"
                    : `\`pulumi config set --secret ${key} --stack ${context.stack}\` encrypts it`;
            yield { key, message: `${place}:${line}: ${key} holds a secret in clear (${rule}); ${fix}.` };
        }
    }
}

export function configurationPolicy(): Policy {
    return {
        name: "no-plain-secret-configuration",
        description: "No secret stands in clear in what a stack is configured by.",
        // The first of all resources: nothing has been made yet.
        async resource({ type }, context) {
            if (type !== "pulumi:pulumi:Stack") return [];
            const found: Violation[] = [];
            const told = new Set<string>();
            for await (const { key, message } of inFiles(context)) {
                found.push({ message });
                told.add(key);
            }
            // What comes from elsewhere: flags, an ESC environment.
            for (const [key, value] of context.configuration) {
                if (context.secretKeys.has(key) || told.has(key)) continue;
                const rule = await ruleFor([key], value);
                if (rule !== undefined)
                    found.push({
                        message: `the configuration's key ${key} holds a secret in clear (${rule}); set it with --secret.`,
                    });
            }
            return found;
        },
    };
}
