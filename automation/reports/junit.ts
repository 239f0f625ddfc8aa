/**
 * One run as JUnit XML, as CI servers read it: a suite per stack, with a case for its operation, for each hook that
 * blocks, each exercise and each check. A red check that holds nothing up is told as skipped: a failure would make the
 * server's verdict another than the run's.
 */
import { stripVTControlCharacters } from "node:util";
import XMLBuilder from "fast-xml-builder";
import type { CheckResult } from "../gates";
import {
    resourceChanges,
    changesSummary,
    isUnchanged,
    lastPhase,
    secondsOf,
    type LayerFacts,
    runTitle,
    type RunFacts,
} from "./facts";
import { ownProblem } from "./troubles";

interface Case {
    readonly name: string;
    readonly seconds?: number | undefined;
    readonly failure?: { readonly type: string; readonly message: string; readonly text: string };
    /** Why it was not run. */
    readonly skipped?: string | undefined;
    readonly output?: string;
}

interface Suite {
    readonly name: string;
    readonly startedAt: number;
    readonly seconds: number;
    readonly cases: readonly Case[];
}

export function renderJunit(facts: RunFacts): string {
    const run = facts.run === undefined ? {} : { properties: { property: { "@name": "run", "@value": facts.run } } };
    return document(
        { title: runTitle(facts), seconds: facts.seconds, startedAt: facts.startedAt },
        suitesOf(facts),
        (name) => `${facts.graph}.${facts.environment}.${name}`,
        run,
    );
}

interface Whole {
    readonly title: string;
    readonly seconds: number;
    /** ISO 8601. */
    readonly startedAt: string;
}

function document(
    { title, seconds, startedAt }: Whole,
    suites: readonly Suite[],
    classname: (suite: string) => string,
    properties: object = {},
): string {
    return builder.build({
        "?xml": { "@version": "1.0", "@encoding": "UTF-8" },
        testsuites: {
            "@name": clean(title),
            ...counts(suites.flatMap((suite) => suite.cases)),
            "@time": time(seconds),
            testsuite: suites.map((suite) => ({
                "@name": clean(suite.name),
                ...counts(suite.cases),
                "@time": time(suite.seconds),
                "@timestamp": new Date(Date.parse(startedAt) + suite.startedAt * 1000).toISOString(),
                ...properties,
                testcase: suite.cases.map((one) => element(one, classname(suite.name))),
            })),
        },
    });
}

/** One suite of cases that passed, or failed with a text. */
export function renderCases(
    whole: Whole & { readonly suite: string },
    cases: readonly { readonly name: string; readonly failure?: { readonly type: string; readonly message: string } }[],
): string {
    const { suite, seconds } = whole;
    const told = cases.map(({ name, failure }) => ({
        name,
        ...(failure === undefined ? {} : { failure: { ...failure, text: failure.message } }),
    }));
    return document(whole, [{ name: suite, startedAt: 0, seconds, cases: told }], (name) => name);
}

/** `@` for an attribute, `#` for text. */
const builder = new XMLBuilder({
    attributeNamePrefix: "@",
    textNodeName: "#",
    ignoreAttributes: false,
    suppressEmptyNode: true,
    suppressBooleanAttributes: false,
    format: true,
});

function element({ name, seconds, failure, skipped, output }: Case, classname: string): object {
    return {
        "@name": clean(name),
        "@classname": clean(classname),
        "@time": time(seconds ?? 0),
        ...(failure === undefined
            ? {}
            : {
                  failure: {
                      "@type": clean(failure.type),
                      "@message": clean(failure.message),
                      "#": clean(failure.text),
                  },
              }),
        ...(skipped === undefined ? {} : { skipped: { "@message": clean(skipped) } }),
        ...(output === undefined || output === "" ? {} : { "system-out": { "#": clean(output) } }),
    };
}

