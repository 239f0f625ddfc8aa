/**
 * What a component is given by whoever uses it by itself is held to the rules that the environment's file has for the same
 * keys: one list of them, in stacks/settings.
 */
import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { exitCodes, TidegateError } from "../automation/core/errors";
import { issueText } from "../automation/core/yamlFile";
import { cloudSettings } from "../stacks/settings/clouds";
import { environmentName } from "../stacks/settings/common";

/** A value that is known when the program runs. */
const isKnown = (value: unknown): boolean =>
    value !== undefined &&
    !pulumi.Output.isInstance(value) &&
    !(value instanceof Promise) &&
    typeof value !== "function";

/** Of every component: names and tags of resources are made of them. */
const everywhere = { environment: environmentName, tags: cloudSettings.tags };

/**
 * @param of what is made, for the message: "The database on RDS"
 * @param rules by argument; what is not given has its default, and what no rule names is passed over
 * @throws TidegateError `arguments-invalid`
 */
export function demandArgs(of: string, rules: Readonly<Record<string, z.ZodType>>, args: object): void {
    const wrong = Object.entries({ ...everywhere, ...rules }).flatMap(([name, rule]) => {
        const value = (args as Readonly<Record<string, unknown>>)[name];
        const issues = isKnown(value) ? (rule.safeParse(value).error?.issues ?? []) : [];
        return issues.map((issue) => `'${[name, ...issue.path.map(String)].join(".")}': ${issueText(issue)}`);
    });
    if (wrong.length === 0) return;
    throw new TidegateError(`${of} cannot be made as it is asked for: ${wrong.join("; ")}.`, {
        code: "arguments-invalid",
        hint: "Correct these arguments: they have the rules of the environment file's keys of the same name (docs/environments.md).",
        exitCode: exitCodes.usage,
    });
}

/** The rules of a profile, but for the keys of which its component takes another form. */
export function rulesOf<K extends string>(
    { shape }: z.ZodObject,
    ...except: readonly K[]
): Readonly<Record<string, z.ZodType>> {
    const others: readonly string[] = ["profile", "type", ...except];
    return Object.fromEntries(
        Object.entries(shape as Record<string, z.ZodType>).filter(([name]) => !others.includes(name)),
    );
}
