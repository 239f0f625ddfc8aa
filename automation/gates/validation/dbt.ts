/**
 * Stage 4: the last `dbt build` was green, tested something, and read the silver that is there now. Where silver may be
 * empty and is, there is nothing to build, and no build is asked for.
 */
import { grouped } from "../../core/words";
import { failing, pass, type Check } from "../check";
import { client, type DbtBuild, type DbtBuildNode, type GateContext } from "../context";
import { rowsBySummary } from "./data";

/** `no-op`: a node that has nothing to run, e.g. an exposure. Any status that is not known here is red. */
const good: ReadonlySet<string> = new Set(["success", "pass", "no-op", "warn"]);
const shown = 5;

export function dbtChecks(context: GateContext): Check[] {
    const dbt = client(context, "dbt", "runtime");
    const catalog = client(context, "catalog", "runtime");
    const silver = context.tables.silver;
    const base = { stage: 4, layer: "runtime", limitSeconds: 10, look: dbt.where } as const;
    const rerun = "`tidegate run dbt` builds again.";
    const none = "dbt was never built.";
    /** Green as there is nothing to build; undefined where there is. */
    const nothing = async () => {
        if (!context.settings.waitForSilver.allowEmpty) return undefined;
        const rows = rowsBySummary(await catalog.loadTable(silver.namespace, silver.table));
        return rows === 0 ? pass("silver is empty, which is allowed", { silver: rows }) : undefined;
    };

    const current: Check = {
        ...base,
        id: "dbt.build-is-current",
        title: "the last dbt build read the silver that is there now",
        hint: rerun,
        run: async () => {
            const empty = await nothing();
            if (empty !== undefined) return empty;
            const [build, table] = await Promise.all([
                dbt.lastBuild(),
                catalog.loadTable(silver.namespace, silver.table),
            ]);
            const now = table?.currentSnapshot?.id;
            const evidence = { built: build?.silverSnapshotId ?? null, current: now ?? null };
            if (build === undefined) return failing(current, none, evidence);
            if (now === undefined)
                return failing(
                    current,
                    `${silver.namespace}.${silver.table} has no snapshot that dbt could have read.`,
                    evidence,
                );
            if (build.silverSnapshotId === undefined)
                return failing(current, "It is not known which snapshot of silver the last dbt build read.", evidence);
            if (build.silverSnapshotId !== now)
                return failing(
                    current,
                    `The last dbt build is stale: it read snapshot ${build.silverSnapshotId}, silver is at ${now}.`,
                    evidence,
                );
            return pass(`snapshot ${now}`, evidence);
        },
    };

    const green: Check = {
        ...base,
        id: "dbt.nodes-green",
        title: "every node of the dbt build succeeded",
        hint: `Correct the model or the data, then ${rerun}`,
        run: async () => {
            const empty = await nothing();
            if (empty !== undefined) return empty;
            const build = await dbt.lastBuild();
            if (build === undefined) return failing(green, none);
            const red = build.nodes.filter((node) => !good.has(node.status));
            const warned = build.nodes.filter((node) => node.status === "warn").map((node) => node.text);
            const evidence = { nodes: build.nodes.length, red: red.map(labelled), warned };
            if (build.nodes.length === 0) return failing(green, "The last dbt build ran no node.", evidence);
            if (red.length > 0)
                return failing(
                    green,
                    `${red.length} of ${build.nodes.length} nodes are red: ${red.slice(0, shown).map(labelled).join("; ")}${red.length > shown ? "; …" : ""}.`,
                    evidence,
                );
            return pass(`${grouped(build.nodes.length)} nodes`, evidence, warned);
        },
    };

    const tested: Check = {
        ...base,
        id: "dbt.tests-ran",
        title: "the dbt build ran models and tests",
        hint: `${rerun} A selection leaves tests out.`,
        run: async () => {
            const empty = await nothing();
            if (empty !== undefined) return empty;
            const build = await dbt.lastBuild();
            if (build === undefined) return failing(tested, none);
            const evidence = { models: count(build, ["model"]), tests: count(build, ["test", "unit_test"]) };
            if (evidence.tests === 0) return failing(tested, "The last dbt build ran no test.", evidence);
            if (evidence.models === 0) return failing(tested, "The last dbt build ran no model.", evidence);
            return pass(`${grouped(evidence.models)} models, ${grouped(evidence.tests)} tests`, evidence);
        },
    };
    return [current, green, tested];
}

function labelled(node: DbtBuildNode): string {
    return `${node.text} [${node.status}]`;
}

/** Nodes that really ran. */
function count(build: DbtBuild, types: readonly string[]): number {
    return build.nodes.filter((node) => types.includes(node.resourceType) && node.status !== "skipped").length;
}
