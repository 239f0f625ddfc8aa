/**
 * Reads `tidegate.yaml`, the one file that says which stacks there are, which reads whose outputs, and what is run around
 * them. It may lie in any repository: nothing of it has to know Tidegate.
 */
import { existsSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { z } from "zod";
import { exitCodes, TidegateError } from "../core/errors";
import { repositoryRoot } from "../core/repository";
import { nearest, readYamlFile } from "../core/yamlFile";
import { Graph } from "./graph";
import { promotionMistake, promotionSchema, type Promotion } from "./promotion";
import { changeBudgetSchema, protectedSchema, statefulSchema } from "./protection";
import {
    commandSchema,
    exerciseSchema,
    gatesSchema,
    hooksSchema,
    stepName,
    type ExerciseStep,
    type Gates,
    type Hooks,
} from "./steps";
import { withoutSecret } from "../secrets/inUrl";

const name = z.string().regex(/^[a-z][a-z0-9-]*$/, "lower-case letters, digits and '-'");
const template = z
    .string()
    .regex(
        /^([A-Za-z0-9_./-]|\{environment\}|\{name\})+$/,
        "a stack's name; {environment} and {name} stand for theirs",
    );

export const environmentSettings = z.strictObject({
    backend: z
        .string()
        .regex(
            /^(file|s3|gs|azblob|https):\/\/.+$/,
            "file://DIR (relative to this file), s3://…, gs://…, azblob://… or https://…",
        )
        .superRefine(withoutSecret)
        .optional()
        .describe("Pulumi's backend. Default: PULUMI_BACKEND_URL, else the one of `pulumi login`."),
    ledger: z
        .string()
        .regex(/^(file|s3|gs|azblob):\/\/.+$/, "file://DIR (relative to this file), s3://…, gs://… or azblob://…")
        .superRefine(withoutSecret)
        .optional()
        .describe("Where the ledger is kept. Default: beside the state, where that is files or a bucket."),
    secretsProvider: z
        .string()
        .min(1)
        .superRefine(withoutSecret)
        .optional()
        .describe("What new stacks encrypt with, as `pulumi stack init --secrets-provider` takes it."),
    policyPacks: z
        .array(
            z.union([
                z
                    .string()
                    .min(1)
                    .transform((path) => ({ path, config: undefined })),
                z.strictObject({ path: z.string().min(1), config: z.string().min(1).optional() }),
            ]),
        )
        .default([])
        .describe(
            "CrossGuard packs that every preview and up has to pass: folders, relative to this file, and the JSON files of their configuration.",
        ),
    secretsPolicy: z
        .enum(["mandatory", "advisory", "off"])
        .default("mandatory")
        .describe("Of the driver's own pack: no secret in clear in configuration, inputs and outputs."),
    variables: z
        .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string())
        .default({})
        .describe("Environment variables of Pulumi, its programs and all steps. No secrets: the file is committed."),
    changeBudget: changeBudgetSchema
        .optional()
        .describe("What one rollout may change at most. Default: anything, and no time is spent on looking."),
});
export type EnvironmentSettings = z.infer<typeof environmentSettings>;

const inputsSchema = z.strictObject({
    files: z
        .array(z.string().min(1))
        .optional()
        .describe(
            "Files and folders that programs read beside their imports, relative to this file. Default: the project's.",
        ),
    variables: z
        .array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/))
        .default([])
        .describe("Names of environment variables that programs read."),
});

const releasesSchema = z.strictObject({
    store: z
        .string()
        .regex(/^(file|s3|gs|azblob):\/\/.+$/, "file://DIR (relative to this file), s3://…, gs://… or azblob://…")
        .optional()
        .describe("Where releases and proofs are kept, for all environments. Default: beside this file."),
    allowedSigners: z
        .string()
        .min(1)
        .optional()
        .describe(
            "File of those who may sign, as `ssh-keygen -Y verify -f` takes it. Default: nothing has to be signed.",
        ),
    files: z
        .array(z.string().min(1))
        .default([])
        .describe("Files and folders that belong to a release beside projects, imports, packs and locks."),
});

