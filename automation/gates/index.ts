/** The gates: which checks stand before and after each layer. */
import { layers, type Layer } from "../../stacks/contracts";
import type { Check } from "./check";
import type { GateContext } from "./context";
import type { PreflightContext } from "./preflight/context";
import {
    dataDirectoryCheck,
    diskCheck,
    dockerCheck,
    memoryCheck,
    portsCheck,
    stateBackendCheck,
    toolsCheck,
} from "./preflight/host";
import { filesCheck } from "./preflight/files";
import {
    environmentCheck,
    imagesCheck,
    kubernetesCheck,
    secretsCheck,
    sqlCheck,
    upstreamCheck,
} from "./preflight/settings";
import { clusterChecks, clusterJobChecks, clusterObservabilityChecks } from "./validation/cluster";
import { secretRefsCheck } from "./preflight/secrets";
import { dataChecks } from "./validation/data";
import { dbtChecks } from "./validation/dbt";
import { brokerChecks, catalogChecks, flinkChecks, metricsChecks, storageChecks } from "./validation/infrastructure";
import { prometheusChecks } from "./validation/prometheus";
import { jobChecks } from "./validation/jobs";

export { isGreen, stages, stageTitles, type Check, type CheckResult, type Stage, type Verdict } from "./check";
export { systemClock, type Clock } from "./clock";
export { runChecks, type CheckEvent, type RunOptions } from "./runner";
export { gateVariables, readGateSettings, type GateSettings } from "./settings";
export type { Cluster, GateClients, GateContext, ObjectStore, Produced, RunFacts } from "./context";
export type { PreflightContext, ToolFinding } from "./preflight/context";
export { thisMachine } from "./preflight/machine";

/**
 * The validation of one layer: its part of stage 1, and with `runtime` the stages 2 to 4. `all` is the whole, of every
 * layer whose clients the context has; without those of storage, broker, catalog and runtime it is an error.
 *
 * Checks remember what they saw, so that their numbers fit together: make new ones for every run.
 */
export function validationFor(layer: Layer | "all", context: GateContext): Check[] {
    if (layer !== "all" && context.elsewhere?.includes(layer)) return [];
    const { foundation, runtime, observability } = context.onCluster ?? {};
    switch (layer) {
        case "foundation":
            return foundation === undefined ? [] : clusterChecks(context, foundation);
        case "storage":
            return storageChecks(context);
        case "broker":
            return brokerChecks(context);
        case "catalog":
            return catalogChecks(context);
        case "runtime":
            return runtime === undefined
                ? [...flinkChecks(context), ...jobChecks(context), ...dataChecks(context), ...dbtChecks(context)]
                : clusterJobChecks(context, runtime);
        case "observability":
            return observability === undefined
                ? [...metricsChecks(context), ...prometheusChecks(context)]
                : clusterObservabilityChecks(context, observability);
        case "all":
            return layersOf(context).flatMap((one) => validationFor(one, context));
    }
}

function layersOf({ layers: named, clients }: GateContext): readonly Layer[] {
    if (named !== undefined) return layers.filter((layer) => named.includes(layer));
    const those: readonly Layer[] = ["storage", "broker", "catalog", "runtime"];
    return clients.metrics === undefined ? those : [...those, "observability"];
}

/** `environment`: what has to hold before anything is touched. A layer: what has to hold before it is deployed. */
export function preflightFor(layer: Layer | "environment", context: PreflightContext): Check[] {
    if (layer === "environment")
        return [
            environmentCheck(context),
            secretsCheck(context),
            toolsCheck(context),
            dataDirectoryCheck(context),
            diskCheck(context),
            memoryCheck(context),
            stateBackendCheck(context),
            sqlCheck(context),
            imagesCheck(context),
            filesCheck(context),
            kubernetesCheck(context),
            dockerCheck(context),
            // All of them now: a port that is busy must not be found when half of the layers run.
            ...layers.map((each) => portsCheck(context, each)),
        ].filter((check) => check !== undefined);
    return [upstreamCheck, secretRefsCheck, portsCheck]
        .map((checkOf) => checkOf(context, layer))
        .filter((check) => check !== undefined);
}
