/**
 * What becomes of the data where axes move. Pure. It says what components, the engine and the jobs do, and no more: nothing
 * here copies anything. What is `lost` has to be said before it may happen.
 *
 * Sources: the jobs' SQL (sql/templates), how batch bronze knows where it ended (automation/exercises/bronzeOffsets.ts), what a
 * changed job is started from (automation/rollout/jobState.ts), `forceDestroy: false` of the buckets (components/storage).
 */
import type { EnvironmentFile } from "../../../stacks/environment";
import { cloudOf } from "../../../stacks/settings/clouds";
import { dbtRuntimeOf } from "../../../stacks/settings/runtime";
import { jobName } from "../../../sql/pipeline";
import { axes, isElsewhere, placeOf, type Axis } from "./axes";

export interface Fate {
    /** Whose data it is. */
    readonly axis: Axis;
    readonly what: string;
    readonly fate: "kept" | "replayed" | "lost";
    readonly why: string;
}

/** An environment before and after a move. */
export interface Step {
    readonly before: EnvironmentFile;
    readonly after: EnvironmentFile;
}

/** In the order of the axes. */
export function fatesOf(step: Step): readonly Fate[] {
    return [
        ...leftStanding(step),
        ...foundationFates(step),
        ...tableFates(step),
        ...stateFates(step),
        ...topicFates(step),
        ...catalogFates(step),
        ...martFates(step),
        ...metricFates(step),
    ];
}

/** A layer that a file names no more is not taken away by it. */
const moved = ({ before, after }: Step, axis: Axis): boolean =>
    before[axis] !== undefined && after[axis] !== undefined && isElsewhere(before, after, axis);
const label = ({ before }: Step, axis: Axis): string => placeOf(before, axis).label;
const hasTables = ({ before }: Step): boolean => before.runtime !== undefined && before.catalog !== undefined;
const streams = ({ mode, runtime }: EnvironmentFile): boolean => runtime !== undefined && mode === "streaming_bronze";

/** Whether bronze and silver begin empty. */
const tablesAnew = (step: Step): boolean => moved(step, "storage") || moved(step, "catalog");

function leftStanding({ before, after }: Step): Fate[] {
    return axes
        .filter((axis) => before[axis] !== undefined && after[axis] === undefined)
        .map((axis) => ({
            axis,
            what: `the stack ${before.name}-${axis}`,
            fate: "kept",
            why: `the new file does not name the layer, and a rollout takes away none: it stays until \`tidegate down ${before.name} --only ${axis}\` by the old file (TIDEGATE_ENVIRONMENT_FILE)`,
        }));
}

function foundationFates(step: Step): Fate[] {
    const { before } = step;
    if (!moved(step, "foundation")) return [];
    const adopted = before.foundation?.profile === "kubeconfig";
    return [
        {
            axis: "foundation",
            what: "volumes and objects of the cluster",
            fate: "lost",
            why: `${label(step, "foundation")} ${adopted ? "stays, but the platform's namespaces in it go, with all that is in them" : "is deleted, with all that is on it"}`,
        },
    ];
}

/** What goes with a storage. */
function goes(profile: string): string {
    if (profile === "embedded") return "its folder is deleted with it";
    if (profile === "docker") return "its volume is deleted with it";
    return "its buckets are deleted with it, and their cloud refuses that while anything is in them: empty them before";
}

function tableFates(step: Step): Fate[] {
    const { before, after } = step;
    const { storage } = before;
    if (!hasTables(step))
        return storage === undefined || !moved(step, "storage")
            ? []
            : [
                  {
                      axis: "storage",
                      what: "everything that is on it",
                      fate: "lost",
                      why: `${goes(storage.profile)}; nothing is copied`,
                  },
              ];
    const tables = "bronze and silver";
    if (after.storage === undefined || after.catalog === undefined) return [];
    if (!tablesAnew(step))
        return [{ axis: "storage", what: tables, fate: "kept", why: "their storage and their catalog stay" }];
    const profile = storage?.profile ?? "";
    const fates: Fate[] = moved(step, "storage")
        ? [
              {
                  axis: "storage",
                  what: `${tables}, with their history`,
                  fate: "lost",
                  why: `they name their files on ${profile} by absolute paths; ${goes(profile)}; nothing is copied`,
              },
          ]
        : [];
    if (after.runtime === undefined || moved(step, "broker")) return fates;
    const axis = moved(step, "storage") ? "storage" : "catalog";
    const { retentionHours } = before.broker?.events ?? { retentionHours: 0 };
    const group = jobName({ name: before.dataset }, "bronze");
    return [
        ...fates,
        streams(after)
            ? {
                  axis,
                  what: "events that bronze had read",
                  fate: "lost",
                  why: `the streaming job goes on where the consumer group ${group} stands, and reads none of them again`,
              }
            : {
                  axis,
                  what: "events that the topic still holds",
                  fate: "replayed",
                  why: `bronze begins empty and is read from the beginning of the topic, which keeps events for ${retentionHours} hours; silver is made of it`,
              },
    ];
}

