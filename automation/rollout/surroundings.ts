/**
 * What the driver does around Pulumi's operations: the steps that the graph names, what its module brings along, and what
 * holds for any stack.
 */
import type { Redactor } from "../core/redactor";
import { nothing, type Outputs, type StackSnapshot } from "../engine/snapshot";
import type { Home } from "../engine/target";
import { runChecks, type Check, type CheckResult, type Verdict } from "../gates";
import { outputsCheck, stateCheck } from "../gates/stack";
import { pulumiStackName, type GraphFile, type StackDefinition } from "../graph/load";
import { stepName, type HookPoint, type Step } from "../graph/steps";
import type { ModuleParts } from "./module";
import { StepRunner, type StepPlace, type StepRun } from "./steps";

export interface HookResult {
    readonly point: HookPoint;
    readonly name: string;
    readonly blocking: boolean;
    readonly verdict: Verdict;
}

/** What is known of the stacks of a run, by their names in the graph. */
export type Snapshots = ReadonlyMap<string, StackSnapshot>;

/** The seam around Pulumi's operations: tests put scripted ones here. */
export interface Surroundings {
    /** Checks before anything of this run is touched. */
    preflight(signal: AbortSignal): Promise<readonly CheckResult[]>;
    /** Checks before one stack is deployed. */
    preflightStack(stack: string, seen: Snapshots, run: StepRun): Promise<readonly CheckResult[]>;
    /**
     * The hooks of a stack at one point, one after the other, up to the first that is red and blocks.
     * `failed`: only those that run after a failure too.
     */
    hooks(
        point: HookPoint,
        stack: string,
        seen: Snapshots,
        failed: boolean,
        run: StepRun,
    ): Promise<readonly HookResult[]>;
    /** Whether anything looks at a stack after it was deployed, so that its outputs have to be read. */
    looksAt(stack: string): boolean;
    /** Runs one exercise of a stack by its name; the answer is a line for people. */
    exercise(stack: string, name: string, seen: Snapshots, run: StepRun): Promise<string>;
    /** Checks after a stack was deployed and exercised. */
    validate(
        stack: string,
        seen: Snapshots,
        onResult: (result: CheckResult) => void,
        run: StepRun,
    ): Promise<readonly CheckResult[]>;
}

export const outputsOf = (seen: Snapshots): Map<string, Outputs> =>
    new Map([...seen].map(([stack, { outputs }]) => [stack, outputs]));

/** Whether anything is run around a stack that is somebody's: what the module does by itself knows outputs alone. */
const hasSteps = ({ hooks, gates, exercises }: StackDefinition): boolean =>
    [...Object.values(hooks).flat(), ...gates.preflight, ...gates.validation].length > 0 ||
    exercises.some((exercise) => typeof exercise !== "string");

export class GraphSurroundings implements Surroundings {
    private readonly steps: StepRunner;

    constructor(
        private readonly graph: GraphFile,
        private readonly home: Home,
        private readonly parts: ModuleParts,
        redactor: Redactor,
        /** Makes the secrets of a stack known before one of its steps may print them. @default there are none */
        private readonly learn: (stack: string) => Promise<void> = () => Promise.resolve(),
    ) {
        this.steps = new StepRunner(home.environment, parts, redactor);
        this.steps.demand(graph.graph.order.map((stack) => ({ stack, definition: graph.definition(stack) })));
    }

    preflight(signal: AbortSignal): Promise<readonly CheckResult[]> {
        return this.parts.preflight?.(signal) ?? Promise.resolve([]);
    }

    async preflightStack(stack: string, seen: Snapshots, run: StepRun): Promise<readonly CheckResult[]> {
        const own = (await this.parts.preflightStack?.(stack, outputsOf(seen), run.signal)) ?? [];
        const steps = this.graph.definition(stack).gates.preflight;
        const place = await this.place(stack, seen, steps.length > 0);
        const checks = steps.map((step) => this.steps.gate(step, "preflight", place, run.progress));
        return [...own, ...(await this.run(checks, run))];
    }

    async hooks(
        point: HookPoint,
        stack: string,
        seen: Snapshots,
        failed: boolean,
        run: StepRun,
    ): Promise<readonly HookResult[]> {
        const due = this.graph
            .definition(stack)
            .hooks[point].filter((step) => !failed || point === "onFailure" || step.onFailure);
        const place = await this.place(stack, seen, due.length > 0);
        const results: HookResult[] = [];
        for (const step of due) {
            const verdict = await this.hook(step, place, run);
            results.push({ point, name: stepName(step), blocking: step.blocking, verdict });
            if (verdict.status !== "pass" && step.blocking) break;
        }
        return results;
    }

    private hook(step: Step, place: StepPlace, run: StepRun): Promise<Verdict> {
        run.progress.update(stepName(step));
        return this.steps.hook(step, place, run);
    }

    looksAt(stack: string): boolean {
        const { exercises, gates, outputs } = this.graph.definition(stack);
        const own = exercises.length + gates.validation.length > 0 || outputs !== undefined;
        return own || this.parts.validate !== undefined;
    }

    async exercise(stack: string, name: string, seen: Snapshots, run: StepRun): Promise<string> {
        const step = this.graph.definition(stack).exercises.find((one) => stepName(one) === name);
        if (step === undefined) throw new Error(`'${stack}' has no exercise '${name}'`);
        return this.steps.exercise(step, await this.place(stack, seen, true), run);
    }

    async validate(
        stack: string,
        seen: Snapshots,
        onResult: (result: CheckResult) => void,
        run: StepRun,
    ): Promise<readonly CheckResult[]> {
        const definition = this.graph.definition(stack);
        const place = await this.place(stack, seen, true);
        const snapshot = seen.get(stack) ?? nothing;
        const { outputs } = definition;
        const general = [
            stateCheck(stack, place.pulumiStack, snapshot),
            ...(outputs === undefined ? [] : [outputsCheck(stack, outputs, this.graph.file, snapshot)]),
        ];
        const first = await this.run(general, run, onResult);
        if (first.some(({ status }) => status !== "pass")) return first;
        const own = (await this.parts.validate?.(stack, outputsOf(seen), onResult, run.signal)) ?? [];
        const steps = definition.gates.validation.map((step) =>
            this.steps.gate(step, "validation", place, run.progress),
        );
        return [...first, ...own, ...(await this.run(steps, run, onResult))];
    }

    private run(
        checks: readonly Check[],
        { signal }: StepRun,
        onResult: (result: CheckResult) => void = () => {},
    ): Promise<readonly CheckResult[]> {
        return runChecks(checks, {
            signal,
            onEvent: (event) => {
                if (event.type === "check-finished") onResult(event.result);
            },
        });
    }

    /** Without steps nobody asks for the variables, and nobody prints. */
    private async place(stack: string, seen: Snapshots, needed: boolean): Promise<StepPlace> {
        const definition = this.graph.definition(stack);
        if (needed && hasSteps(definition)) await this.learn(stack);
        return {
            stack,
            pulumiStack: pulumiStackName(definition.stack, this.home.environment, stack),
            definition,
            variables: needed ? await this.home.variables() : {},
            outputs: outputsOf(seen),
        };
    }
}
