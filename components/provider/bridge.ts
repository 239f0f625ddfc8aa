/**
 * Between the wire and a handler: validates by its schemas, takes secrets and unknown values out before a call and puts
 * them back after it, and words errors for a person. Knows nothing of gRPC, so that tests can drive it directly.
 */
import type { z } from "zod";
import { TidegateError, messageOf } from "../../automation/core/errors";
import type { AnyHandler, Change, Context, Failure, Known } from "./handler";
import { Unfinished } from "./unfinished";
import {
    type Path,
    type Unwrapped,
    type Values,
    differences,
    pathText,
    related,
    texts,
    unknownValue,
    unwrap,
    wrap,
} from "./values";

export interface DiffAnswer {
    readonly changes: readonly Change[];
    readonly deleteBeforeReplace: boolean;
}

/** The resource as a request carries it. */
export interface Stored {
    readonly id: string;
    readonly inputs: Values;
    readonly state: Values;
}

/** An error as the engine gets it; `state` is set where the resource exists though the call failed. */
export class CallError extends Error {
    constructor(
        message: string,
        readonly state: Values | undefined,
    ) {
        super(message);
        this.name = "CallError";
    }
}

function issueReason(issue: z.core.$ZodIssue): string {
    return issue.code === "unrecognized_keys" ? `${issue.message}; it is not an argument of this type` : issue.message;
}

/** Every input with its default, validated one by one so that an unknown one doesn't hide the others' mistakes. */
function validate(handler: AnyHandler, news: Unwrapped): { inputs: Values; failures: Failure[] } {
    if (news.unknowns.length === 0) {
        const parsed = handler.inputs.safeParse(news.values);
        if (parsed.success) return { inputs: parsed.data as Values, failures: [] };
        return {
            inputs: news.values,
            failures: parsed.error.issues.map((issue) => ({
                property: pathText(issue.path as Path),
                reason: issueReason(issue),
            })),
        };
    }
    const failures: Failure[] = [];
    const inputs: Values = {};
    for (const [key, field] of Object.entries(handler.inputs.shape)) {
        const parsed = (field as z.ZodType).safeParse(news.values[key]);
        if (parsed.success) {
            if (parsed.data !== undefined) inputs[key] = parsed.data;
            continue;
        }
        if (news.values[key] !== undefined) inputs[key] = news.values[key];
        for (const issue of parsed.error.issues) {
            const path = [key, ...(issue.path as Path)];
            if (news.unknowns.some((unknown) => related(unknown, path))) continue;
            failures.push({ property: pathText(path), reason: issueReason(issue) });
        }
    }
    for (const key of Object.keys(news.values).filter((key) => !(key in handler.inputs.shape)))
        failures.push({ property: key, reason: "it is not an argument of this type" });
    return { inputs, failures };
}

/** Each changed input is an update in place, or a replacement where the handler says so. */
export function defaultDiff(handler: AnyHandler, old: Values, now: Values): Change[] {
    const replaces = new Set<string>(handler.replaceOnChange ?? []);
    return differences(old, now).map((path) => ({ path: pathText(path), replace: replaces.has(String(path[0])) }));
}

export class Bridge {
    constructor(
        private readonly handler: AnyHandler,
        private readonly context: Context,
    ) {}

    check(olds: Values | undefined, news: Values): { inputs: Values; failures: Failure[] } {
        const unwrapped = unwrap(news);
        const { inputs, failures } = validate(this.handler, unwrapped);
        if (failures.length === 0 && unwrapped.unknowns.length === 0 && this.handler.check !== undefined) {
            const old = olds === undefined ? undefined : this.handler.inputs.safeParse(unwrap(olds).values);
            failures.push(...this.handler.check(inputs, old?.success === true ? old.data : undefined));
        }
        const secret = texts(unwrapped.values, unwrapped.secrets);
        return {
            inputs: wrap(inputs, unwrapped.secrets),
            failures: failures.map(({ property, reason }) => ({ property, reason: redact(reason, secret) })),
        };
    }

    diff(stored: Stored, news: Values): DiffAnswer {
        const now = unwrap(news);
        const old = unwrap(stored.inputs);
        const deleteBeforeReplace = this.handler.deleteBeforeReplace === true;
        if (now.unknowns.length > 0 || this.handler.diff === undefined)
            return { changes: defaultDiff(this.handler, old.values, now.values), deleteBeforeReplace };
        // Inputs that an older version wrote may not fit today's schema: then every difference is an update.
        const known = this.tryKnown(stored);
        if (known === undefined)
            return { changes: defaultDiff(this.handler, old.values, now.values), deleteBeforeReplace };
        return { changes: this.handler.diff(known, this.parsed(now.values)), deleteBeforeReplace };
    }

