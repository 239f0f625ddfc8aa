/**
 * What a program makes in a cloud, without an engine: Pulumi's mocks, answered from the rows of the simulated cloud. So a
 * resource type without a row fails here, and what a row refuses is refused.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { SimulatedCalls, type Weather } from "../../automation/rehearsal/calls";
import { SimulatedCloud, type SimulatedOperation, type Thing } from "../../automation/rehearsal/cloud";
import { calm } from "../../automation/rehearsal/faults";
import type { PackageTable } from "../../automation/rehearsal/row";
import type { Values } from "../../components/provider/values";

const weather: Weather = { happening: calm, secondsPerSecond: 0, crash: () => assert.fail("crashed") };

export interface Made {
    readonly type: string;
    readonly name: string;
    readonly inputs: Values;
    readonly id: string;
    readonly protect: boolean;
    readonly retainOnDelete: boolean;
    readonly ignoreChanges: readonly string[];
    /** Names of resources that it waits for, whether or not it reads their outputs. */
    readonly after: readonly string[];
}

/** What a resource is registered with, as far as tests ask. */
interface Request {
    getName(): string;
    getType(): string;
    getProtect(): boolean;
    getRetainondelete(): boolean;
    getIgnorechangesList(): string[];
    getDependenciesList(): string[];
}

export interface Program<C = unknown> {
    readonly component: C;
    readonly made: readonly Made[];
    /** Plain, without the marks of secrets. */
    readonly contract: Values;
    /** Members of the contract that are secret. */
    readonly secrets: readonly string[];
}

/** One process is at work here: what others would have to see on disk is kept in memory, many times as fast. */
class CloudInMemory extends SimulatedCloud {
    private readonly kept = new Map<string, Thing>();
    private readonly told: SimulatedOperation[] = [];

    override all(types?: string | readonly string[]): Thing[] {
        const wanted = types === undefined ? undefined : [types].flat();
        return [...this.kept.values()].filter(({ type }) => wanted?.includes(type) ?? true);
    }
    override get(type: string, id: string): Thing | undefined {
        return this.kept.get(`${type} ${id}`);
    }
    override make(thing: Thing, key?: string): Thing | undefined {
        const there = this.get(thing.type, thing.id) ?? this.holder(key);
        if (there === undefined) this.put(key === undefined ? thing : { ...thing, claim: key });
        return there;
    }
    override change(thing: Thing, key?: string): Thing | undefined {
        const holder = this.holder(key);
        if (holder !== undefined && holder.id !== thing.id) return holder;
        this.put(key === undefined ? thing : { ...thing, claim: key });
        return undefined;
    }
    override put(thing: Thing): void {
        this.kept.set(`${thing.type} ${thing.id}`, thing);
    }
    override remove(type: string, id: string): void {
        this.kept.delete(`${type} ${id}`);
    }
    private holder(key: string | undefined): Thing | undefined {
        return key === undefined ? undefined : [...this.kept.values()].find(({ claim }) => claim === key);
    }
    override note(operation: SimulatedOperation): void {
        this.told.push(operation);
    }
    override history(): SimulatedOperation[] {
        return this.told;
    }
}

/** Another cloud for each test, gone after it. */
export async function inCloud<T>(work: (cloud: SimulatedCloud) => Promise<T>): Promise<T> {
    const directory = mkdtempSync(join(tmpdir(), "tidegate-test-"));
    try {
        return await work(new CloudInMemory(directory));
    } finally {
        rmSync(directory, { recursive: true, force: true });
    }
}

/** Programs of one provider. */
export class SimulatedPrograms {
    constructor(
        private readonly table: PackageTable,
        /** Of the provider. */
        private readonly settings: Values,
        /** Of its types, with the colon: `aws:`. */
        private readonly prefix: string,
    ) {}

    /** Made by a row, as the engine would ask for it. */
    async makeIn(cloud: SimulatedCloud, type: string, name: string, given: Values) {
        const row = this.table.rows.find(({ token }) => token === type);
        assert.ok(row, `no row for ${type}`);
        const urn = `urn:pulumi:prod-test::tidegate::${type}::${name}`;
        const context = { urn, signal: new AbortController().signal, log: () => undefined };
        const calls = new SimulatedCalls(row, cloud, this.settings, context, weather);
        const plain = JSON.parse(JSON.stringify(given)) as Values;
        const { inputs, failures } = calls.check(undefined, plain, new Uint8Array(32));
        assert.deepEqual(failures, [], type);
        return { calls, inputs, ...(await calls.create(inputs, false)) };
    }