const graphSchema = z.strictObject({
    name: name.optional().describe("What reports call the graph. Default: the name of its folder."),
    module: z
        .string()
        .min(1)
        .optional()
        .describe("A TypeScript or JavaScript file beside this one that gives checks and exercises by name."),
    project: z.string().min(1).default(".").describe("Folder of the Pulumi project of stacks that name none."),
    stack: template.default("{environment}-{name}").describe("Name of the Pulumi stack of those that name none."),
    inputs: inputsSchema.prefault({}).describe("What a deployment is made of, of stacks that say nothing themselves."),
    lookup: z
        .strictObject({
            run: commandSchema,
            timeoutSeconds: z.number().positive().max(3600).default(60),
        })
        .optional()
        .describe(
            "A command that says whether a resource is there whose creation was cut off. Its folder is this file's.",
        ),
    environments: z.record(name, environmentSettings).optional().describe("Default: any name is an environment."),
    releases: releasesSchema
        .prefault({})
        .describe("Where releases are kept, who has to sign them, what else is in them."),
    promotion: promotionSchema.optional().describe("The way of a release from one environment to the next."),
    stacks: z.record(
        name,
        z.strictObject({
            description: z.string().optional(),
            project: z.string().min(1).optional().describe("Folder of its Pulumi project, relative to this file."),
            stack: template.optional().describe("Name of the Pulumi stack: `{environment}`, `acme/{environment}`."),
            dependsOn: z.array(z.string()).default([]),
            labels: z.array(name).default([]),
            timeoutSeconds: z
                .number()
                .positive()
                .default(3600)
                .describe("How long one operation of Pulumi on the stack may take; then it is interrupted in order."),
            outputs: z
                .union([z.string().min(1), z.record(z.string(), z.unknown())])
                .optional()
                .describe("JSON Schema of the stack's outputs: a file beside this one, or the schema itself."),
            inputs: inputsSchema.optional(),
            protected: protectedSchema,
            stateful: statefulSchema,
            exercises: z.array(exerciseSchema).default([]),
            hooks: hooksSchema,
            gates: gatesSchema,
        }),
    ),
});

/** What a graph says of one stack, beside its place in the graph. */
export interface StackDefinition {
    /** Absolute folder of its Pulumi project. */
    readonly project: string;
    /** With `{environment}` and `{name}` in it. */
    readonly stack: string;
    readonly outputs: string | Readonly<Record<string, unknown>> | undefined;
    /** Of one operation of Pulumi. */
    readonly timeoutSeconds: number;
    /** Absolute files and folders, and names of environment variables, that its deployment is made of too. */
    readonly inputs: { readonly files: readonly string[]; readonly variables: readonly string[] };
    /** Whether its data is guarded: in every environment, in none, or in these. */
    readonly protected: boolean | readonly string[];
    /** Patterns of types whose replacement or deletion loses data. */
    readonly stateful: readonly string[];
    readonly exercises: readonly ExerciseStep[];
    readonly hooks: Hooks;
    readonly gates: Gates;
}

export interface GraphFile {
    /** Absolute. */
    readonly file: string;
    readonly directory: string;
    readonly graph: Graph;
    /** Absolute; undefined where the graph needs none. */
    readonly module: string | undefined;
    readonly environments: Readonly<Record<string, EnvironmentSettings>> | undefined;
    readonly releases: {
        /** URL; a `file://` is absolute. */
        readonly store: string;
        /** Absolute; undefined: nothing has to be signed. */
        readonly allowedSigners: string | undefined;
        /** Absolute. */
        readonly files: readonly string[];
    };
    readonly promotion: Promotion | undefined;
    /**
     * Where state, ledger and reports of its environments are found from: of a release, the graph that it is rolled out
     * by. @default the folder of the file
     */
    readonly home?: string;
    readonly lookup: { readonly run: string | readonly string[]; readonly timeoutSeconds: number } | undefined;
    definition(stack: string): StackDefinition;
}

const graphFileName = "tidegate.yaml";

/** The graph of the lakehouse. */
export const ownGraphFile = join(repositoryRoot, graphFileName);

/** The file that TIDEGATE_GRAPH names, else the nearest `tidegate.yaml` from the working directory upward, else the lakehouse's. */
export function findGraphFile(variables: Readonly<NodeJS.ProcessEnv> = process.env, directory = process.cwd()): string {
    const named = variables["TIDEGATE_GRAPH"];
    if (named) return resolve(directory, named);
    for (let folder = directory; ; folder = dirname(folder)) {
        const file = join(folder, graphFileName);
        if (existsSync(file)) return file;
        if (folder === dirname(folder)) return ownGraphFile;
    }
}

