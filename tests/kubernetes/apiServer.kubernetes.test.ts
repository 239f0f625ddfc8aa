/** The server of these tests is a real one, and goes with whoever started it. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { isRefusal, type Kind, type KubernetesObject } from "../../automation/clients/kubernetes";
import { TidegateError } from "../../automation/core/errors";
import { repositoryRoot } from "../../automation/core/repository";
import { rowsByToken } from "../rehearsal/examples";
import { kindOf } from "../../automation/rehearsal/through";
import { podsOf } from "../../automation/rehearsal/tables/kubernetes/pods";
import { podRules, goodPod } from "../../automation/rehearsal/tables/kubernetes/podSecurity";
import { table } from "../../automation/rehearsal/tables/kubernetes";
import type { Values } from "../../components/provider/values";
import type { ApiServer } from "../_helpers/apiServer";
import { processesOf } from "../_helpers/processes";
import { sharedServer } from "./shared";

const restricted = { "pod-security.kubernetes.io/enforce": "restricted" };
const podOf = (spec: Values): KubernetesObject & Kind => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "pod", namespace: "closed" },
    spec,
});

describe("an API server of a test", () => {
    let server: ApiServer;
    before(async () => {
        server = await sharedServer();
        for (const [name, labels] of [
            ["closed", restricted],
            ["example", restricted],
        ] as const)
            await server.api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels } });
    });

    describe("admits by Pod Security what the rules of the simulation say", () => {
        it("a pod that keeps them all", () => server.api.create(podOf(withImages(goodPod)), { dryRun: true }));

        for (const { what, broken } of podRules)
            it(`not ${what}`, async () => {
                await assert.rejects(
                    server.api.create(podOf(withImages({ ...goodPod, ...broken })), { dryRun: true }),
                    (error) => {
                        // What is of Windows or of an unmasked /proc is wrong in other ways too, and told first.
                        assert.ok(isRefusal(error, 403) || isRefusal(error, 422), String(error));
                        if (isRefusal(error, 403)) assert.match(String(error), /violates PodSecurity "restricted/);
                        return true;
                    },
                );
            });
    });

    it("refuses a field that a kind does not know, in a built-in kind and in an operator's", async () => {
        const config = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c", namespace: "closed" }, dta: {} };
        await assert.rejects(server.api.create(config), /unknown field \\?"dta\\?"/);
        const monitor = {
            apiVersion: "monitoring.coreos.com/v1",
            kind: "ServiceMonitor",
            metadata: { name: "m", namespace: "closed" },
            spec: { selector: {}, endpoints: [], endpoint: [] },
        };
        await assert.rejects(server.api.apply(monitor, "tidegate-test"), /unknown field|field not declared in schema/);
    });

    it("asks who is there, and what they may do", async () => {
        const stranger = server.stranger();
        try {
            const made = stranger.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "mine" } });
            await assert.rejects(made, (error) => isRefusal(error, 403));
        } finally {
            stranger.close();
        }
        const nobody = server.stranger("wrong");
        try {
            await assert.rejects(nobody.list({ apiVersion: "v1", kind: "Namespace" }), (error) =>
                isRefusal(error, 401),
            );
        } finally {
            nobody.close();
        }
    });

    it("empties a namespace that is deleted, and lets it go", async () => {
        const kind = { apiVersion: "v1", kind: "Namespace" };
        await server.api.create({ ...kind, metadata: { name: "going" } });
        const config = { apiVersion: "v1", kind: "ConfigMap" };
        await server.api.create({ ...config, metadata: { name: "inside", namespace: "going" } });
        const stopped = new AbortController();
        const events = server.api.watch(kind, undefined, { name: "going", signal: stopped.signal });
        for await (const { type } of events) {
            if (type === "ADDED") await server.api.delete(kind, undefined, "going");
            if (type === "DELETED") break;
        }
        assert.equal(await server.api.get(config, "going", "inside"), undefined);
    });

    describe("and the rows of the simulation", () => {
        /** Examples name what others make by their tokens; here these are there under that name. */
        const named = (value: unknown): unknown => {
            if (Array.isArray(value)) return value.map(named);
            if (typeof value !== "object" || value === null) return value;
            if ("example" in value) return "example";
            return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, named(one)]));
        };
        const objectFor = (token: string, more: Values = {}): KubernetesObject & Kind => {
            const inputs = named({ ...table.examples[token], ...more }) as Values;
            const kind = kindOf(token, inputs) ?? assert.fail();
            return { ...inputs, ...kind, metadata: inputs["metadata"] as KubernetesObject["metadata"] };
        };
        const tokens = [...rowsByToken.keys()].filter((token) => kindOf(token, {}) !== undefined);

        /** Of other programs than the API server: what they refuse it takes. */
        const operators = [
            "a name of a FlinkDeployment of more than 45 characters",
            "an ExternalSecret whose store is not there: it never becomes ready, and Pulumi's wait fails",
        ];
        /** The object, and the pods that its controller would ask for. */
        const ask = async (object: KubernetesObject & Kind): Promise<void> => {
            await server.api.create(object, { dryRun: true });
            for (const { metadata, spec } of podsOf(object.kind, object)) {
                const pod = { apiVersion: "v1", kind: "Pod", spec: withImages(spec) };
                const names = { namespace: object.metadata.namespace, generateName: "pod-" };
                await server.api.create({ ...pod, metadata: { ...metadata, ...names } }, { dryRun: true });
            }
        };

        for (const token of tokens) {
            it(`takes the example of ${token}`, async () => {
                const { metadata, ...rest } = objectFor(token);
                const name = token.endsWith("CustomResourceDefinition") ? metadata.name : "another";
                await ask({ ...rest, metadata: { ...metadata, name } });
            });

            it(`refuses what the row of ${token} does`, async () => {
                const taken: string[] = [];
                for (const { what, refused } of rowsByToken.get(token)?.row.refuses ?? [])
                    await ask(objectFor(token, refused)).then(
                        () => void (operators.includes(what) || taken.push(what)),
                        (error: unknown) => assert.ok(TidegateError.is(error) && error.code === "kubernetes-refused"),
                    );
                assert.deepEqual(taken, []);
            });
        }
    });

    it("ends with the process that started it, however that ends", async function () {
        const starter = spawn(
            process.execPath,
            ["--require", "./automation/toolchain/loader.cjs", "tests/kubernetes/starter.ts"],
            { cwd: repositoryRoot, stdio: ["ignore", "pipe", "inherit"] },
        );
        const [line] = (await once(createInterface({ input: starter.stdout }), "line")) as [string];
        const directory = dirname(line);
        assert.ok(existsSync(line));
        assert.equal(processesOf(directory).length >= 2, true, "the API server and its store run");
        starter.kill("SIGKILL");
        while (existsSync(directory) || processesOf(directory).length > 0) await delay(50);
    });
});

/** The rules are asked of pods before anybody has given their containers an image. */
function withImages(pod: Values): Values {
    const containers = (pod["containers"] as Values[]).map((one) => ({ image: "example.invalid/image", ...one }));
    return { ...pod, containers };
}