/** Checkpoints, savepoints, and where the job goes on. */
function stateFates(step: Step): Fate[] {
    const { before, after } = step;
    if (!streams(before)) return [];
    const group = jobName({ name: before.dataset }, "bronze");
    if (moved(step, "storage"))
        return [
            {
                axis: "storage",
                what: "checkpoints and savepoints of the streaming job",
                fate: "lost",
                why: `they are on ${label(step, "storage")}, and go with it`,
            },
        ];
    if (moved(step, "runtime") && !moved(step, "broker"))
        return [
            {
                axis: "runtime",
                what: "the position of the streaming job",
                fate: "replayed",
                why: `the old job's savepoint is kept and not taken along; the new one begins where the consumer group ${group} stands, so bronze may hold the last events twice, silver does not`,
            },
        ];
    if (!moved(step, "runtime") && moved(step, "broker") && streams(after))
        return [
            {
                axis: "broker",
                what: "events that the new topic holds before the old one's offsets",
                fate: "lost",
                why: "the streaming job goes on from its savepoint, whose offsets are those of the old topic: let producers begin once it runs, and compare",
            },
        ];
    return [];
}

function topicFates(step: Step): Fate[] {
    const { before } = step;
    if (before.broker === undefined || step.after.broker === undefined) return [];
    const what = before.broker.moreTopics.length === 0 ? "events and dead letters" : "events, dead letters, moreTopics";
    if (!moved(step, "broker"))
        return [{ axis: "broker", what: `${what} in topics`, fate: "kept", why: "their brokers stay" }];
    return [
        {
            axis: "broker",
            what: `${what} in topics`,
            fate: "lost",
            why: `${before.broker.profile === "external" ? `they stay at ${before.broker.bootstrapServers}, where nothing of the platform reads them any more` : "the topics are deleted with their brokers"}; nothing is copied: let bronze read what there is before, and point producers to the new brokers`,
        },
    ];
}

function catalogFates(step: Step): Fate[] {
    const { before } = step;
    const { catalog } = before;
    if (catalog === undefined || step.after.catalog === undefined) return [];
    if (!moved(step, "catalog")) {
        if (moved(step, "storage"))
            return [
                {
                    axis: "catalog",
                    what: "entries of tables",
                    fate: "lost",
                    why: "they name files of the old storage: drop the tables before, or jobs fail on them",
                },
            ];
        return moved(step, "foundation") && catalog.profile === "lakekeeper" && catalog.database.kind === "cluster"
            ? [
                  {
                      axis: "catalog",
                      what: "entries of tables",
                      fate: "lost",
                      why: "the catalog's database is on the cluster that goes",
                  },
              ]
            : [];
    }
    const why = {
        embedded:
            catalog.profile === "embedded" && catalog.type === "hadoop"
                ? "the files stay in the old warehouse, which the new catalog does not know"
                : "SeaweedFS deletes the table bucket, with the tables' files in it",
        docker: "its database is deleted with it",
        lakekeeper:
            "its database is deleted with it; it gives a warehouse up only where no table is in it: drop them before",
        external: "they stay in the old catalog, which the platform does not read any more",
    }[catalog.profile];
    return [
        {
            axis: "catalog",
            what: "entries of bronze and silver",
            fate: "lost",
            why: `${why}; nothing is registered anew: both begin empty in the new catalog`,
        },
    ];
}

function martFates(step: Step): Fate[] {
    const { before, after } = step;
    if (before.runtime === undefined || after.runtime === undefined) return [];
    const anew = moved(step, "runtime") || (moved(step, "foundation") && dbtRuntimeOf(before) !== "local");
    if (!anew && !tablesAnew(step)) return [];
    return [
        {
            axis: "runtime",
            what: "marts",
            fate: "replayed",
            why: `dbt builds them ${anew ? "in another DuckDB file, " : ""}of what silver holds then`,
        },
    ];
}

function metricFates(step: Step): Fate[] {
    const { observability } = step.before;
    if (observability?.profile !== "docker" || !moved(step, "observability")) return [];
    return [
        {
            axis: "observability",
            what: "metrics of the past",
            fate: "lost",
            why: "the volume of Prometheus is deleted with it",
        },
    ];
}

/** Axes that leave something that Pulumi, and its cloud, do not delete while it is protected. */
export function protectedAxes(step: Step): Axis[] {
    if (!step.before.protectData) return [];
    return axes.filter((axis) => moved(step, axis) && isProtected(axis, step.before[axis]?.profile ?? ""));
}

function isProtected(axis: Axis, profile: string): boolean {
    if (axis === "runtime") return profile === "kubernetes";
    if (axis === "observability") return profile === "docker";
    return cloudOf[profile] !== undefined || ["docker", "confluent", "aiven", "lakekeeper"].includes(profile);
}
