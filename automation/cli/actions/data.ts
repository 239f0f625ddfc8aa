/** What `produce`, `run`, `validate` and `render` do. */
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import pc from "picocolors";
import { z } from "zod";
import { consumeBounded } from "../../clients/kafka";
import { renderPipeline } from "../../../sql/pipeline";
import { exitCodes, interruptedCode, TidegateError } from "../../core/errors";
import { isGreen, runChecks, validationFor, type CheckResult } from "../../gates";
import { dbt, dbtText, flink, produce, productionText, type ExerciseContext } from "../../lakehouse/exercises";
import { gateContext } from "../../lakehouse/gates";
import { batchText } from "../../lakehouse/exercises";
import { datasetOf, platformLayers, platformOrStandIns, seenByFlink } from "../../lakehouse/platform";
import { signedInPlatform } from "../../lakehouse/secrets";
import { dbtCommands } from "../../exercises/dbt";
import { layers, type Layer } from "../../../stacks/contracts";
import { layersOf } from "../../../stacks/environment";
import { printJson, remark, say } from "../output";
import { stderrProgress } from "../progress";
import { LakehouseSession } from "../lakehouse";
import { Interrupts } from "../interrupts";
import { duration } from "../../core/duration";
import { checkLine } from "../views";

export interface Common {
    readonly environment: string;
    readonly json?: true;
}

export interface ProduceFlags extends Common {
    readonly data?: string;
    readonly events?: number;
    readonly seed?: number;
    readonly rate?: number;
    readonly once?: true;
}

export interface DbtFlags extends Common {
    readonly select?: string[];
    readonly fullRefresh?: true;
}

export interface RenderFlags extends Common {
    readonly out?: string;
}

/** Opens the platform, runs the work with progress and signals, and closes everything again. */
async function withPlatform<T>(
    options: Common,
    work: (context: ExerciseContext, session: LakehouseSession) => Promise<T>,
): Promise<T> {
    const session = await LakehouseSession.open(options.environment);
    const progress = stderrProgress();
    const interrupts = new Interrupts((text) => progress.note(text));
    try {
        progress.update("reading the stacks' outputs");
        const { signal } = interrupts.orderly;
        const platform = await signedInPlatform(
            session.environment,
            await session.outputs(signal, platformLayers),
            session.secrets,
            signal,
        );
        const context = {
            environment: session.environment,
            platform,
            dataset: datasetOf(session.environment),
            tools: session.tools,
            progress,
            signal,
        };
        return await work(context, session);
    } finally {
        progress.close();
        interrupts.close();
        session.close();
    }
}

export async function produceEvents(options: ProduceFlags): Promise<void> {
    const { data, events, seed, rate, once } = options;
    const result = await withPlatform(options, (context) =>
        produce(context, {
            ...(data === undefined ? {} : { file: resolve(data) }),
            ...(events === undefined ? {} : { events }),
            ...(seed === undefined ? {} : { seed }),
            ...(rate === undefined ? {} : { rate }),
            once: once ?? false,
        }),
    );
    if (options.json) printJson(result);
    else say(productionText(result));
}

export async function runFlink(options: Common): Promise<void> {
    const result = await withPlatform(options, flink);
    if (options.json) printJson(result);
    else say(batchText(result));
}

export async function runDbt(command: string, options: DbtFlags): Promise<void> {
    const known = dbtCommands.find((name) => name === command);
    if (known === undefined)
        throw new TidegateError(`There is no dbt command '${command}' here.`, {
            code: "usage",
            hint: `It is ${dbtCommands.join(", ")}.`,
            exitCode: exitCodes.usage,
        });
    const result = await withPlatform(options, (context) =>
        dbt(context, known, {
            ...(options.select ? { select: options.select } : {}),
            fullRefresh: options.fullRefresh ?? false,
        }),
    );
    if (options.json) printJson(result);
    else {
        say(`${dbtText(result)} (${duration(result.seconds)})`);
        for (const problem of result.problems) say(`${pc.red("✗")} ${problem}`);
    }
    if (!result.succeeded) process.exitCode = exitCodes.failed;
}

const deadLetter = z.looseObject({
    topic: z.string(),
    partition: z.number(),
    offset: z.number(),
    reasons: z.array(z.string()),
    payload: z.string().nullish(),
});

