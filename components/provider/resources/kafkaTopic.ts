/** `tidegate:embedded:KafkaTopic`: a topic with its number of partitions and its configuration. */
import { z } from "zod";
import { KafkaAdmin, type Topic } from "../../../automation/clients/kafkaAdmin";
import { saslCredentials, saslMechanisms, securityProtocols } from "../../../stacks/contracts";
import { defineHandler, type Change, type Failure } from "../handler";
import { readOr } from "../unfinished";
import { differences, pathText } from "../values";

const connection = z.strictObject({
    bootstrapServers: z.string().min(1),
    securityProtocol: z.enum(securityProtocols),
    saslMechanism: z
        .enum(saslMechanisms)
        .nullish()
        .transform((mechanism) => mechanism ?? null),
    caPem: z
        .string()
        .nullish()
        .transform((pem) => pem ?? null),
    credentials: saslCredentials.nullish().transform((credentials) => credentials ?? null),
});

const inputs = z.strictObject({
    connection,
    name: z.string().regex(/^[A-Za-z0-9._-]{1,249}$/, "letters, digits, '.', '_' or '-', at most 249 of them"),
    partitions: z.number().int().min(1).default(1),
    replicationFactor: z.number().int().min(1).default(1),
    config: z.record(z.string().min(1), z.string()).default({}),
});
export type KafkaTopicInputs = z.infer<typeof inputs>;

const state = z.object({
    name: z.string(),
    partitions: z.number(),
    replicationFactor: z.number(),
    config: z.record(z.string(), z.string()),
});
type KafkaTopicState = z.infer<typeof state>;

async function withAdmin<T>(given: KafkaTopicInputs, work: (admin: KafkaAdmin) => Promise<T>): Promise<T> {
    const admin = new KafkaAdmin(given.connection);
    try {
        return await work(admin);
    } finally {
        await admin.close();
    }
}

/** Makes the topic that is there like the one that is asked for. */
async function reconcile(admin: KafkaAdmin, there: Topic, wanted: KafkaTopicInputs): Promise<KafkaTopicState> {
    if (wanted.partitions > there.partitions) await admin.growPartitions(wanted.name, wanted.partitions);
    const keys = new Set([...Object.keys(there.config), ...Object.keys(wanted.config)]);
    const changed = [...keys].filter((key) => there.config[key] !== wanted.config[key]);
    if (changed.length > 0)
        await admin.alterConfig(wanted.name, Object.fromEntries(changed.map((key) => [key, wanted.config[key]])));
    return (await admin.describe(wanted.name)) ?? there;
}

export const kafkaTopicHandler = defineHandler<KafkaTopicInputs, KafkaTopicState>({
    inputs,
    state,
    secretOutputs: [],

    check(given, old) {
        if (old === undefined || old.name !== given.name) return [];
        const failures: Failure[] = [];
        if (given.partitions < old.partitions)
            failures.push({
                property: "partitions",
                reason:
                    `the topic '${given.name}' has ${old.partitions} partitions, and Kafka can't take any away; ` +
                    `ask for at least ${old.partitions}, or for a topic of another name`,
            });
        if (given.replicationFactor !== old.replicationFactor)
            failures.push({
                property: "replicationFactor",
                reason: `that of '${given.name}' is ${old.replicationFactor} and is changed by moving partitions, not here`,
            });
        return failures;
    },

    diff(old, now): Change[] {
        const changes: Change[] = differences(old.inputs, now).map((path) => ({
            path: pathText(path),
            replace: path[0] === "name",
        }));
        const drift = differences(old.state.config, now.config).map((path) => pathText(["config", ...path]));
        if (old.state.partitions < now.partitions) drift.push("partitions");
        const seen = new Set(changes.map(({ path }) => path));
        return [...changes, ...drift.filter((path) => !seen.has(path)).map((path) => ({ path, of: "state" as const }))];
    },

    preview: ({ state: { replicationFactor } }, { name, partitions, config }) => ({
        name,
        partitions,
        config,
        replicationFactor,
    }),

    create: (given) =>
        withAdmin(given, async (admin) => {
            await admin.create(given);
            const there = await admin.describe(given.name);
            return { id: given.name, state: there === undefined ? given : await reconcile(admin, there, given) };
        }),

    read: (old) => readOr(old.state, () => withAdmin(old.inputs, (admin) => admin.describe(old.state.name))),

    update: (_old, now) =>
        withAdmin(now, async (admin) => {
            const there = await admin.describe(now.name);
            if (there !== undefined) return reconcile(admin, there, now);
            await admin.create(now);
            return (await admin.describe(now.name)) ?? now;
        }),

    delete: (old) => withAdmin(old.inputs, (admin) => admin.delete(old.state.name)),
});
