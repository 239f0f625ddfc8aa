/** A cloud in a temporary folder, and rows that are there for tests alone. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SimulatedCalls, type Weather } from "../../automation/rehearsal/calls";
import { SimulatedCloud, type Thing } from "../../automation/rehearsal/cloud";
import { calm, type Happening } from "../../automation/rehearsal/faults";
import type { Row } from "../../automation/rehearsal/row";
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
