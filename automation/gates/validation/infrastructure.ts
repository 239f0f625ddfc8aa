/**
 * Stage 1: every endpoint answers as the workload's own identity uses it. Probes are removed on every path. Limits are
 * above those of the clients' own requests, so that a client's message, which knows more, comes first.
 */
import { jobMetrics } from "../../../stacks/contracts";
import { TidegateError } from "../../core/errors";
import { capitalised, grouped } from "../../core/words";
import { failing, pass, type Check } from "../check";
import { poll } from "../clock";
import { client, type GateContext } from "../context";

export function storageChecks(context: GateContext): Check[] {
    const objects = client(context, "objects", "storage");
    const check: Check = {
        id: "infra.storage-probe",
        stage: 1,
        layer: "storage",
        title: "the warehouse takes, gives back and deletes an object",
        limitSeconds: 20,
        look: objects.where,
        hint: "`tidegate status` tells whether the object store runs, `tidegate logs storage` what it says.",
        run: async () => {
            const token = context.unique();
            const key = `.tidegate-probe/${token}`;
            // Also where the answer to the write is lost: the object may be there.
            let written = true;
            try {
                await objects.put(key, token);
                const read = await objects.get(key);
                if (read !== token)
                    return failing(
                        check,
                        `The probe object came back ${read === undefined ? "not at all" : "changed"}.`,
                    );
                await objects.delete(key);
                if ((await objects.get(key)) !== undefined)
                    return failing(check, "The probe object is still there after it was deleted.");
                written = false;
                return pass("wrote, read and deleted an object", { write: true, read: true, delete: true });
            } finally {
                if (written) await objects.delete(key).catch(() => undefined);
            }
        },
    };
    return [check];
}

export function brokerChecks(context: GateContext): Check[] {
    const broker = client(context, "broker", "broker");
    const base = {
        stage: 1,
        layer: "broker",
        look: broker.where,
        hint: "`tidegate status` tells whether the broker runs, `tidegate logs broker` what it says.",
    } as const;
    const topics: Check = {
        ...base,
        id: "infra.broker-topics",
        title: "all topics exist with their partitions",
        limitSeconds: 20,
        run: async () => {
            const { more, ...own } = context.topics;
            const wanted = [...Object.values(own), ...more];
            const found = await Promise.all(
                wanted.map(async ({ name, partitions }) => {
                    const range = await broker.offsets(name).catch((error: unknown) => {
                        if (TidegateError.is(error) && error.code === "topic-missing") return undefined;
                        throw error;
                    });
                    return { name, wanted: partitions, found: range?.partitions.length ?? 0 };
                }),
            );
            const evidence = { partitions: Object.fromEntries(found.map((topic) => [topic.name, topic.found])) };
            const wrong = found.filter((topic) => topic.found !== topic.wanted);
            if (wrong.length > 0)
                return failing(
                    topics,
                    `${capitalised(
                        wrong
                            .map(({ name, wanted: want, found: have }) =>
                                have === 0
                                    ? `topic ${name} does not exist`
                                    : `topic ${name} has ${have} partitions instead of ${want}`,
                            )
                            .join("; "),
                    )}.`,
                    evidence,
                    { hint: "`tidegate up` creates missing topics. Kafka never takes partitions away from a topic." },
                );
            return pass(`${found.length} topics`, evidence);
        },
    };
    const probe: Check = {
        ...base,
        id: "infra.broker-probe",
        title: "Kafka takes and gives back a record",
        limitSeconds: 30,
        run: async () => {
            const topic = context.topics.probe.name;
            const token = context.unique();
            const before = await broker.offsets(topic);
            await broker.produce(topic, token);
            const records = await broker.consume(
                topic,
                before.partitions.map((partition) => partition.latest),
            );
            if (!records.includes(token))
                return failing(probe, `The probe record was acknowledged, but topic ${topic} does not give it back.`);
            return pass("produced and consumed a record", { produced: true, consumed: true });
        },
    };
    return [topics, probe];
}

export function catalogChecks(context: GateContext): Check[] {
    const catalog = client(context, "catalog", "catalog");
    const check: Check = {
        id: "infra.catalog-probe",
        stage: 1,
        layer: "catalog",
        title: "the catalog creates, lists and drops a namespace",
        limitSeconds: 15,
        look: catalog.where,
        hint: "`tidegate status` tells whether the catalog runs, `tidegate logs storage` what it says.",
        run: async () => {
            const namespace = `tidegate_probe_${context.unique()}`;
            let created = true;
            try {
                await catalog.createNamespace(namespace);
                const listed = await catalog.listNamespaces();
                if (!listed.some((levels) => levels.length === 1 && levels[0] === namespace))
                    return failing(check, "The catalog does not list the namespace that it has just created.");
                await catalog.dropNamespace(namespace);
                if (await catalog.namespaceExists(namespace))
                    return failing(check, "The probe namespace is still there after it was dropped.");
                created = false;
                return pass("created, listed and dropped a namespace", { create: true, list: true, drop: true });
            } finally {
                if (created) await catalog.dropNamespace(namespace).catch(() => undefined);
            }
        },
    };
    return [check];
}

