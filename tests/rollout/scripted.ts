import type { CheckResult } from "../../automation/gates";
import { Graph } from "../../automation/graph/graph";
import type { EngineFact, ResourceFact } from "../../automation/engine/facts";
import type { ChangeRules } from "../../automation/rollout/budget";
import type { OperationResult } from "../../automation/engine/protocol";
import type { RolloutEvent } from "../../automation/rollout/events";
import { Rollout, type RolloutDependencies } from "../../automation/rollout/rollout";
import type { Surroundings } from "../../automation/rollout/surroundings";
import { nothing } from "../../automation/engine/snapshot";
import { failing, pass } from "../../automation/gates/check";
import type { HookPoint } from "../../automation/graph/steps";
import { TidegateError } from "../../automation/core/errors";

export const graph = new Graph([
    { name: "broker", dependsOn: [], exercises: [] },
    { name: "storage", dependsOn: [], exercises: [] },
    { name: "runtime", dependsOn: ["broker", "storage"], exercises: ["produce", "flink"] },
    { name: "observability", dependsOn: ["runtime"], exercises: [] },
]);

const check = (id: string, status: CheckResult["status"] = "pass"): CheckResult =>
    ({
        id,
        stage: 1,
        layer: "storage",
        title: id,
        status,
        seconds: 0,
        evidence: {},
        ...(status === "pass" ? {} : { message: "it is red" }),
    }) as CheckResult;

const snapshotOf = (layer: string) => ({ outputs: { name: layer }, resources: 1, urns: [urnOf(layer, layer)] });

export const bucket = "aws:s3/bucket:Bucket";
export const urnOf = (layer: string, name: string, type = bucket): string =>
    `urn:pulumi:dev::${layer}::${type}::${name}`;

/** A step of a preview, on a bucket where nothing else is said. */
export const stepOf = (
    op: string,
    layer: string,
    name: string,
    { type = bucket, properties = [] }: Partial<Pick<ResourceFact, "type" | "properties">> = {},
): ResourceFact => ({
    kind: "resource",
    phase: "started",
    op,
    type,
    name,
    urn: urnOf(layer, name, type),
    diffs: [],
    properties,
});

export interface ScriptedHook {
    readonly point: HookPoint;
    readonly layer: string;
    readonly name: string;
    readonly ok: boolean;
    readonly blocking?: boolean;
    readonly onFailure?: boolean;
}

/** A driver whose operations and surroundings are scripted, and which writes down what was done in which order. */
export function scripted(
    script: {
        fail?: string;
        redAfter?: string;
        redBefore?: string;
        abortIn?: string;
        hooks?: readonly ScriptedHook[];
        secret?: string;
        /** Red, or failing, the first time alone. */
        redOnce?: string;
        failOnce?: string;
        drifted?: readonly string[];
        /** What the n-th preview of a stack tells. */
        previews?: (layer: string, nth: number) => readonly EngineFact[];
        /** Stacks that were deployed before. @default those of the graph */
        deployed?: readonly string[];
        rules?: ChangeRules;
    } = {},
) {
    const done: string[] = [];
    const events: RolloutEvent[] = [];
    const abort = new AbortController();
    const step = async (what: string): Promise<void> => {
        done.push(what);
        await new Promise((resolve) => setImmediate(resolve));
        if (script.abortIn === what) abort.abort();
        if (script.failOnce === what && done.filter((one) => one === what).length === 1)
            throw new TidegateError(`${what} failed`, { code: "test" });
        if (script.fail === what) throw new TidegateError(`${what} failed`, { code: "test" });
    };
    const red = (layer: string): boolean =>
        script.redAfter === layer ||
        (script.redOnce === layer && done.filter((one) => one === `validate ${layer}`).length === 1);
    const surroundings: Surroundings = {
        preflight: async () => [check("tools", script.redBefore === "all" ? "fail" : "pass")],
        preflightStack: async (layer) => [check(`contracts-${layer}`, script.redBefore === layer ? "fail" : "pass")],
        looksAt: () => true,
        exercise: async (_layer, name) => {
            await step(`exercise ${name}`);
            return `${name} done`;
        },
        hooks: async (point, layer, _seen, failed) => {
            const results = (script.hooks ?? []).filter((one) => one.point === point && one.layer === layer);
            return results
                .filter((one) => !failed || one.onFailure || point === "onFailure")
                .map(({ name, ok, blocking = true }) => {
                    done.push(`${point} ${layer} ${name}`);
                    return {
                        point,
                        name,
                        blocking,
                        verdict: ok
                            ? pass("fine", { exitCode: 0 })
                            : failing({ look: "", hint: "mend it" }, script.secret ?? "it broke"),
                    };
                });
        },
        validate: async (layer) => {
            await step(`validate ${layer}`);
            return [check(`green-${layer}`), check(`maybe-${layer}`, red(layer) ? "fail" : "pass")];
        },
    };
    const deps: RolloutDependencies = {
        environment: "local",
        graph,
        surroundings,
        operate: async (layer, operation, options): Promise<OperationResult> => {
            await step(`${operation} ${layer}`);
            if (operation === "drift") {
                const fact = { kind: "resource", phase: "done", op: "update", diffs: [] } as const;
                const told = script.drifted?.includes(layer) ? ["aws:s3:Bucket", "aws:s3:Object"] : [];
                // Every stack's references are told as updated too, where their outputs have changed.
                for (const type of [...told, "pulumi:pulumi:StackReference"])
                    options.onFact({ ...fact, type, name: "one", urn: `urn:${type}` });
                return { changes: { update: told.length + 1 } };
            }
            if (operation === "preview") {
                const nth = done.filter((one) => one === `preview ${layer}`).length;
                for (const fact of script.previews?.(layer, nth) ?? []) options.onFact(fact);
                return { changes: {} };
            }
            const secrets = script.secret === undefined ? [] : [script.secret];
            return { snapshot: { ...nothing, outputs: { name: layer }, secrets }, changes: { create: 1 } };
        },
        onEvent: (event) => events.push(event),
        now: () => 0,
        signal: abort.signal,
        ...(script.rules === undefined ? {} : { rules: script.rules }),
        read: async (layer) =>
            (script.deployed ?? graph.order).includes(layer) ? { ...nothing, ...snapshotOf(layer) } : nothing,
    };
    return { rollout: new Rollout(deps), done, events, deps };
}
