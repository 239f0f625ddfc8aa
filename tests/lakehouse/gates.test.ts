/** Which checks stand in the gates of an environment, from the contracts that its layers would have. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { repositoryRoot } from "../../automation/core/repository";
import { loadGraph, ownGraphFile } from "../../automation/graph/load";
import { validationFor } from "../../automation/gates";
import { Redactor } from "../../automation/core/redactor";
import { gateContext } from "../../automation/lakehouse/gates";
import { secretResolver } from "../../automation/lakehouse/secrets";
import type { Outputs } from "../../automation/engine/snapshot";
import { layersOf, loadEnvironment, type Environment } from "../../stacks/environment";
import { standInOf, standIns } from "../../stacks/standIns";

const stacks = join(repositoryRoot, "stacks");
const directories = [stacks, join(__dirname, "..", "rehearsal", "environments")];
const files = directories
    .flatMap((directory) => readdirSync(directory).map((name) => join(directory, name)))
    .filter((file) => /\/[a-z][a-z0-9-]*\.yaml$/.test(file) && basename(file) !== "local.yaml");

function environmentIn(file: string): Promise<Environment> {
    const name = /^name: *(\S+)/m.exec(readFileSync(file, "utf8"))?.[1] ?? assert.fail(`${file} has no name`);
    return loadEnvironment(name, { TIDEGATE_ENVIRONMENT_FILE: file });
}

const contextOf = (environment: Environment, outputs: ReadonlyMap<string, Outputs>) =>
    gateContext(
        environment,
        outputs,
        { startedMs: 0, producedNow: false },
        secretResolver(environment, new Redactor()),
    );

describe("the gates of an environment in a cloud", () => {
    for (const file of files)
        it(`have checks for every layer of ${basename(file)} that can be asked from here, and only those`, async () => {
            const environment = await environmentIn(file);
            const layers = layersOf(environment);
            const outputs = new Map(layers.map((layer) => [layer, standInOf(environment, layer) as Outputs] as const));
            const context = await contextOf(environment, outputs);
            const ids = new Map(
                layers.map((layer) => [layer, validationFor(layer, context).map(({ id }) => id)] as const),
            );
            if (layers.includes("foundation")) assert.deepEqual(ids.get("foundation"), ["infra.cluster"]);
            if (environment.storage?.profile === "adls") assert.deepEqual(ids.get("storage"), []);
            else if (layers.includes("storage")) assert.deepEqual(ids.get("storage"), ["infra.storage-probe"]);
            if (layers.includes("catalog") && environment.foundation !== undefined)
                assert.deepEqual(ids.get("catalog"), []);
            if (environment.runtime?.profile === "kubernetes") {
                const runtime = ids.get("runtime") ?? [];
                assert.ok(
                    runtime.some((id) => id.startsWith("jobs.")) && runtime.at(-1) === "dbt.scheduled",
                    runtime.join(),
                );
            }
            if (environment.observability?.profile === "kubernetes")
                assert.deepEqual(ids.get("observability"), ["infra.monitors"]);
            // What is in containers of this machine is reached as processes are.
            for (const layer of layers)
                if (environment[layer]?.profile === "docker") assert.notDeepEqual(ids.get(layer), [], layer);
            const { order } = (await loadGraph(ownGraphFile)).only(layers);
            assert.equal(
                validationFor("all", context).length,
                order.flatMap((layer) => ids.get(layer as never) ?? []).length,
            );
        });

    it("ask a broker that lets this machine in, and none that lets in identities of workloads alone", async () => {
        const environment = await environmentIn(join(stacks, "prod.yaml"));
        const checks = async (contract: object) => {
            const outputs = new Map([["broker", { ...standIns.broker, ...contract } as Outputs]] as const);
            const context = await contextOf(environment, outputs);
            return validationFor("broker", context).length;
        };
        const sasl = { securityProtocol: "SASL_SSL", saslMechanism: "OAUTHBEARER", credentials: null };
        assert.equal(await checks({ profile: "msk", ...sasl, saslMechanism: "AWS_MSK_IAM" }), 0);
        assert.equal(await checks({ profile: "google", ...sasl }), 0);
        const credentials = { username: "a", password: "made up" };
        assert.equal(await checks({ profile: "confluent", ...sasl, saslMechanism: "PLAIN", credentials }), 2);
        assert.equal(await checks({ profile: "external" }), 2);
    });
});
