/** What an Event Hubs namespace is refused for before anything of it is made. */
import { block, isPrivate as isPrivateBlock } from "../cloud/addresses";
import { problem, type Problem } from "../cloud/problem";
import type { EventHubsBrokerArgs, HubArgs } from "./eventhubs";

/** What the tiers take. Source: https://learn.microsoft.com/en-us/azure/event-hubs/compare-tiers */
const tiers = {
    Premium: { partitions: 100, hours: 90 * 24, capacities: [1, 2, 4, 8, 12, 16] },
    Standard: { partitions: 32, hours: 7 * 24, capacities: undefined },
} as const;
const mostThroughputUnits = 40;

type Checked = Pick<
    EventHubsBrokerArgs,
    "sku" | "capacity" | "maximumCapacity" | "allowedAddresses" | "events" | "deadLetters"
>;

export const eventsOf = ({ events }: Checked): HubArgs => events ?? { partitions: 3, retentionHours: 72 };
export const deadLettersOf = ({ deadLetters }: Checked): HubArgs =>
    deadLetters ?? { partitions: 1, retentionHours: 168 };

/** @param isPrivate whether it is reached by an endpoint in the cluster's network alone */
export function* eventHubsProblems(args: Checked, isPrivate: boolean): Generator<Problem> {
    const { sku = "Premium", capacity = 1, maximumCapacity, allowedAddresses = [] } = args;
    const { partitions: mostPartitions, hours, capacities } = tiers[sku];
    for (const [key, { partitions, retentionHours }] of Object.entries({
        events: eventsOf(args),
        deadLetters: deadLettersOf(args),
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
    if (capacities !== undefined && !(capacities as readonly number[]).includes(capacity))
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
        const found = block(range);
        if (found === undefined || found.bits < 8 || isPrivateBlock(found))
            yield problem(
                "broker.allowedAddresses",
                `broker.allowedAddresses: '${range}' is no block of public IPv4 addresses of /8 or less.`,
                "Private networks come by private endpoints.",
            );
    }
}
