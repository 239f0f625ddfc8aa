/** Other hands in a simulated cloud: what a rehearsal changes behind the back of the states, to see whether they notice. */
import { at, type Values } from "../../components/provider/values";
import { pathOf, stackOf, type SimulatedCloud, type Thing } from "./cloud";
import { holderOf, isAlone } from "./relations";
import type { Row } from "./row";

/** Inputs that somebody may change by hand without breaking anything, and that every cloud has under one of these names. */
const labels = ["tags", "labels", "resourceLabels", "userLabels", "metadata.labels"] as const;

/** Of things that are in no cloud, but in a state alone: nobody can lay hands on them. */
const imaginary = ["random:", "tls:", "tidegate:embedded:Credential", "tidegate:embedded:Certificate"];

/**
 * Changes one thing of each stack: the labels of one that has some; else one is deleted that nothing else names.
 * The same at each rehearsal: the first by its URN.
 * @returns what was done, by stack; stacks of which nothing could be changed are not in it
 */
export function disturb(
    cloud: SimulatedCloud,
    stacks: readonly string[],
    rows: ReadonlyMap<string, Row>,
): ReadonlyMap<string, string> {
    const done = new Map<string, string>();
    for (const stack of stacks) {
        const things = cloud
            .all()
            .filter(({ urn, type }) => stackOf(urn) === stack && !imaginary.some((start) => type.startsWith(start)))
            // Ids are random: by them each rehearsal would change another one.
            .sort((one, other) => (one.urn < other.urn ? -1 : 1));
        const text = relabel(cloud, things, rows) ?? deleteOne(cloud, things, rows);
        if (text !== undefined) done.set(stack, text);
    }
    return done;
}

function relabel(cloud: SimulatedCloud, things: readonly Thing[], rows: ReadonlyMap<string, Row>): string | undefined {
    for (const thing of things) {
        const label = labels.find((name) => at(thing.inputs, pathOf(name)) !== undefined);
        // Where that makes another resource, it is no small change.
        if (label === undefined || rows.get(thing.type)?.replaceOn.some((path) => covers(path, label))) continue;
        const { inputs, outputs } = thing;
        cloud.put({ ...thing, inputs: labelled(inputs, label), outputs: labelled(outputs, label) });
        return `${label} of ${thing.type} ${thing.id}`;
    }
    return undefined;
}

const covers = (path: string, other: string): boolean => path === other || other.startsWith(`${path}.`);

/** One more label; of what has them as a list, one more element. */
function labelled(values: Values, label: string): Values {
    const [first = "", ...rest] = label.split(".");
    const under = values[first];
    if (rest.length > 0) return { ...values, [first]: labelled((under ?? {}) as Values, rest.join(".")) };
    const key = "changed-by";
    return {
        ...values,
        [first]: Array.isArray(under)
            ? [...(under as unknown[]), { key, value: "hand" }]
            : { ...(under as Values | undefined), [key]: "hand" },
    };
}

function deleteOne(
    cloud: SimulatedCloud,
    things: readonly Thing[],
    rows: ReadonlyMap<string, Row>,
): string | undefined {
    const thing = things.find(
        (one) =>
            isAlone(one, cloud) &&
            holderOf(one, cloud) === undefined &&
            rows.get(one.type)?.keeps?.(one, cloud) === undefined,
    );
    if (thing === undefined) return undefined;
    cloud.remove(thing.type, thing.id, thing.scope);
    return `${thing.type} ${thing.id}, which was deleted`;
}
