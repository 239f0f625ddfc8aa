/**
 * What the ledger remembers of each stack, and whether that lets its deployment be skipped: everything that it is made of is
 * as at its last success, nobody has written to its state since, and nothing of it is dead. What cannot be told is no
 * reason to skip.
 */
import { messageOf } from "../core/errors";
import type { Outputs, StackSnapshot } from "../engine/snapshot";
import type { Home } from "../engine/target";
import { pulumiStackName, type GraphFile } from "../graph/load";
import type { KnownSuccess, StackSucceeded } from "../ledger/ledger";
import { inputsOf, type DigestKey, type Inputs } from "./inputs";
import type { ModuleParts } from "./module";

export interface Judgement {
    /** Undefined where they could not be told: then a success is not remembered either. */
    readonly inputs: Inputs | undefined;
    /** The success since which nothing has changed; undefined: it has to be deployed. */
    readonly unchanged: KnownSuccess | undefined;
    /** Why it is deployed, or since when it is unchanged. */
    readonly why: string;
    /** Whether the ledger knows a success of it, so that the reason is worth telling. */
    readonly known: boolean;
}

/** The seam of the rollout to what was before: tests put a scripted one here. */
export interface Memory {
    judge(stack: string): Promise<Judgement>;
    /** What a success is remembered by; undefined where it cannot be. */
    success(stack: string, judgement: Judgement, skipped: boolean): Promise<StackSucceeded | undefined>;
    /** The outputs of a stack are known: those that stand on it depend on them. */
    learn(stack: string, outputs: Outputs): void;
}

export interface MemoryRequest {
    readonly home: Home;
    readonly graph: GraphFile;
    readonly parts: ModuleParts;
    readonly key: DigestKey;
    readonly versions: Readonly<Record<string, string>>;
    readonly successes: ReadonlyMap<string, KnownSuccess>;
    /** Of this process. */
    readonly environment: Readonly<NodeJS.ProcessEnv>;
}

export class LedgerMemory implements Memory {
    private readonly outputs = new Map<string, string>();

    constructor(private readonly request: MemoryRequest) {}

    async judge(stack: string): Promise<Judgement> {
        const { home, parts, successes } = this.request;
        let inputs: Inputs;
        try {
            inputs = await this.inputs(stack);
        } catch (error) {
            return {
                inputs: undefined,
                unchanged: undefined,
                known: true,
                why: `what it is made of cannot be told: ${messageOf(error)}`,
            };
        }
        const last = successes.get(stack);
        const deploy = (why: string): Judgement => ({ inputs, unchanged: undefined, why, known: last !== undefined });
        if (last === undefined) return deploy("there is no success of it in the ledger");
        const changed = Object.entries(inputs).filter(([part, digest]) => last.inputs[part] !== digest);
        if (changed.length > 0)
            return deploy(`changed since run ${last.run}: ${changed.map(([part]) => part).join(", ")}`);
        const version = await home.version(stack);
        if (version === undefined) return deploy("it has no state, or somebody is changing it");
        if (version !== last.checkpoint) return deploy(`its state is not that of run ${last.run} any more`);
        const drifted = await parts.drifted?.(stack);
        if (drifted !== undefined) return deploy(drifted);
        this.outputs.set(stack, last.outputs);
        return { inputs, unchanged: last, known: true, why: `unchanged since run ${last.run}` };
    }

    async success(
        stack: string,
        { inputs, unchanged }: Judgement,
        skipped: boolean,
    ): Promise<StackSucceeded | undefined> {
        const checkpoint = skipped ? unchanged?.checkpoint : await this.request.home.version(stack);
        const outputs = this.outputs.get(stack);
        if (inputs === undefined || checkpoint === undefined || outputs === undefined) return undefined;
        return { type: "stack-succeeded", stack, skipped, inputs, checkpoint, outputs };
    }

    learn(stack: string, outputs: StackSnapshot["outputs"]): void {
        this.outputs.set(stack, this.request.key.digest(outputs));
    }

    private async inputs(stack: string): Promise<Inputs> {
        const { home, graph, parts, key, versions, environment } = this.request;
        const definition = graph.definition(stack);
        const more = (await parts.inputs?.(stack)) ?? {};
        const declared = definition.inputs.variables.map((name) => [name, environment[name] ?? ""] as const);
        const upstream = graph.graph.node(stack).dependsOn.map((up) => {
            const digest = this.outputs.get(up);
            if (digest === undefined) throw new Error(`the outputs of ${up} are not known`);
            return [up, digest] as const;
        });
        return inputsOf(
            {
                workDirectory: await home.workDirectory(stack),
                project: definition.project,
                stack: pulumiStackName(definition.stack, home.environment, stack),
                root: graph.directory,
                variables: { ...home.settings, ...Object.fromEntries(declared) },
                upstream: new Map(upstream),
                versions,
                policyPacks: home.policyPacks,
                more: {
                    files: [...definition.inputs.files, ...(more.files ?? [])],
                    programs: more.programs ?? [],
                    ...(more.loads === undefined ? {} : { loads: more.loads }),
                    values: more.values ?? {},
                },
            },
            key,
        );
    }
}
