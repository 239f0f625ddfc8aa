/** Simulated clusters of Kubernetes in one cloud, for the tests that work on them. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SimulatedCalls, type Weather } from "../../automation/rehearsal/calls";
import { SimulatedCloud } from "../../automation/rehearsal/cloud";
import { calm } from "../../automation/rehearsal/faults";
import { table } from "../../automation/rehearsal/tables/kubernetes";
import { clusterOf } from "../../automation/rehearsal/tables/kubernetes/cluster";
import type { Values } from "../../components/provider/values";

const weather: Weather = { happening: calm, secondsPerSecond: 0, crash: () => assert.fail("crashed") };
export const core = "kubernetes:core/v1:";
export const release = "kubernetes:helm.sh/v3:Release";

export const kubeconfig = (server: string): string =>
    JSON.stringify({
        "current-context": "here",
        contexts: [{ name: "here", context: { cluster: "here", user: "me" } }],
        clusters: [{ name: "here", cluster: { server } }],
    });

export const seed = new Uint8Array(32).fill(7);

/** For one `describe`: its cloud is new for each test. */
export function simulatedClusters() {
    let directory: string;

    beforeEach(() => {
        directory = mkdtempSync(join(tmpdir(), "tidegate-test-"));
    });
    afterEach(() => rmSync(directory, { recursive: true, force: true }));

    /** As a plugin that is configured for one cluster. */
    const cluster = (settings: Values = { kubeconfig: kubeconfig("https://one.invalid") }) => {
        const cloud = new SimulatedCloud(directory, clusterOf(settings));
        const calls = (token: string, name = "thing"): SimulatedCalls => {
            const row = table.rows.find((one) => one.token === token);
            assert.ok(row, `no row for ${token}`);
            const context = {
                urn: `urn:pulumi:test-foundation::tidegate::${token}::${name}`,
                signal: new AbortController().signal,
                log: () => undefined,
            };
            return new SimulatedCalls(row, cloud, settings, context, weather);
        };
        return {
            cloud,
            calls,
            create: async (token: string, given: Values, name?: string) => {
                const { inputs, failures } = calls(token, name).check(undefined, given, seed);
                assert.deepEqual(failures, []);
                return calls(token, name).create(inputs, false);
            },
        };
    };
    type Cluster = ReturnType<typeof cluster>;

    const namespace = (of: Cluster, name = "example", labels: Values = {}) =>
        of.create(`${core}Namespace`, { metadata: { name, labels } });
    const install = async (of: Cluster, chart: string, more: Values = {}) => {
        await of.create(release, { name: chart, namespace: "default", chart, ...more });
    };

    return { cluster, namespace, install, cloud: () => new SimulatedCloud(directory) };
}
