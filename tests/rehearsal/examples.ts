/**
 * Examples of the rows, made in a temporary cloud with everything that they refer to, first things first. An example says
 * `{ example: "<token>" }` for the id of another, `{ example: "<token>", by: "arn" }` for an output of it; of a type with
 * several examples `<token>#<name>` is one.
 */
import assert from "node:assert/strict";
import type { SimulatedCalls } from "../../automation/rehearsal/calls";
import { pathOf, SimulatedCloud } from "../../automation/rehearsal/cloud";
import type { PackageTable, Row } from "../../automation/rehearsal/row";
import { allTables } from "../../automation/rehearsal/tables";
import { at, type Values } from "../../components/provider/values";
import { callsOf, temporaryFolder } from "./support";

export interface Made {
    readonly id: string;
    readonly inputs: Values;
    readonly state: Values;
}

/** What every provider is configured with; each reads what is its own. */
const settings: Values = { region: "eu-west-1", project: "example", allowedAccountIds: ["123456789012"] };
const seed = Buffer.alloc(32, 7);

const tables = allTables();
export const rowsByToken: ReadonlyMap<string, { readonly row: Row; readonly table: PackageTable }> = new Map(
    [...tables.values()].flatMap((table) => table.rows.map((row) => [row.token, { row, table }] as const)),
);

const tokenOf = (key: string): string => key.split("#")[0] ?? key;

/** One cloud, and what is made in it. */
export class Examples {
    private readonly made = new Map<string, Promise<Made>>();
    readonly directory = temporaryFolder();

    /** As a plugin of its package answers for a type. `name`: in the program. */
    calls(key: string, name = key): SimulatedCalls {
        const { row } = this.found(key);
        return callsOf(row, this.cloud(key), { name, settings });
    }

    /** The cloud as the package of a type sees it. */
    cloud(key: string): SimulatedCloud {
        return new SimulatedCloud(this.directory, this.found(key).table.scope?.(settings));
    }

    /** Inputs as a check has left them, of which all that they name is there. `overlay` is laid over them. */
    async inputs(key: string, overlay: Values = {}): Promise<Values> {
        const example = this.found(key).table.examples[key] ?? assert.fail(`${key} has no example`);
        const inputs: Values = {};
        // One after the other: two may name the same thing.
        for (const [name, value] of Object.entries({ ...example, ...overlay }))
            inputs[name] = await this.resolve(value);
        return this.checked(key, JSON.parse(JSON.stringify(inputs)) as Values);
    }

    /** Made once, however often it is asked for. */
    make(key: string): Promise<Made> {
        const making = this.made.get(key) ?? this.inputs(key).then((inputs) => this.create(key, inputs));
        this.made.set(key, making);
        return making;
    }

    async create(key: string, inputs: Values, name?: string): Promise<Made> {
        const { id, state } = await this.calls(key, name).create(inputs, false);
        return { id, inputs, state };
    }

    private checked(key: string, given: Values): Values {
        const { inputs, failures } = this.calls(key).check(undefined, given, seed);
        assert.deepEqual(failures, [], key);
        return inputs;
    }

    private found(key: string) {
        return rowsByToken.get(tokenOf(key)) ?? assert.fail(`there is no row for ${key}`);
    }

    private async resolve(value: unknown): Promise<unknown> {
        if (typeof value !== "object" || value === null) return value;
        const { example, by = "id" } = value as { example?: unknown; by?: string };
        if (typeof example === "string") {
            const { id, state } = await this.make(example);
            const found = by === "id" ? id : at(state, pathOf(by));
            assert.notEqual(found, undefined, `${example} has no '${by}'`);
            return found;
        }
        const resolved: [string, unknown][] = [];
        for (const [name, one] of Object.entries(value)) resolved.push([name, await this.resolve(one)]);
        return Array.isArray(value) ? resolved.map(([, one]) => one) : Object.fromEntries(resolved);
    }
}

/** The values with what is at a path changed: in the first element of every list that it leads through. */
export function changedAt(
    values: unknown,
    [key, ...rest]: readonly (string | number)[],
    change: (old: unknown) => unknown,
): unknown {
    if (key === undefined)
        return Array.isArray(values) ? [change(values[0]), ...(values.slice(1) as unknown[])] : change(values);
    if (Array.isArray(values)) return [changedAt(values[0], [key, ...rest], change), ...(values.slice(1) as unknown[])];
    const inside = (typeof values === "object" && values !== null ? values : {}) as Values;
    return { ...inside, [key]: changedAt(inside[key], rest, change) };
}
