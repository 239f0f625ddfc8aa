/**
 * What a program makes on Google Cloud, without an engine: Pulumi's mocks, answered from the rows of the simulated cloud. So
 * a resource type without a row fails here, and what a row refuses is refused.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { SimulatedCalls, type Weather } from "../../automation/rehearsal/calls";
import { SimulatedCloud } from "../../automation/rehearsal/cloud";
import { calm } from "../../automation/rehearsal/faults";
import { table } from "../../automation/rehearsal/tables/gcp";
import type { Values } from "../../components/provider/values";
import { workloads, type Workload, type WorkloadIdentity } from "../../stacks/contracts";

export const account = { project: "acme-lakehouse", region: "europe-west1" };
const settings = { ...account };
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

export interface Program<C> {
    readonly component: C;
    readonly made: readonly Made[];
    /** Plain, without the marks of secrets. */
    readonly contract: Values;
    /** Members of the contract that are secret. */
    readonly secrets: readonly string[];
}

/** Made by a row, as the engine would ask for it. */
export async function makeIn(cloud: SimulatedCloud, type: string, name: string, given: Values) {
    const row = table.rows.find(({ token }) => token === type);
    assert.ok(row, `no row for ${type}`);
    const urn = `urn:pulumi:prod-test::tidegate::${type}::${name}`;
    const context = { urn, signal: new AbortController().signal, log: () => undefined };
    const calls = new SimulatedCalls(row, cloud, settings, context, weather);
    const plain = JSON.parse(JSON.stringify(given)) as Values;
    const { inputs, failures } = calls.check(undefined, plain, new Uint8Array(32));
    assert.deepEqual(failures, [], type);
    return { calls, ...(await calls.create(inputs, false)) };
}

/** Another cloud for each test, gone after it. */
export async function inCloud<T>(work: (cloud: SimulatedCloud) => Promise<T>): Promise<T> {
    const directory = mkdtempSync(join(tmpdir(), "tidegate-test-"));
    try {
        return await work(new SimulatedCloud(directory));
    } finally {
        rmSync(directory, { recursive: true, force: true });
    }
}

/**
 * Runs a program until every resource of it is registered.
 * @param before makes what is there already
 */
export function making<C extends { readonly contract: object }>(
    program: () => C,
    before: (cloud: SimulatedCloud) => Promise<void> = () => Promise.resolve(),
): Promise<Program<C>> {
    return inCloud(async (cloud) => {
        await before(cloud);
        const ids = new Map<string, { readonly id: string; readonly inputs: Values }>();
        const requests: Request[] = [];
        await pulumi.runtime.setMocks({
            call: ({ token, inputs }) => {
                const invoke = table.invokes[token];
                assert.ok(invoke, `no invoke ${token}`);
                return invoke(inputs as Values, settings, cloud);
            },
            newResource: async ({ type, name, inputs }) => {
                if (!type.startsWith("gcp:")) return { id: name, state: inputs as Values };
                const { id, state } = await makeIn(cloud, type, name, inputs as Values);
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

/** `role to member`, sorted: all that policies of this type give. */
export const granted = (made: readonly Made[], type: string): readonly string[] =>
    ofType(made, type)
        .map(({ inputs: { role, member } }) => `${String(role)} to ${String(member)}`)
        .sort();

/** The labels of all that take some. */
export const labels = (made: readonly Made[]): ReadonlyMap<string, unknown> =>
    new Map(
        made
            .filter(({ type }) =>
                table.rows.some(({ token, computed }) => token === type && computed["effectiveLabels"] !== undefined),
            )
            .map(({ name, inputs }) => [name, inputs["labels"] ?? inputs["resourceLabels"]]),
    );

/** The transforms that a component hands to the engine. Mocks have no engine, so they are taken from it here. */
export async function transformsOf(
    component: (options: pulumi.ComponentResourceOptions) => { readonly contract: object },
    before?: (cloud: SimulatedCloud) => Promise<void>,
): Promise<readonly unknown[]> {
    const seen: unknown[] = [];
    const take: pulumi.ResourceTransformation = ({ props, opts }) => {
        const { transforms = [], ...rest } = opts;
        seen.push(...transforms);
        return { props: props as pulumi.Inputs, opts: rest };
    };
    await making(() => component({ transformations: [take] }), before);
    return seen;
}

const emailOf = (workload: string): string => `prod-${workload}@${account.project}.iam.gserviceaccount.com`;

const identity = (workload: Workload): WorkloadIdentity => ({
    namespace: `prod-${workload}`,
    serviceAccount: workload,
    aws: null,
    gcp: { email: emailOf(workload), member: `serviceAccount:${emailOf(workload)}` },
    azure: null,
});

/** Of the workloads, as the foundation tells them. */
export const identities = Object.fromEntries(workloads.map((workload) => [workload, identity(workload)])) as Record<
    Workload,
    WorkloadIdentity
>;

/** The service accounts of the workloads, as the foundation makes them. */
export async function makeAccounts(cloud: SimulatedCloud): Promise<void> {
    for (const workload of workloads)
        await makeIn(cloud, "gcp:serviceaccount/account:Account", workload, { accountId: `prod-${workload}` });
}
