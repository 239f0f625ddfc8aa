/**
 * Runs the steps of a graph: hooks, gates and exercises that are commands or checks of its module. A step's answer is a
 * verdict, and one that has no answer within its time is red. What a command prints is told without the secrets that are
 * known by then.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pRetry, { AbortError } from "p-retry";
import { runCommand, type CommandResult } from "../core/command";
import { exitCodes, TidegateError } from "../core/errors";
import type { Progress } from "../core/progress";
import type { Redactor } from "../core/redactor";
import { nearest } from "../core/yamlFile";
import type { Outputs } from "../engine/snapshot";
import { failing, failureOf, pass, type Check, type Verdict } from "../gates/check";
import type { StackDefinition } from "../graph/load";
import { stepName, type ExerciseStep, type Step } from "../graph/steps";
import type { ModuleParts } from "./module";

/** The stack that a step is of. */
export interface StepPlace {
    readonly stack: string;
    /** Name of the stack in Pulumi. */
    readonly pulumiStack: string;
    readonly definition: StackDefinition;
    /** Of the environment: PATH, the backend, what the graph sets. */
    readonly variables: Readonly<Record<string, string>>;
    /** Of all stacks that are deployed, by their names in the graph. */
    readonly outputs: ReadonlyMap<string, Outputs>;
}

export interface StepRun {
    readonly progress: Progress;
    readonly signal: AbortSignal;
}

type CommandStep = Pick<Step, "run" | "timeoutSeconds" | "retries" | "backoffSeconds">;

/** A red verdict, on its way to the next attempt. */
class Red extends Error {
    constructor(readonly verdict: Verdict) {
        super("red");
    }
}

export class StepRunner {
    constructor(
        private readonly environment: string,
        private readonly parts: Pick<ModuleParts, "checks" | "exercises">,
        private readonly redactor: Redactor,
    ) {}

    /**
     * Before anything is touched: whether the module has what the graph names.
     * @throws TidegateError `step-unknown`
     */
    demand(stacks: readonly { readonly stack: string; readonly definition: StackDefinition }[]): void {
        const known = (kind: "check" | "exercise"): string[] =>
            Object.keys((kind === "check" ? this.parts.checks : this.parts.exercises) ?? {});
        for (const { stack, definition } of stacks) {
            const { hooks, gates, exercises } = definition;
            const checks = [...Object.values(hooks).flat(), ...gates.preflight, ...gates.validation];
            const wanted = [
                ...checks.flatMap(({ check }) => (check === undefined ? [] : [["check", check] as const])),
                ...exercises.flatMap((one) => (typeof one === "string" ? [["exercise", one] as const] : [])),
            ];
            for (const [kind, name] of wanted)
                if (!known(kind).includes(name))
                    throw new TidegateError(
                        `'${stack}' names the ${kind} '${name}', which the graph's module does not have.`,
                        {
                            code: "step-unknown",
                            hint:
                                nearest(name, known(kind)) ||
                                (known(kind).length > 0
                                    ? `It has ${known(kind).join(", ")}.`
                                    : `It has none: a command is written as \`run: …\`.`),
                            exitCode: exitCodes.usage,
                        },
                    );
        }
    }

    /** Runs a hook to its verdict. */
    hook(step: Step, place: StepPlace, run: StepRun): Promise<Verdict> {
        return this.attempts(step, place, run);
    }

    /** A step of a gate, as a check among others. Its time limit holds all attempts. */
    gate(step: Step, part: "preflight" | "validation", place: StepPlace, progress: Progress): Check {
        const { timeoutSeconds, retries, backoffSeconds } = step;
        const found = step.check === undefined ? undefined : this.parts.checks?.[step.check];
        const what = typeof step.run === "string" ? step.run : step.run?.join(" ");
        return {
            id: `${place.stack}.${stepName(step)}`,
            stage: part === "preflight" ? "preflight" : 1,
            layer: place.stack,
            title: found?.title ?? (step.name === undefined ? `\`${what}\` succeeds` : step.name.replaceAll("-", " ")),
            limitSeconds: (timeoutSeconds + killSeconds) * (retries + 1) + backoffSeconds * (2 ** retries - 1),
            look:
                found?.look ?? (what === undefined ? place.pulumiStack : `\`${what}\` in ${place.definition.project}`),
            hint: found?.hint ?? "Run it by hand: it is a step of the graph.",
            ...(step.blocking ? {} : { blocking: false as const }),
            run: ({ signal }) => this.attempts(step, place, { progress, signal }),
        };
    }

    /** @throws TidegateError `exercise-failed` */
    async exercise(step: ExerciseStep, place: StepPlace, run: StepRun): Promise<string> {
        const name = stepName(step);
        if (typeof step === "string") {
            const found = this.parts.exercises?.[step];
            if (found === undefined) throw new Error(`the exercise '${step}' was not demanded`);
            return found(this.context(place, run));
        }
        const verdict = await this.attempts(step, place, run);
        if (verdict.status === "pass") return verdict.summary;
        throw new TidegateError(`${place.stack}: the exercise ${name} failed: ${verdict.message}`, {
            code: "exercise-failed",
            hint: verdict.hint,
        });
    }

