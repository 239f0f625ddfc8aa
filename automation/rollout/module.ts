/**
 * What a graph may bring along in TypeScript: checks and exercises by name, and for a platform of its own, where its stacks
 * live. `module` of `tidegate.yaml` names the file; it exports a `DriverModule` as `module`. The lakehouse's is
 * `automation/lakehouse/module.ts`.
 */
import { z } from "zod";
import { exitCodes, messageOf, TidegateError } from "../core/errors";
import type { Progress } from "../core/progress";
import type { Redactor } from "../core/redactor";
import type { EngineTools } from "../toolchain";
import type { PendingCreate, PendingDecision } from "../engine/pending";
import type { Home } from "../engine/target";
import type { Outputs } from "../engine/snapshot";
import type { CheckResult, Verdict } from "../gates";
import type { GraphFile } from "../graph/load";
import type { Gathered, GatherRequest } from "../release/gather";
import type { MoreInputs } from "./inputs";

/** What something of a module that runs for one stack may look at. */
export interface StepContext {
    readonly environment: string;
    /** Its name in the graph. */
    readonly stack: string;
    /** Of every stack that is deployed, by its name in the graph; secrets in clear. */
    readonly outputs: ReadonlyMap<string, Outputs>;
    readonly progress: Progress;
    /** Aborted when its time is over, or the run is interrupted. */
    readonly signal: AbortSignal;
}

/** Answers with a line for people. */
export type Exercise = (context: StepContext) => Promise<string>;

export interface ModuleCheck {
    /** What it proves, as a statement. */
    readonly title: string;
    /** Where to look when it is red. @default the stack */
    readonly look?: string;
    /** What to do when it is red. */
    readonly hint?: string;
    run(context: StepContext): Promise<Verdict>;
}

/** A platform that a module has opened; whatever it leaves out is as for ordinary Pulumi projects. */
export interface ModuleParts {
    readonly home?: Home;
    readonly exercises?: Readonly<Record<string, Exercise>>;
    readonly checks?: Readonly<Record<string, ModuleCheck>>;
    /** Checks before anything of a run is touched. */
    preflight?(signal: AbortSignal): Promise<readonly CheckResult[]>;
    /** Checks before one stack is deployed, beside those of the graph. */
    preflightStack?(
        stack: string,
        outputs: ReadonlyMap<string, Outputs>,
        signal: AbortSignal,
    ): Promise<readonly CheckResult[]>;
    /** Checks after a stack was deployed and exercised, beside those of the graph. */
    validate?(
        stack: string,
        outputs: ReadonlyMap<string, Outputs>,
        onResult: (result: CheckResult) => void,
        signal: AbortSignal,
    ): Promise<readonly CheckResult[]>;
    /**
     * What has become of a resource whose creation was cut off: asked before the stack is changed. `create` for one that
     * is not there, or that a second creation takes over. Undefined where it cannot tell.
     */
    lookup?(stack: string, pending: PendingCreate, signal: AbortSignal): Promise<PendingDecision | undefined>;
    /**
     * Whether a program of its own says by this that an upstream, or an output of it, is not there yet: such a stack cannot
     * be previewed, which is no failure. Pulumi's own words are known.
     */
    lacksUpstream?(message: string): boolean;
    /** What a deployment of a stack is made of beside its project's folder and what the graph says. */
    inputs?(stack: string): Promise<Partial<MoreInputs>>;
    /** Why a stack has to be deployed although nothing that it is made of has changed: something of it is dead. */
    drifted?(stack: string): Promise<string | undefined>;
    /** Where to look once it is up, by what it is. */
    places?(outputs: ReadonlyMap<string, Outputs>): Readonly<Record<string, string>>;
    /** Lines for people once everything is green. */
    summary?(outputs: ReadonlyMap<string, Outputs>): Promise<readonly string[]>;
}

export interface OpenRequest {
    readonly environment: string;
    readonly graph: GraphFile;
    readonly tools: EngineTools;
    /** Options of the command line that are the module's: parse them. */
    readonly options: Readonly<Record<string, unknown>>;
    /** Milliseconds since the epoch at which this run began. */
    readonly startedMs: number;
    /** Takes secrets out of whatever the run tells: a module that learns one adds it. */
    readonly redactor: Redactor;
}

/** What is left of a platform whose stacks are destroyed goes too. */
export interface Dismantled {
    /** Lines for people: what still ran, and was stopped. */
    readonly notes: readonly string[];
    /** What is gone, as in "local is gone: …". */
    readonly gone: string;
}