    /**
     * Runs a program until every resource of it is registered.
     * @param before makes what is there already
     */
    making<C extends { readonly contract: object }>(
        program: () => C,
        before: (cloud: SimulatedCloud) => Promise<void> = () => Promise.resolve(),
    ): Promise<Program<C>> {
        return inCloud(async (cloud) => {
            await before(cloud);
            const ids = new Map<string, { readonly id: string; readonly inputs: Values }>();
            const requests: Request[] = [];
            await pulumi.runtime.setMocks({
                call: ({ token, inputs }) => {
                    const invoke = this.table.invokes[token];
                    assert.ok(invoke, `no invoke ${token}`);
                    return invoke(inputs as Values, this.settings, cloud);
                },
                newResource: async ({ type, name, inputs }) => {
                    if (!type.startsWith(this.prefix)) return { id: name, state: inputs as Values };
                    const { id, state } = await this.makeIn(cloud, type, name, inputs as Values);
                    ids.set(`${type} ${name}`, { id, inputs: inputs as Values });
                    return { id, state };
                },
            });
            const monitor = pulumi.runtime.getMonitor() as unknown as {
                registerResource(request: Request, answer: unknown): void;
            };
            const register = monitor.registerResource.bind(monitor);
            monitor.registerResource = (request, answer) => {
                requests.push(request);
                register(request, answer);
            };
            const component = program();
            const outputs = Object.entries(component.contract).map(
                async ([key, value]) => [key, ...(await settled(pulumi.output(value as unknown)))] as const,
            );
            const read = await Promise.all(outputs);
            // Nothing of the contract waits for some of them.
            await pulumi.runtime.disconnect();
            return {
                component,
                made: requests.flatMap((request) => {
                    const found = ids.get(`${request.getType()} ${request.getName()}`);
                    return found === undefined ? [] : [{ ...found, ...described(request) }];
                }),
                contract: Object.fromEntries(read.map(([key, value]) => [key, value])),
                secrets: read.filter(([, , secret]) => secret).map(([key]) => key),
            };
        });
    }

    /** The transforms that a component hands to the engine. Mocks have no engine, so they are taken from it here. */
    async transformsOf(
        component: (options: pulumi.ComponentResourceOptions) => { readonly contract: object },
        before?: (cloud: SimulatedCloud) => Promise<void>,
    ): Promise<readonly unknown[]> {
        const seen: unknown[] = [];
        const take: pulumi.ResourceTransformation = ({ props, opts }) => {
            const { transforms = [], ...rest } = opts;
            seen.push(...transforms);
            return { props: props as pulumi.Inputs, opts: rest };
        };
        await this.making(() => component({ transformations: [take] }), before);
        return seen;
    }
}

const described = (request: Request) => ({
    type: request.getType(),
    name: request.getName(),
    protect: request.getProtect(),
    retainOnDelete: request.getRetainondelete(),
    ignoreChanges: request.getIgnorechangesList(),
    after: request.getDependenciesList().map((urn) => urn.split("::").at(-1) ?? urn),
});

const settled = async <T>(output: pulumi.Output<T>): Promise<readonly [T, boolean]> => [
    await new Promise<T>((resolve) => void output.apply(resolve)),
    await pulumi.isSecret(output),
];

export const ofType = (made: readonly Made[], type: string): readonly Made[] =>
    made.filter((one) => one.type.endsWith(`:${type}`) && (type.includes(":") || one.type.split(":").at(-1) === type));

/** By name: resources are registered as their inputs come to be known. */
export const sorted = (made: readonly Made[]): readonly Made[] =>
    [...made].sort((one, other) => one.name.localeCompare(other.name));

/** The only one of a type, or of a name. @throws where there is none, or another */
export function only(made: readonly Made[], type: string, name?: string): Made {
    const found = ofType(made, type).filter((one) => name === undefined || one.name === name);
    const [first] = found;
    assert.ok(first !== undefined && found.length === 1, `${found.length} of ${type} ${name ?? ""}`);
    return first;
}