    private context(place: StepPlace, run: StepRun) {
        return { environment: this.environment, stack: place.stack, outputs: place.outputs, ...run };
    }

    private async attempts(
        step: CommandStep & { check?: string | undefined },
        place: StepPlace,
        run: StepRun,
    ): Promise<Verdict> {
        let last: Verdict | undefined;
        try {
            return await pRetry(
                async (attempt) => {
                    if (attempt > 1)
                        run.progress.update(`${stepName(step as Step)}: attempt ${attempt} of ${step.retries + 1}`);
                    last = await this.once(step, place, run);
                    if (last.status === "pass") return last;
                    throw run.signal.aborted ? new AbortError(new Red(last)) : new Red(last);
                },
                {
                    retries: step.retries,
                    minTimeout: step.backoffSeconds * 1000,
                    factor: 2,
                    randomize: false,
                    signal: run.signal,
                },
            );
        } catch (error) {
            // An interrupt between two attempts throws too; the last answer tells more.
            if (last !== undefined) return last;
            throw error;
        }
    }

    private async once(
        step: CommandStep & { check?: string | undefined },
        place: StepPlace,
        run: StepRun,
    ): Promise<Verdict> {
        if (step.check !== undefined) return this.check(step.check, step.timeoutSeconds, place, run);
        const { run: command } = step;
        if (command === undefined) throw new Error("a step without a command or a check");
        return this.command(command, step.timeoutSeconds, place, run);
    }

    private async check(name: string, timeoutSeconds: number, place: StepPlace, run: StepRun): Promise<Verdict> {
        const found = this.parts.checks?.[name];
        if (found === undefined) throw new Error(`the check '${name}' was not demanded`);
        const advice = { look: found.look ?? place.pulumiStack, hint: found.hint ?? "See what the message names." };
        const limit = AbortSignal.timeout(timeoutSeconds * 1000);
        const signal = AbortSignal.any([limit, run.signal]);
        const over = new Promise<Verdict>((resolve) =>
            signal.addEventListener("abort", () =>
                resolve(
                    failing(
                        advice,
                        limit.aborted
                            ? `No answer within its limit of ${timeoutSeconds} s.`
                            : "Interrupted before it had an answer.",
                    ),
                ),
            ),
        );
        try {
            const answer = found.run({ ...this.context(place, run), signal });
            // One that was given up may still throw later.
            answer.catch(() => undefined);
            return this.redactor.deep(await Promise.race([answer, over]));
        } catch (error) {
            return this.redactor.deep(failureOf(advice, error));
        }
    }

    private async command(
        command: string | readonly string[],
        timeoutSeconds: number,
        place: StepPlace,
        run: StepRun,
    ): Promise<Verdict> {
        const { definition, pulumiStack, stack } = place;
        const shown = typeof command === "string" ? command : command.join(" ");
        const folder = await mkdtemp(join(tmpdir(), "tidegate-step-"));
        try {
            const outputs = join(folder, "outputs.json");
            await writeFile(outputs, JSON.stringify(Object.fromEntries(place.outputs)), { mode: 0o600 });
            const result = await runCommand(command, {
                cwd: definition.project,
                variables: {
                    ...process.env,
                    ...place.variables,
                    TIDEGATE_ENVIRONMENT: this.environment,
                    TIDEGATE_STACK: stack,
                    TIDEGATE_PULUMI_STACK: pulumiStack,
                    TIDEGATE_OUTPUTS: outputs,
                },
                timeoutSeconds,
                signal: run.signal,
                onLine: (line) => run.progress.update(this.redactor.text(line)),
            });
            return verdictOf(this.redactor.text(shown), timeoutSeconds, definition.project, {
                ...result,
                tail: result.tail.map((line) => this.redactor.text(line)),
            });
        } finally {
            await rm(folder, { recursive: true, force: true });
        }
    }
}

/** What ending a command by force may take beyond its time. */
const killSeconds = 6;

function verdictOf(
    command: string,
    timeoutSeconds: number,
    folder: string,
    { end, code, tail }: CommandResult,
): Verdict {
    const last = tail.findLast((line) => line.trim() !== "")?.trim();
    if (end === "exited" && code === 0) return pass(last ?? "exit code 0", { exitCode: 0 });
    const reason = {
        exited: `ended with exit code ${code}`,
        killed: `was killed (exit code ${code})`,
        timeout: `did not end within its limit of ${timeoutSeconds} s`,
        interrupted: "was interrupted",
        "not-started": "could not be started",
    }[end];
    const said = tail.filter((line) => line.trim() !== "").join("\n");
    return failing(
        { look: `\`${command}\` in ${folder}`, hint: "Run it by hand: it is a step of the graph." },
        `\`${command}\` ${reason}${said === "" ? "." : `:\n${said}`}`,
        code === null ? { ended: end } : { exitCode: code },
    );
}