export async function loadGraphFile(file = findGraphFile()): Promise<GraphFile> {
    const parsed = await readYamlFile(file, graphSchema, {
        kind: "graph",
        code: "graph-invalid",
        hint: "docs/graph.md describes every key.",
    });
    const directory = dirname(resolve(file));
    const definitions = new Map<string, StackDefinition>();
    for (const [stack, one] of Object.entries(parsed.stacks)) {
        const project = resolve(directory, one.project ?? parsed.project);
        if (!existsSync(join(project, "Pulumi.yaml")))
            throw invalid(
                `'${stack}' is a stack of the Pulumi project in ${relative(directory, project) || "."}, but there is no ${join(project, "Pulumi.yaml")}.`,
                `Let stacks.${stack}.project in ${file} name the folder of its Pulumi.yaml.`,
            );
        const { outputs, timeoutSeconds, exercises, hooks, gates, protected: guarded, stateful } = one;
        for (const environment of Array.isArray(guarded) ? guarded : [])
            if (parsed.environments !== undefined && !(environment in parsed.environments))
                throw invalid(
                    `'${stack}' is protected in '${environment}', which is no environment of ${file}.`,
                    nearest(environment, Object.keys(parsed.environments)) ||
                        `It has ${Object.keys(parsed.environments).join(", ")}.`,
                );
        const { files, variables } = one.inputs ?? parsed.inputs;
        const inputs = { files: files?.map((path) => resolve(directory, path)) ?? [project], variables };
        definitions.set(stack, {
            project,
            stack: one.stack ?? parsed.stack,
            ...{ outputs, timeoutSeconds, inputs, exercises, hooks, gates, stateful },
            protected: guarded,
        });
    }
    const mistake = promotionMistake(
        parsed.promotion ?? {},
        parsed.environments === undefined ? undefined : Object.keys(parsed.environments),
    );
    if (mistake !== undefined) throw invalid(`In ${file}, ${mistake}.`, "docs/promotion.md describes `promotion`.");
    const graph = new Graph(
        Object.entries(parsed.stacks).map(([stack, one]) => ({
            name: stack,
            ...(one.description === undefined ? {} : { description: one.description }),
            dependsOn: one.dependsOn,
            labels: one.labels,
            exercises: one.exercises.map(stepName),
        })),
        parsed.name ?? basename(directory),
    );
    oneStackEach(graph, definitions);
    return {
        file: resolve(file),
        directory,
        graph,
        module: parsed.module === undefined ? undefined : resolve(directory, parsed.module),
        environments: parsed.environments,
        releases: releasesOf(parsed.releases, directory),
        promotion: parsed.promotion,
        lookup: parsed.lookup,
        definition: (stack) => {
            const found = definitions.get(graph.node(stack).name);
            if (found === undefined) throw new Error(`'${stack}' has no definition`);
            return found;
        },
    };
}

function releasesOf(
    { store, allowedSigners, files }: z.infer<typeof releasesSchema>,
    directory: string,
): GraphFile["releases"] {
    const place = store ?? "file://.";
    const local = place.startsWith("file://") ? resolve(directory, place.slice("file://".length)) : undefined;
    return {
        store: local === undefined ? place : `file://${local}`,
        allowedSigners: allowedSigners === undefined ? undefined : resolve(directory, allowedSigners),
        files: files.map((file) => resolve(directory, file)),
    };
}

/** The graph alone. */
export const loadGraph = async (file?: string): Promise<Graph> => (await loadGraphFile(file)).graph;

/** The name that a stack of the graph has in Pulumi. */
export const pulumiStackName = (template: string, environment: string, stack: string): string =>
    template.replaceAll("{environment}", environment).replaceAll("{name}", stack);

/** The settings of an environment that a graph without a module of its own gives. */
export function settingsOf(graph: Pick<GraphFile, "file" | "environments">, environment: string): EnvironmentSettings {
    const { environments, file } = graph;
    const known = Object.keys(environments ?? {});
    const found =
        environments === undefined
            ? { variables: {}, policyPacks: [], secretsPolicy: "mandatory" as const }
            : environments[environment];
    if (found !== undefined && name.safeParse(environment).success) return found;
    throw new TidegateError(
        found === undefined
            ? `${file} has no environment '${environment}'.`
            : `'${environment}' cannot be the name of an environment: lower-case letters, digits and '-', a letter first.`,
        {
            code: "environment-unknown",
            ...(found === undefined ? { hint: nearest(environment, known) || `It has ${known.join(", ")}.` } : {}),
            exitCode: exitCodes.usage,
        },
    );
}

/** Two nodes on one Pulumi stack would undo each other's work. */
function oneStackEach(graph: Graph, definitions: ReadonlyMap<string, StackDefinition>): void {
    const seen = new Map<string, string>();
    for (const stack of graph.order) {
        const { project, stack: named } = definitions.get(stack) ?? { project: "", stack: "" };
        const key = `${project}\n${pulumiStackName(named, "{environment}", stack)}`;
        const other = seen.get(key);
        if (other !== undefined)
            throw invalid(
                `'${other}' and '${stack}' are the same Pulumi stack, ${pulumiStackName(named, "<environment>", stack)} in ${project}.`,
                "Give each a project of its own, or a `stack` with {name} in it.",
            );
        seen.set(key, stack);
    }
}

function invalid(message: string, hint: string): TidegateError {
    return new TidegateError(message, { code: "graph-invalid", hint, exitCode: exitCodes.usage });
}
