/** The lakehouse's part of a rollout: its preflight, its exercises, its validation. */
import type { Layer } from "../../stacks/contracts";
import type { Environment } from "../../stacks/environment";
import { TidegateError } from "../core/errors";
import type { Progress } from "../core/progress";
import { preflightFor, runChecks, validationFor, type CheckResult } from "../gates";
import type { Graph } from "../graph/graph";
import type { Outputs } from "../engine/protocol";
import type { Surroundings } from "../rollout/rollout";
import type { Tools } from "../toolchain";
import {
    batchText,
    dbt,
    dbtText,
    flink,
    produce,
    productionText,
    silverMayBeEmptyAndIs,
    type ExerciseContext,
    type ProduceChoice,
} from "./exercises";
import { gateContext, preflightContext } from "./gates";
import { rememberFlink, rememberRestarts } from "./restarts";
import { datasetOf, platformOf } from "./platform";

export class LakehouseSurroundings implements Surroundings {
    private producedNow = false;

    constructor(
        private readonly environment: Environment,
        private readonly graph: Graph,
        private readonly tools: Tools,
        private readonly choice: ProduceChoice,
        /** Milliseconds since the epoch at which this run began. */
        private readonly startedMs: number,
    ) {}

    preflight(signal: AbortSignal): Promise<readonly CheckResult[]> {
        return runChecks(preflightFor("environment", preflightContext(this.environment, this.graph, new Map())), {
            signal,
        });
    }

    async preflightLayer(
        layer: Layer,
        outputs: ReadonlyMap<string, Outputs>,
        signal: AbortSignal,
    ): Promise<readonly CheckResult[]> {
        // Restarts count from here on: what happened to a job before this rollout is not its fault.
        if (layer === "runtime") await rememberRestarts(this.environment);
        return runChecks(preflightFor(layer, preflightContext(this.environment, this.graph, outputs)), { signal });
    }

    async exercise(
        name: string,
        outputs: ReadonlyMap<string, Outputs>,
        progress: Progress,
        signal: AbortSignal,
    ): Promise<string> {
        const context: ExerciseContext = {
            environment: this.environment,
            platform: platformOf(this.environment, outputs),
            dataset: datasetOf(this.environment),
            tools: this.tools,
            progress,
            signal,
        };
        switch (name) {
            case "produce": {
                const result = await produce(context, this.choice);
                this.producedNow = result.outcome === "complete";
                return productionText(result);
            }
            case "flink":
                return batchText(await flink(context));
            case "dbt":
                if (await silverMayBeEmptyAndIs(context)) return "nothing to build: silver is empty, which is allowed";
                return dbtText(await dbt(context));
            default:
                throw new TidegateError(`There is no exercise '${name}'.`, {
                    code: "exercise-unknown",
                    hint: "tidegate.yaml may name produce, flink and dbt.",
                });
        }
    }

    async validate(
        layer: Layer,
        outputs: ReadonlyMap<string, Outputs>,
        onResult: (result: CheckResult) => void,
        signal: AbortSignal,
    ): Promise<readonly CheckResult[]> {
        if (layer === "runtime") await rememberFlink(this.environment, platformOf(this.environment, outputs).runtime);
        const context = await gateContext(this.environment, outputs, {
            startedMs: this.startedMs,
            producedNow: this.producedNow,
        });
        return runChecks(validationFor(layer, context), {
            signal,
            onEvent: (event) => {
                if (event.type === "check-finished") onResult(event.result);
            },
        });
    }
}
