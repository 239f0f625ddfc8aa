/** A streaming job goes on where it was, whichever of its pods dies. */
import { at } from "../../../components/provider/values";
import { typeOf, valueAt } from "../../analyzer/look";
import type { Policy } from "../../analyzer/pack";
import { isBatch } from "./deletion";

/** Names of today and those before Flink 1.20 and 2.0. Source: https://nightlies.apache.org/flink/flink-docs-stable/docs/deployment/config/ */
const wanted: readonly {
    readonly names: readonly string[];
    readonly ok: (value: string) => boolean;
    readonly fix: string;
}[] = [
    {
        names: ["high-availability.type", "high-availability"],
        ok: (value) => /^(kubernetes|zookeeper|org\..*)$/i.test(value),
        fix: "set it to kubernetes",
    },
    { names: ["high-availability.storageDir"], ok: isDurable, fix: "name a folder in a bucket" },
    { names: ["execution.checkpointing.interval"], ok: (value) => /[1-9]/.test(value), fix: "let it make checkpoints" },
    {
        names: ["execution.checkpointing.dir", "state.checkpoints.dir"],
        ok: isDurable,
        fix: "name a folder in a bucket",
    },
    {
        names: ["execution.checkpointing.savepoint-dir", "state.savepoints.dir"],
        ok: isDurable,
        fix: "name a folder in a bucket",
    },
];

/** Of a pod's own disk nothing is left when it dies. */
function isDurable(value: string): boolean {
    return /^[a-z0-9+.-]+:\/\//i.test(value) && !/^file:/i.test(value);
}

/** Settings are flat, or nested as in YAML, which the operator takes as well. */
const settingOf = (settings: unknown, name: string): unknown => {
    const flat = at(settings, [name]);
    return flat ?? at(settings, name.split("."));
};

export const flink: Policy = {
    name: "flink-fault-tolerance",
    description:
        "A streaming FlinkDeployment has high availability, checkpoints in a bucket, and keeps its state in an upgrade.",
    *resource(resource) {
        if (typeOf(resource) !== "kubernetes:flink.apache.org/v1beta1:FlinkDeployment" || isBatch(resource)) return;
        const { urn, unknowns } = resource;
        if (
            unknowns.some(
                (path) =>
                    path.length <= 2 &&
                    path[0] === "spec" &&
                    (path[1] ?? "flinkConfiguration") === "flinkConfiguration",
            )
        )
            return;
        const settings = valueAt(resource, "spec.flinkConfiguration");
        for (const { names, ok, fix } of wanted) {
            if (unknowns.some((path) => path[1] === "flinkConfiguration" && names.includes(String(path[2])))) continue;
            const value = names.map((name) => settingOf(settings, name)).find((one) => one !== undefined);
            if (typeof value === "object" || !ok(String(value ?? "")))
                yield { message: `spec.flinkConfiguration["${names[0]}"]: ${fix}.`, urn };
        }
        if (
            valueAt(resource, "spec.job") !== undefined &&
            (valueAt(resource, "spec.job.upgradeMode") ?? "stateless") === "stateless"
        )
            yield {
                message: "spec.job.upgradeMode: set it to savepoint or last-state; stateless forgets all that it knew.",
                urn,
            };
    },
};
