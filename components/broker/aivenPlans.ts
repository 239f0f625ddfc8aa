/**
 * What a plan of Aiven for Apache Kafka comes with. Sources: kafka.d.ts of @pulumi/aiven 6.51 (how plans are named),
 * https://help.aiven.io/en/articles/1529490-kafka-cluster-upgrades (3 brokers, or as many as the name says).
 */
const plan = /^(startup|business|premium)-(?:(\d+)x-)?\d+$/;

/** As plans are told to people who name another. */
export const planForm = "startup-N, business-N, premium-N or premium-Bx-N with B brokers, e.g. business-4";

/** @returns undefined where it is no plan that a platform can stand on */
export function brokersOf(name: string): number | undefined {
    const [, tier, brokers] = plan.exec(name) ?? [];
    return tier === undefined ? undefined : Number(brokers ?? 3);
}