/** The last dead letters: where each came from, why it is one, and what it holds. */
export async function deadLetters(options: Common & { readonly lines: number }): Promise<void> {
    const letters = await withPlatform(options, async ({ platform }) => {
        const records = await consumeBounded(platform.broker, platform.broker.topics.deadLetters);
        return records
            .slice(-options.lines)
            .map(({ value }) => deadLetter.parse(JSON.parse(value?.toString("utf8") ?? "null")));
    });
    if (options.json) return printJson(letters);
    if (letters.length === 0) say("There are no dead letters.");
    for (const { topic, partition, offset, reasons, payload } of letters)
        say(`${pc.bold(`${topic}/${partition}/${offset}`)} ${reasons.join("; ")}\n  ${pc.dim(payload ?? "(null)")}`);
}

/** Shows the SQL of what is deployed; of layers that are not, stand-ins are rendered, and it says so. */
export async function render(options: RenderFlags): Promise<void> {
    const session = await LakehouseSession.open(options.environment);
    try {
        const { environment } = session;
        const outputs = await session.outputs(undefined, platformLayers);
        const missing = platformLayers.filter((layer) => !outputs.has(layer));
        if (missing.length > 0)
            remark(`${pc.yellow("advisory")}: ${missing.join(", ")} not deployed, stand-ins are rendered`);
        const platform = platformOrStandIns(environment, outputs);
        const scripts = renderPipeline({
            dataset: datasetOf(environment),
            ...seenByFlink(environment, platform),
            mode: environment.mode,
        });
        if (options.json) return printJson(scripts);
        for (const script of scripts) {
            const text = `-- ${script.name}, rendered from ${script.templates.join(", ")}\n${script.statements.map((statement) => `${statement};`).join("\n\n")}\n`;
            if (options.out === undefined) say(text);
            else {
                await mkdir(options.out, { recursive: true });
                const file = join(options.out, `${script.name}.sql`);
                await writeFile(file, text);
                say(file);
            }
        }
    } finally {
        session.close();
    }
}

export async function validate(wanted: string, options: Common): Promise<void> {
    const layer = wanted === "all" ? "all" : layers.find((name) => name === wanted);
    if (layer === undefined)
        throw new TidegateError(`There is no layer '${wanted}'.`, {
            code: "usage",
            hint: `It is all, ${layers.join(", ")}.`,
            exitCode: exitCodes.usage,
        });
    const session = await LakehouseSession.open(options.environment);
    const interrupts = new Interrupts(remark);
    const begun = Date.now();
    let results: readonly CheckResult[];
    try {
        const { signal } = interrupts.orderly;
        const outputs = await session.outputs(signal);
        const wholly = layer === "all" || layer === "runtime";
        const missing = (
            wholly ? layersOf(session.environment).filter((name) => name !== "observability") : [layer]
        ).filter((name) => !outputs.has(name));
        if (missing.length > 0) {
            const what = outputs.size === 0 ? "" : `: of ${missing.join(", ")} there are no outputs`;
            throw new TidegateError(
                `${options.environment} is not deployed${outputs.size === 0 ? "" : " wholly"}${what}.`,
                {
                    code: "not-deployed",
                    hint: "`npx tidegate up` deploys it.",
                },
            );
        }
        const context = await gateContext(
            session.environment,
            outputs,
            { startedMs: begun, producedNow: false },
            session.secrets,
        );
        results = await runChecks(validationFor(layer satisfies Layer | "all", context), {
            signal,
            onEvent: (event) => {
                if (event.type === "check-finished" && !options.json) say(checkLine(event.result));
            },
        });
    } finally {
        interrupts.close();
        session.close();
    }
    if (interrupts.orderly.signal.aborted)
        throw new TidegateError("The validation was interrupted.", {
            code: interruptedCode,
            hint: "Run it again: it changes nothing.",
        });
    const green = isGreen(results);
    if (options.json) printJson({ green, results });
    else {
        const passed = results.filter((result) => result.status === "pass").length;
        say(
            `${green ? pc.green("✓ green") : pc.red("✗ red")}: ${passed} of ${results.length} checks in ${duration((Date.now() - begun) / 1000)}`,
        );
    }
    if (!green) process.exitCode = exitCodes.failed;
}
