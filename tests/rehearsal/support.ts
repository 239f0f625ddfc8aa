/** A cloud in a temporary folder, and rows that are there for tests alone. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SimulatedCalls, type Weather } from "../../automation/rehearsal/calls";
import { SimulatedCloud, type Thing } from "../../automation/rehearsal/cloud";
import { calm, type Happening } from "../../automation/rehearsal/faults";
import type { Row } from "../../automation/rehearsal/row";
import { CallError } from "../../components/provider/bridge";
import type { Values } from "../../components/provider/values";

const made: string[] = [];

export function temporaryFolder(): string {
    const folder = mkdtempSync(join(tmpdir(), "tidegate-cloud-"));
    made.push(folder);
    return folder;
}

/** Of a test file: `after(removeFolders)`. */
export function removeFolders(): void {
    for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export const temporaryCloud = (): SimulatedCloud => new SimulatedCloud(temporaryFolder());

export const urnOf = (token: string, name: string, stack = "test-storage"): string =>
    `urn:pulumi:${stack}::tidegate::${token}::${name}`;

/** Thrown in the stead of the end of the process. */
export class Crash extends Error {}

export const weather = (happening: Partial<Happening> = {}, secondsPerSecond = 0): Weather => ({
    happening: () => ({ ...calm(), ...happening }),
    secondsPerSecond,
    crash: () => Promise.reject(new Crash("the process ends")),
});

export interface CallsOptions {
    readonly name?: string;
    readonly settings?: Values;
    readonly weather?: Weather;
    readonly signal?: AbortSignal;
    readonly log?: (text: string) => void;
}

export function callsOf(row: Row, cloud: SimulatedCloud, options: CallsOptions = {}): SimulatedCalls {
    const { name = "it", settings = {}, log = () => {}, signal = new AbortController().signal } = options;
    const context = { urn: urnOf(row.token, name), signal, log };
    return new SimulatedCalls(row, cloud, settings, context, options.weather ?? weather());
}

export const rowOf = (row: Partial<Row> = {}): Row => ({
    token: "test:index:Box",
    source: "this test",
    replaceOn: [],
    unique: [],
    computed: {},
    latency: { create: 20, source: "this test" },
    permissions: ["box:Create"],
    ...row,
});

export const thingOf = (thing: Partial<Thing> = {}): Thing => ({
    type: "test:index:Box",
    id: "box-1",
    urn: urnOf("test:index:Box", "box"),
    token: "0123456789ab",
    inputs: {},
    outputs: {},
    visibleMs: 0,
    ...thing,
});

/** Makes a resource as the engine does, and answers with what it would store. */
export async function make(row: Row, cloud: SimulatedCloud, inputs: Values, name = "it") {
    const { id, state } = await callsOf(row, cloud, { name }).create(inputs, false);
    return { id, state, inputs };
}

/** Of a call that has made nothing. */
export const fails = (pattern: RegExp) => (error: unknown) => {
    assert.ok(error instanceof CallError, String(error));
    assert.equal(error.state, undefined, "the engine would take it for half made");
    assert.match(error.message, pattern);
    return true;
};