/** Without a terminal's colours, and without what XML has no way to say. */
const clean = (text: string): string =>
    stripVTControlCharacters(text)
        .toWellFormed()
        .replace(/[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "");

const time = (seconds: number): string => seconds.toFixed(3);

const counts = (cases: readonly Case[]) => ({
    "@tests": cases.length,
    "@failures": cases.filter(({ failure }) => failure !== undefined).length,
    "@errors": 0,
    "@skipped": cases.filter(({ skipped }) => skipped !== undefined).length,
});

function suitesOf(facts: RunFacts): readonly Suite[] {
    const general: Case[] = facts.preflight.map(checkCase);
    // A problem of no stack, which no check tells: a full disk, an engine that is missing.
    const problem = ownProblem(facts);
    if (problem !== undefined && problem.layer === undefined)
        general.push({ name: facts.operation, failure: failureOf(problem.code, problem.message, problem) });
    const seconds = facts.preflight.reduce((sum, check) => sum + check.seconds, 0);
    return [
        ...(general.length === 0 ? [] : [{ name: "preflight", startedAt: 0, seconds, cases: general }]),
        ...facts.layers.map((layer) => ({
            name: layer.name,
            startedAt: layer.startedAt ?? 0,
            seconds: secondsOf(layer) ?? 0,
            cases: casesOf(layer, facts),
        })),
    ];
}

function casesOf(layer: LayerFacts, facts: RunFacts): readonly Case[] {
    const operation = operationCase(layer, facts);
    if (layer.startedAt === undefined) return [operation];
    const phase = lastPhase(layer);
    const failed = ownProblem(layer);
    const missed = layer.wanted.find((name) => !layer.exercises.some((exercise) => exercise.name === name));
    return [
        operation,
        ...layer.hooks.filter(({ blocking }) => blocking).map(hookCase),
        ...layer.exercises.map(({ name, summary, seconds }) => ({
            name: `exercise ${name}`,
            seconds,
            output: summary,
        })),
        ...(failed !== undefined && phase === "exercising"
            ? [{ name: `exercise ${missed ?? ""}`.trim(), failure: failureOf(failed.code, failed.message, failed) }]
            : []),
        ...layer.checks.map(checkCase),
        ...(failed !== undefined && (phase === "validating" || phase === "preflight")
            ? [{ name: phase, failure: failureOf(failed.code, failed.message, failed) }]
            : []),
    ];
}

function operationCase(layer: LayerFacts, facts: RunFacts): Case {
    const { operation } = facts;
    const name = operation === "down" ? "destroy" : operation;
    const worked = layer.phases.filter(({ state }) => state === "deploying");
    const seconds = worked.reduce((sum, { from, to }) => sum + to - from, 0);
    const changes = resourceChanges(layer, operation);
    const output = [...layer.notes, ...changes.map((change) => `${change.word} ${change.type} ${change.name}`)].join(
        "\n",
    );
    const shut = layer.hooks.find(({ point, ok, blocking }) => point.startsWith("before") && blocking && !ok);
    if (shut !== undefined) return { name, skipped: `the hook ${shut.name} (${shut.point}) is red`, output };
    const problem = ownProblem(layer);
    if (problem !== undefined && lastPhase(layer) === "deploying")
        return { name, seconds, failure: failureOf(problem.code, problem.message, problem), output };
    if (operation === "drift" && changes.length > 0) {
        const summary = changesSummary(changes, operation);
        return { name, seconds, failure: { type: "drift", message: summary, text: output } };
    }
    if (worked.length > 0) return { name, seconds, output };
    return { name, skipped: whyNot(layer, facts), output };
}

/** Why nothing was done to a stack. */
function whyNot(layer: LayerFacts, { operation }: RunFacts): string {
    if (isUnchanged(layer, operation)) return layer.notes[0] ?? "unchanged";
    if (layer.startedAt !== undefined) return layer.problem?.message ?? "it ended before";
    return layer.reason ?? "not begun";
}

function failureOf(
    type: string,
    message: string,
    { look, hint }: { readonly look?: string | undefined; readonly hint?: string | undefined },
): NonNullable<Case["failure"]> {
    const advice = [look && `look at: ${look}`, hint && `do: ${hint}`].filter(Boolean);
    return { type, message, text: [message, ...advice].join("\n") };
}

function hookCase(hook: LayerFacts["hooks"][number]): Case {
    const name = `${hook.point} ${hook.name}`;
    return hook.ok ? { name, output: hook.text } : { name, failure: failureOf("hook-failed", hook.text, hook) };
}

function checkCase(check: CheckResult): Case {
    const { id, title, status, seconds, evidence } = check;
    const name = `${title} [${id}]`;
    const message = check.message ?? title;
    const output = [check.summary, ...(check.warnings ?? []), JSON.stringify(evidence)].filter(Boolean).join("\n");
    if (status === "pass") return { name, seconds, output };
    if (status === "not-run") return { name, seconds, skipped: message };
    if (check.blocking === false) return { name, seconds, skipped: `red, and holds nothing up: ${message}`, output };
    return { name, seconds, failure: failureOf("gate-red", message, check), output };
}
