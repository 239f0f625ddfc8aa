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
import { standInOf } from "../../stacks/standIns";

const stacks = join(repositoryRoot, "stacks");
const directories = [stacks, join(__dirname, "..", "rehearsal", "environments")];
const files = directories
    .flatMap((directory) => readdirSync(directory).map((name) => join(directory, name)))
    .filter((file) => /\/[a-z][a-z0-9-]*\.yaml$/.test(file) && basename(file) !== "local.yaml");

function environmentIn(file: string): Promise<Environment> {
    const name = /^name: *(\S+)/m.exec(readFileSync(file, "utf8"))?.[1] ?? assert.fail(`${file} has no name`);
    return loadEnvironment(name, { TIDEGATE_ENVIRONMENT_FILE: file });
}

describe("the gates of an environment in a cloud", () => {
    for (const file of files)
        it(`have checks for every layer of ${basename(file)} that can be asked from here, and only those`, async () => {
            const environment = await environmentIn(file);
            const layers = layersOf(environment);
            const outputs = new Map(layers.map((layer) => [layer, standInOf(environment, layer) as Outputs] as const));
            const context = await gateContext(
                environment,
                outputs,
                { startedMs: 0, producedNow: false },
                secretResolver(environment, new Redactor()),
            );
            const ids = new Map(
                layers.map((layer) => [layer, validationFor(layer, context).map(({ id }) => id)] as const),
            );
            if (layers.includes("foundation")) assert.deepEqual(ids.get("foundation"), ["infra.cluster"]);
            if (environment.storage?.profile === "adls") assert.deepEqual(ids.get("storage"), []);
            else if (layers.includes("storage")) assert.deepEqual(ids.get("storage"), ["infra.storage-probe"]);
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
});