    async create(inputs: Values, preview: boolean): Promise<{ id: string; state: Values }> {
        const news = unwrap(inputs);
        if (preview) return { id: "", state: this.unknownState({}) };
        return this.guarded([news], async (context) => {
            const made = await this.handler.create(this.parsed(news.values), context);
            return { id: made.id, state: this.marked(made.state, news.secrets) };
        });
    }

    async read(stored: Stored): Promise<{ state: Values; inputs: Values } | undefined> {
        const inputs = unwrap(stored.inputs);
        if (Object.keys(inputs.values).length === 0)
            throw new Error(
                `'${stored.id}' can't be imported: a resource of an embedded process is made by ` +
                    "`pulumi up`, which adopts what an interrupted run left behind.",
            );
        return this.guarded([inputs, unwrap(stored.state)], async (context) => {
            const state = await this.handler.read(this.known(stored), context);
            return state === undefined
                ? undefined
                : { state: this.marked(state, inputs.secrets), inputs: stored.inputs };
        });
    }

    async update(stored: Stored, news: Values, preview: boolean): Promise<Values> {
        const now = unwrap(news);
        if (preview) {
            const certain =
                now.unknowns.length === 0
                    ? this.handler.preview?.(this.known(stored), this.parsed(now.values))
                    : undefined;
            return this.unknownState(certain ?? {}, now.secrets);
        }
        return this.guarded([now, unwrap(stored.inputs), unwrap(stored.state)], async (context) => {
            const state = await this.handler.update(this.known(stored), this.parsed(now.values), context);
            return this.marked(state, now.secrets);
        });
    }

    async delete(stored: Stored): Promise<void> {
        await this.guarded([unwrap(stored.inputs), unwrap(stored.state)], (context) =>
            this.handler.delete(this.known(stored), context),
        );
    }

    /** Inputs that `check` has accepted, with what the engine left out of them on the way. */
    private parsed(values: Values): object {
        return this.handler.inputs.parse(values);
    }

    private tryKnown(stored: Stored): Known<object, object> | undefined {
        const inputs = this.handler.inputs.safeParse(unwrap(stored.inputs).values);
        const state = this.handler.state.safeParse(unwrap(stored.state).values);
        if (!inputs.success || !state.success) return undefined;
        return { id: stored.id, inputs: inputs.data, state: state.data };
    }

    private known(stored: Stored): Known<object, object> {
        const known = this.tryKnown(stored);
        if (known !== undefined) return known;
        throw new TidegateError(`The stored state of '${stored.id}' is not one that this version can read.`, {
            code: "resource-state-unreadable",
            hint: "Use the version of Tidegate that made it, or take it out of the stack with `pulumi state delete`.",
        });
    }

    /** Outputs as the wire wants them. An output named like an input is secret where that input is. */
    private marked(state: object, inputSecrets: readonly Path[]): Values {
        const plain = JSON.parse(JSON.stringify(state)) as Values;
        return wrap(plain, [...this.handler.secretOutputs.map((name) => [name]), ...inputSecrets]);
    }

    private unknownState(certain: object, inputSecrets: readonly Path[] = []): Values {
        const unknown = Object.keys(this.handler.state.shape).map((name) => [name, unknownValue]);
        return this.marked({ ...Object.fromEntries(unknown), ...certain }, inputSecrets);
    }

    /** Runs a call; what it throws or logs has the secrets of the given values redacted. */
    private async guarded<T>(values: readonly Unwrapped[], run: (context: Context) => Promise<T>): Promise<T> {
        const secret = values.flatMap((each) => texts(each.values, each.secrets));
        const context: Context = { ...this.context, log: (text) => this.context.log(redact(text, secret)) };
        try {
            return await run(context);
        } catch (error) {
            const hint = TidegateError.is(error) && error.hint !== undefined ? `\n${error.hint}` : "";
            const state = error instanceof Unfinished ? this.marked(error.state, values[0]?.secrets ?? []) : undefined;
            throw new CallError(redact(`${messageOf(error)}${hint}`, secret), state);
        }
    }
}

/** `text` with every secret replaced, longest first so that no part of one stays. */
export function redact(text: string, secrets: readonly string[]): string {
    return [...secrets]
        .sort((one, other) => other.length - one.length)
        .reduce((redacted, secret) => redacted.replaceAll(secret, "[secret]"), text);
}
