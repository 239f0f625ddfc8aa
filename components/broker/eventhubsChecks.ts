/** What an Event Hubs namespace is refused for before anything of it is made. */
import { blockOf, isPrivate as isPrivateBlock } from "../cloud/cidr";
import { problem, type Problem } from "../cloud/problem";
import type { EventHubsBrokerArgs, HubArgs } from "./eventhubs";
import { partitionsOf } from "./topics";

/** Processing units of Premium. Source: https://learn.microsoft.com/en-us/azure/event-hubs/event-hubs-scalability#processing-units */
export const premiumUnits: readonly number[] = [1, 2, 4, 6, 8, 10, 12, 16];

/** What the tiers take. Source: https://learn.microsoft.com/en-us/azure/event-hubs/event-hubs-quotas */
const tiers = {
    Premium: { partitions: 100, hours: 90 * 24, capacities: premiumUnits },
    Standard: { partitions: 32, hours: 7 * 24, capacities: undefined },
} as const;
const mostThroughputUnits = 40;
/** Hubs of a namespace. Of Premium for each processing unit, as its partitions. Source: as above */
const mostHubs = { Premium: 100, Standard: 10 } as const;
const mostPartitionsOfUnit = 200;
/** Source: https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/resource-name-rules (Microsoft.EventHub) */
const hubName = /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/i;

type Checked = Pick<
    EventHubsBrokerArgs,
    "sku" | "capacity" | "maximumCapacity" | "allowedAddresses" | "events" | "deadLetters" | "moreTopics"
>;

export const eventsOf = ({ events }: Checked): HubArgs => events ?? { partitions: 3, retentionHours: 72 };
export const deadLettersOf = ({ deadLetters }: Checked): HubArgs =>
    deadLetters ?? { partitions: 1, retentionHours: 168 };

/** @param isPrivate whether it is reached by an endpoint in the cluster's network alone */
export function* eventHubsProblems(args: Checked, isPrivate: boolean): Generator<Problem> {
    const { sku = "Premium", capacity = 1, maximumCapacity, allowedAddresses = [], moreTopics = [] } = args;
    const { partitions: mostPartitions, hours, capacities } = tiers[sku];
    for (const [key, { partitions, retentionHours }] of Object.entries({
        events: eventsOf(args),
        deadLetters: deadLettersOf(args),
        ...Object.fromEntries(moreTopics.map((one, index) => [`moreTopics.${index}`, one])),
    })) {
        if (partitions > mostPartitions)
            yield problem(
                `broker.${key}.partitions`,
                `broker.${key}.partitions: a hub of ${sku} has at most ${mostPartitions}, not ${partitions}.`,
                sku === "Standard" ? "Take fewer, or sku Premium." : "Take fewer.",
            );
        if (retentionHours > hours)
            yield problem(
                `broker.${key}.retentionHours`,
                `broker.${key}.retentionHours: ${sku} keeps events for at most ${hours} hours, not ${retentionHours}.`,
                sku === "Standard" ? "Take less, or sku Premium, which keeps them for 90 days." : "Take less.",
            );
    }
    yield* hubProblems(args);
    if (capacities !== undefined && !capacities.includes(capacity))
        yield problem(
            "broker.capacity",
            `broker.capacity: Premium has ${capacities.join(", ")} processing units, not ${capacity}.`,
            "Take one of them.",
        );
    if (capacities !== undefined && maximumCapacity !== undefined)
        yield problem(
            "broker.maximumCapacity",
            "broker.maximumCapacity: Premium does not grow by itself.",
            "Leave it out, and take the capacity that the peak needs.",
        );
    if (capacities === undefined && Math.max(capacity, maximumCapacity ?? 0) > mostThroughputUnits)
        yield problem(
            "broker.capacity",
            `broker: Standard has at most ${mostThroughputUnits} throughput units.`,
            "Take fewer, or sku Premium.",
        );
    if (allowedAddresses.length > 0 && isPrivate)
        yield problem(
            "broker.allowedAddresses",
            "broker.allowedAddresses: with a cluster on Azure the namespace has no public address that they could reach.",
            "Leave them out: whoever needs the events reaches them from the cluster's network.",
        );
    for (const range of allowedAddresses) {
        const found = blockOf(range);
        if (found === undefined || found.bits < 8 || isPrivateBlock(found))
            yield problem(
                "broker.allowedAddresses",
                `broker.allowedAddresses: '${range}' is no block of public IPv4 addresses of /8 or less.`,
                "Private networks come by private endpoints.",
            );
    }
}

/** What a namespace takes of hubs beside the data set's. */
function* hubProblems(args: Checked): Generator<Problem> {
    const { sku = "Premium", capacity = 1, moreTopics = [] } = args;
    const seen = new Map<string, string>();
    for (const [index, { name }] of moreTopics.entries()) {
        const path = `broker.moreTopics.${index}.name`;
        if (!hubName.test(name))
            yield problem(
                path,
                `${path}: '${name}' is no name of a hub.`,
                "Let it begin and end with a letter or a digit.",
            );
        const other = seen.get(name.toLowerCase());
        if (other !== undefined && other !== name)
            yield problem(
                path,
                `${path}: '${name}' and '${other}' are one hub to Azure.`,
                "Names have to differ in more than capitals.",
            );
        seen.set(name.toLowerCase(), name);
    }
    const units = sku === "Premium" ? capacity : 1;
    const bigger = sku === "Standard" ? "Take fewer, or sku Premium." : "Take fewer, or more capacity.";
    const hubs = moreTopics.length + 3;
    if (hubs > mostHubs[sku] * units)
        yield problem(
            "broker.moreTopics",
            `broker.moreTopics: a namespace of ${sku}${sku === "Premium" ? ` with a capacity of ${capacity}` : ""} has at most ${mostHubs[sku] * units} hubs, not ${hubs}: three are the platform's.`,
            bigger,
        );
    const partitions = partitionsOf(args);
    if (sku === "Premium" && partitions > mostPartitionsOfUnit * units)
        yield problem(
            moreTopics.length > 0 ? "broker.moreTopics" : "broker.capacity",
            `broker: Premium with a capacity of ${capacity} has at most ${mostPartitionsOfUnit * units} partitions, not ${partitions}.`,
            bigger,
        );
}
