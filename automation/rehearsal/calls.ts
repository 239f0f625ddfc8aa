/** One resource type of a simulated cloud, as a provider plugin answers for it. */
import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { CallError, redact, type DiffAnswer, type Stored } from "../../components/provider/bridge";
import type { Change, Failure } from "../../components/provider/handler";
import type { CallContext, ResourceCalls } from "../../components/provider/server";
import {
    at,
    differences,
    pathText,
    texts,
    unknownValue,
    unwrap,
    wrap,
    type Path,
    type Values,
} from "../../components/provider/values";
import { nameOf, pathOf, stackOf, valuesAt, type SimulatedCloud, type SimulatedOperation, type Thing } from "./cloud";
import type { Call, Happening } from "./faults";
import { completed, keepsItsName, named } from "./outputs";
import { claimOf, demandReferences, holderOf, namedText, takeAlong } from "./relations";
import type { Making, Row } from "./row";
import type { Beyond } from "./through";

export { useRows } from "./relations";

export interface Weather {
    /** What is to happen to a call. */
    happening(call: Call, cloud: SimulatedCloud): Happening;
    /** Real seconds for each second of the cloud: 0 where nothing takes time. */
    readonly secondsPerSecond: number;
    /** Ends the process as a crash does; what was answered before reaches the engine. */
    crash(): Promise<never>;
    /** Whether the process is about to end by a crash: nothing may happen any more, for no answer would come. @default false */
    readonly crashing?: boolean;
}

/** Seconds that a provider waits before it asks a throttled cloud again. */
const throttleSeconds = (attempt: number): number => Math.min(20, 2 ** attempt);

/** Where an input may lie that a path of a row names: there are no indices of lists in it. */
const withoutIndices = (path: Path): Path => path.filter((key) => typeof key === "string");

const begins = (path: Path, start: Path): boolean => start.every((key, index) => path[index] === key);

export class SimulatedCalls implements ResourceCalls {
    constructor(
        private readonly row: Row,
        private readonly cloud: SimulatedCloud,
        private readonly settings: Values,
        private readonly context: CallContext,
        private readonly weather: Weather,
        /** Where what happens here happens too. @default nowhere */
        private readonly beyond?: Beyond,
    ) {}

    check(olds: Values | undefined, news: Values, seed: Uint8Array): { inputs: Values; failures: Failure[] } {
        const { values, secrets, unknowns } = unwrap(news);
        const mayBeThere = (path: Path): boolean => unknowns.some((unknown) => begins(path, withoutIndices(unknown)));
        const failures: Failure[] = (this.row.required ?? [])
            .filter((path) => !isGiven(values, pathOf(path)) && !mayBeThere(pathOf(path)))
            .map((property) => ({ property, reason: `Missing required argument: '${property}'` }));
        const before = olds === undefined ? undefined : unwrap(olds).values;
        const inputs = named(this.row, values, { urn: this.context.urn, olds: before, seed });
        return { inputs: wrap(inputs, secrets), failures };
    }

    diff(stored: Stored, news: Values): DiffAnswer {
        const old = unwrap(stored.inputs).values;
        const now = unwrap(news).values;
        const replaces = this.row.replaceOn.map(pathOf);
        const changes = differences(old, now).map((path): Change => {
            const changed = withoutIndices(path);
            const replace = replaces.some(
                (wanted) =>
                    begins(changed, wanted) ||
                    // The change is of something that it lies in.
                    (begins(wanted, changed) &&
                        JSON.stringify(valuesAt(old, wanted)) !== JSON.stringify(valuesAt(now, wanted))),
            );
            return { path: pathText(path), replace };
        });
        const { deleteBeforeReplace = keepsItsName(this.row, this.context.urn, old, now) } = this.row;
        return {
            changes,
            deleteBeforeReplace:
                typeof deleteBeforeReplace === "boolean" ? deleteBeforeReplace : deleteBeforeReplace(old, now),
        };
    }

    async create(inputs: Values, preview: boolean): Promise<{ id: string; state: Values }> {
        const { values, secrets } = unwrap(inputs);
        if (preview)
            return {
                id: "",
                state: this.marked(
                    completed(this.row, values, values, () => unknownValue),
                    secrets,
                ),
            };
        const made = await this.changing("create", values, secrets, (visibleMs) => this.make(values, visibleMs));
        return { id: made?.id ?? "", state: this.marked(made?.outputs ?? {}, secrets) };
    }