export interface DriverModule {
    /** Names of the environments that it knows beside those of the graph's file. @default none */
    environments?(): Promise<readonly string[]>;
    /** Which stacks of the graph an environment has. @default all */
    stacks?(environment: string): Promise<readonly string[]>;
    /** As `ModuleParts.inputs`, of a platform that need not be there: files and programs alone. @default none */
    sources?(environment: string, stack: string): Promise<Pick<MoreInputs, "files" | "programs" | "loads">>;
    /**
     * Which stacks of the graph an environment had when its files were as `read` gives them, by absolute path.
     * @default those that the graph's file had
     */
    stacksThen?(environment: string, read: (file: string) => Promise<string | undefined>): Promise<readonly string[]>;
    /** The folder that holds all of an environment; where it does not exist, nothing is deployed. */
    directory?(environment: string): Promise<string>;
    /** The URL of an environment's ledger and lock, for `down --force`, which opens nothing. */
    ledger?(environment: string): Promise<string>;
    /** The file that is of an environment alone. @default none: its settings in the graph's file */
    file?(environment: string): Promise<string>;
    /** Before minutes of downloads: whether the environment and the options can be right. */
    check?(request: Pick<OpenRequest, "environment" | "options">): Promise<void>;
    /** Fetches what an environment needs beside Pulumi. */
    ensure?(environment: string, progress: Progress, signal: AbortSignal): Promise<void>;
    open(request: OpenRequest): Promise<ModuleParts>;
    /** What a release of it is made of. @default its projects with what they import, its packs and locks */
    release?(request: GatherRequest): Promise<Gathered>;
    /** After its stacks are destroyed, or in their stead by `down --force`, when no Pulumi may be there. */
    dismantle?(environment: string, graph: GraphFile): Promise<Dismantled>;
}

const isFunction = (value: unknown): boolean => typeof value === "function";
const shape = z.looseObject({
    module: z.looseObject({
        open: z.custom<DriverModule["open"]>(isFunction, "has to be a function"),
        environments: z
            .custom<NonNullable<DriverModule["environments"]>>(isFunction, "has to be a function")
            .optional(),
        check: z.custom<NonNullable<DriverModule["check"]>>(isFunction, "has to be a function").optional(),
        ensure: z.custom<NonNullable<DriverModule["ensure"]>>(isFunction, "has to be a function").optional(),
        directory: z.custom<NonNullable<DriverModule["directory"]>>(isFunction, "has to be a function").optional(),
        sources: z.custom<NonNullable<DriverModule["sources"]>>(isFunction, "has to be a function").optional(),
        stacksThen: z.custom<NonNullable<DriverModule["stacksThen"]>>(isFunction, "has to be a function").optional(),
        stacks: z.custom<NonNullable<DriverModule["stacks"]>>(isFunction, "has to be a function").optional(),
        ledger: z.custom<NonNullable<DriverModule["ledger"]>>(isFunction, "has to be a function").optional(),
        file: z.custom<NonNullable<DriverModule["file"]>>(isFunction, "has to be a function").optional(),
        release: z.custom<NonNullable<DriverModule["release"]>>(isFunction, "has to be a function").optional(),
        dismantle: z.custom<NonNullable<DriverModule["dismantle"]>>(isFunction, "has to be a function").optional(),
    }),
});

/** The module of a graph; one that has none opens to nothing. */
export function loadModule(graph: Pick<GraphFile, "file" | "module">): DriverModule {
    const file = graph.module;
    if (file === undefined) return { open: () => Promise.resolve({}) };
    let exported: unknown;
    try {
        exported = require(file);
    } catch (error) {
        throw new TidegateError(`The module ${file} of ${graph.file} cannot be loaded: ${messageOf(error)}`, {
            code: "module-invalid",
            hint: "`module` names a TypeScript or JavaScript file, relative to the graph's.",
            cause: error,
            exitCode: exitCodes.usage,
        });
    }
    const parsed = shape.safeParse(exported);
    if (parsed.success) return (exported as { module: DriverModule }).module;
    throw new TidegateError(
        `${file} is no module of a graph: ${parsed.error.issues.map((issue) => `'${issue.path.join(".")}' ${issue.message}`).join(", ")}.`,
        {
            code: "module-invalid",
            hint: "It has to export `module`, an object with `open`; docs/graph.md has an example.",
            exitCode: exitCodes.usage,
        },
    );
}