export function flinkChecks(context: GateContext): Check[] {
    const flink = client(context, "flink", "runtime");
    const gateway = client(context, "sqlGateway", "runtime");
    const limit = context.settings.heartbeatSeconds;
    const taskManagers: Check = {
        id: "infra.flink-taskmanagers",
        stage: 1,
        layer: "runtime",
        title: "Flink has a TaskManager that answers",
        limitSeconds: 20,
        look: flink.where,
        hint: "`tidegate up` starts a dead TaskManager again; `tidegate logs runtime` tells why it ended.",
        run: async ({ clock, signal }) => {
            // One that has just registered is listed before its first heartbeat is in.
            const { answer } = await poll(
                () => Promise.all([flink.overview(), flink.taskManagers()]),
                ([, managers]) => managers.every((one) => one.lastHeartbeatMs !== null),
                { timeoutSeconds: limit, pollSeconds: 0.25 },
                clock,
                signal,
            );
            const [overview, listed] = answer;
            const evidence = {
                flink: overview.version,
                taskManagers: listed.length,
                slots: listed.reduce((sum, one) => sum + one.slots, 0),
            };
            if (listed.length === 0) return failing(taskManagers, "No TaskManager is registered.", evidence);
            if (evidence.slots === 0 || overview.slotsTotal === 0)
                return failing(taskManagers, "The TaskManagers offer no task slot.", evidence);
            const silent = listed.filter(
                ({ lastHeartbeatMs }) => lastHeartbeatMs === null || clock.now() - lastHeartbeatMs > limit * 1000,
            );
            if (silent.length > 0)
                return failing(
                    taskManagers,
                    `${silent.length} of ${listed.length} TaskManagers gave no heartbeat for more than ${limit} s: ${silent.map((one) => one.id).join(", ")}.`,
                    evidence,
                );
            // The JobManager lists a killed TaskManager until its heartbeat times out: so ask each one itself.
            const reached = await Promise.allSettled(listed.map((one) => flink.reachTaskManager(one.id)));
            const deaf = listed.filter((_, index) => reached[index]?.status === "rejected");
            if (deaf.length > 0)
                return failing(
                    taskManagers,
                    `${deaf.length} of ${listed.length} TaskManagers are registered, but do not answer: ${deaf.map((one) => one.id).join(", ")}.`,
                    evidence,
                );
            return pass(`${listed.length} with ${evidence.slots} slots`, evidence);
        },
    };
    const sqlGateway: Check = {
        id: "infra.sql-gateway",
        stage: 1,
        layer: "runtime",
        title: "the SQL gateway answers",
        limitSeconds: 10,
        look: gateway.where,
        hint: "`tidegate up` starts it again; `tidegate logs runtime` tells why it ended.",
        run: async () => {
            const { productName, version } = await gateway.info();
            if (productName === "" || version === "")
                return failing(sqlGateway, "It answers, but does not say what it is.", { productName, version });
            return pass(`${productName} ${version}`, { productName, version });
        },
    };
    return [taskManagers, sqlGateway];
}

export function metricsChecks(context: GateContext): Check[] {
    const metrics = client(context, "metrics", "observability");
    const names = Object.keys(metrics.urls).toSorted();
    const check: Check = {
        id: "infra.metrics",
        stage: 1,
        layer: "observability",
        title: "every metrics endpoint lists metrics",
        limitSeconds: 20,
        look: Object.values(metrics.urls).join(", ") || "the outputs of the observability stack",
        hint: "`tidegate status` tells whether what is measured runs.",
        run: async ({ clock, signal }) => {
            if (names.length === 0) return failing(check, "The observability contract names no metrics endpoint.");
            // A cluster that knows no job, because there was nothing for one to do, has no metric of jobs.
            const noJob = (await context.clients.flink?.jobs())?.length === 0;
            const asked = names.filter((name) => !(noJob && name === jobMetrics));
            // A process that has just started lists its metrics a little later.
            const { answer, enough } = await poll(
                () => Promise.all(asked.map((name) => metrics.count(metrics.urls[name] ?? ""))),
                (counts) => counts.every((count) => count > 0),
                { timeoutSeconds: 10, pollSeconds: 0.5 },
                clock,
                signal,
            );
            const empty = asked.filter((_, index) => (answer[index] ?? 0) <= 0);
            const evidence = { endpoints: asked };
            if (!enough)
                return failing(check, `No metric is listed by ${empty.join(", ")}.`, evidence, {
                    look: empty.map((name) => metrics.urls[name]).join(", "),
                });
            return pass(`${grouped(asked.length)} endpoints`, evidence);
        },
    };
    return [check];
}