    read(stored: Stored): Promise<{ state: Values; inputs: Values } | undefined> {
        const { values, secrets } = unwrap(stored.inputs);
        const thing = this.cloud.get(this.row.token, stored.id);
        if (thing !== undefined)
            return Promise.resolve({
                state: this.marked(thing.outputs, secrets),
                inputs: wrap(thing.inputs, secrets),
            });
        const presumed = this.row.presumes?.(stored.id, this.cloud);
        return Promise.resolve(presumed === undefined ? undefined : { state: presumed, inputs: wrap(values, secrets) });
    }

    async update(stored: Stored, news: Values, preview: boolean): Promise<Values> {
        const { values, secrets } = unwrap(news);
        const state = unwrap(stored.state).values;
        if (preview)
            return this.marked(
                completed(this.row, values, values, (_, path) => at(state, path)),
                secrets,
            );
        const updated = await this.changing("update", values, secrets, () => this.remake(stored.id, values));
        return this.marked(updated?.outputs ?? {}, secrets);
    }

    async delete(stored: Stored): Promise<void> {
        const { values, secrets } = unwrap(stored.inputs);
        await this.changing("delete", values, secrets, async () => {
            const thing = this.cloud.get(this.row.token, stored.id);
            // As the real ones: what is gone is gone.
            if (thing === undefined) return undefined;
            const kept = this.row.keeps?.(thing, this.cloud) ?? holderOf(thing, this.cloud);
            if (kept !== undefined) throw new Error(kept);
            await this.beyond?.gone(thing.type, thing.inputs);
            // What lies in it goes first: whoever dies between the two finds the rest under its id.
            if (this.row.contains === true) takeAlong(thing, this.cloud);
            this.cloud.remove(thing.type, thing.id);
            return undefined;
        });
    }

    private async make(inputs: Values, visibleMs: number): Promise<Thing> {
        const { urn } = this.context;
        this.demand(inputs);
        const token = randomBytes(6).toString("hex");
        const unnamed = this.making(inputs, { id: "", token, outputs: {} });
        const id = this.row.id?.(unnamed) ?? `${shortType(this.row.token)}-${token}`;
        const outputs = this.outputs({ ...unnamed, id });
        const thing: Thing = { type: this.row.token, id, urn, token, inputs, outputs, visibleMs };
        const there = this.cloud.make(thing, claimOf(this.row, inputs));
        if (there === undefined) {
            try {
                await this.beyond?.made(thing.type, inputs);
            } catch (error) {
                this.cloud.remove(thing.type, thing.id);
                throw error;
            }
            return thing;
        }
        if (this.row.idempotent !== true) throw this.inTheWay(there, inputs);
        await this.beyond?.made(there.type, inputs);
        const set = { ...there, urn, inputs, outputs: this.outputs(this.making(inputs, there)) };
        this.cloud.put(set);
        return set;
    }

    private async remake(id: string, inputs: Values): Promise<Thing> {
        const thing = this.cloud.get(this.row.token, id);
        if (thing === undefined) throw new Error(`NotFound: ${this.row.token} ${id} does not exist`);
        this.demand(inputs);
        await this.beyond?.made(thing.type, inputs);
        const updated = { ...thing, inputs, outputs: this.outputs(this.making(inputs, thing)) };
        const there = this.cloud.change(updated, claimOf(this.row, inputs));
        if (there !== undefined) throw this.inTheWay(there, inputs);
        return updated;
    }

    /** What a person has to know: whether it is their own, from a create whose answer never came. */
    private inTheWay(there: Thing, inputs: Values): Error {
        const { urn } = this.context;
        const what = namedText(this.row, inputs);
        const advice =
            there.urn === urn
                ? `It was made as this very resource, by a create whose answer was lost. Take it into the stack ` +
                  `(\`pulumi import ${this.row.token} ${nameOf(urn)} ${there.id}\`, or the option \`import\` for one run) ` +
                  `or delete it in the cloud, then run the same command again.`
                : `It belongs to ${there.urn}: one of the two needs another name, or that one has to go first.`;
        return new Error(
            `AlreadyExists: a ${this.row.token}${what === "" ? "" : ` with ${what}`} exists: ${there.id}. ${advice}`,
        );
    }

    /** One call that changes the cloud: its time, its faults, its record. */
    private async changing(
        operation: SimulatedOperation["operation"],
        inputs: Values,
        secrets: readonly Path[],
        work: (visibleMs: number) => Promise<Thing | undefined>,
    ): Promise<Thing | undefined> {
        const { urn } = this.context;
        const call: Call = { type: this.row.token, urn, name: nameOf(urn), operation };
        const happening = this.weather.happening(call, this.cloud);
        const startedMs = Date.now();
        let seconds = secondsOf(this.row, operation) + happening.slower;
        for (let attempt = 1; attempt <= happening.throttled; attempt++) seconds += throttleSeconds(attempt);
        const note = (outcome: SimulatedOperation["outcome"]): void =>
            this.cloud.note({
                ...{ stack: stackOf(urn), urn, type: call.type, operation, outcome, seconds, startedMs },
                endedMs: Date.now(),
            });
        if (happening.throttled > 0) this.context.log(`throttled ${happening.throttled} times`);
        await this.wait(seconds);
        if (happening.crashes === "before") {
            note("fault");
            await this.weather.crash();
        }
        if (happening.fails !== undefined || happening.refused !== undefined) {
            note(happening.fails === undefined ? "refused" : "fault");
            throw new CallError(happening.fails ?? happening.refused ?? "", undefined);
        }
        let thing: Thing | undefined;
        try {
            thing = await work(happening.unseenMs === 0 ? 0 : Date.now() + happening.unseenMs);
        } catch (error) {
            note("refused");
            const text = error instanceof Error ? error.message : String(error);
            throw new CallError(redact(text, texts(inputs, secrets)), undefined);
        }
        if (happening.crashes === "after") {
            note("fault");
            await this.weather.crash();
        }
        if (happening.answerLost) {
            note("fault");
            throw new CallError("RequestError: connection reset by peer, no answer came", undefined);
        }
        note("done");
        return thing;
    }

    private async wait(seconds: number): Promise<void> {
        const { signal } = this.context;
        const milliseconds = seconds * this.weather.secondsPerSecond * 1000;
        if (milliseconds > 0)
            await delay(milliseconds, undefined, { signal }).catch(() => {
                throw new CallError("cancelled before it had begun", undefined);
            });
        if (this.weather.crashing === true) await new Promise<never>(() => {});
    }

    private demand(inputs: Values): void {
        demandReferences(this.row, inputs, this.cloud);
        for (const { because } of this.row.refuses ?? []) {
            const reason = because(inputs, this.cloud);
            if (reason !== undefined) throw new Error(reason);
        }
    }

    private making(inputs: Values, { id, token, outputs }: Pick<Thing, "id" | "token" | "outputs">): Making {
        const { urn } = this.context;
        return {
            cloud: this.cloud,
            settings: this.settings,
            urn,
            name: nameOf(urn),
            id,
            inputs,
            before: outputs,
            token,
        };
    }

    private outputs(making: Making): Values {
        const outputs = completed(this.row, making.inputs, making.inputs, (name) => this.row.computed[name]?.(making));
        return JSON.parse(JSON.stringify(outputs)) as Values;
    }

    private marked(state: Values, inputSecrets: readonly Path[]): Values {
        const plain = JSON.parse(JSON.stringify(state)) as Values;
        return wrap(plain, [...(this.row.secret ?? []).map(pathOf), ...inputSecrets]);
    }
}

/** `aws:s3/bucket:Bucket` → `bucket` */
const shortType = (token: string): string => (token.split(":").at(-1) ?? token).toLowerCase();

/** Whether there is something at a path: of a list that it leads through, in each of its elements. */
function isGiven(values: unknown, [key, ...rest]: Path): boolean {
    if (key === undefined) return values !== undefined && values !== null;
    if (Array.isArray(values)) return values.every((element) => isGiven(element, [key, ...rest]));
    return isGiven(at(values, [key]), rest);
}

/** What the cloud takes for an operation. */
export function secondsOf({ latency }: Pick<Row, "latency">, operation: SimulatedOperation["operation"]): number {
    const { create } = latency;
    if (operation === "create") return create;
    if (operation === "update") return latency.update ?? Math.max(1, create / 10);
    return latency.delete ?? Math.max(1, create / 2);
}
