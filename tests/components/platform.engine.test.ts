import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { Producer, stringSerializers } from "@platformatic/kafka";
import type * as auto from "@pulumi/pulumi/automation";
import { KafkaAdmin } from "../../automation/clients/kafkaAdmin";
import { kafkaOptions, type KafkaConnection } from "../../automation/clients/kafkaConnection";
import { S3, s3ErrorCode, type S3Connection } from "../../automation/clients/s3";
import { S3Tables } from "../../automation/clients/s3Tables";
import { EmbeddedBroker, type EmbeddedBrokerArgs } from "../../components/broker/embedded";
import { inspect } from "../../components/provider/daemon/processes";
import { EmbeddedStorage } from "../../components/storage/embedded";
import { brokerContract, s3InterfaceContract } from "../../stacks/contracts";
import { checkpoint, checkpointFile, testStack } from "./engine";
import { temporaryDirectory, until } from "./support";

/** One platform, gone through in the order of the tests: each begins where the one before it ended. */
describe("storage and broker as processes, under the real engine", function () {
    this.timeout(300_000);
    const topics = { events: "events", deadLetters: "events.dlq" };
    let directory: string;
    let remove: () => Promise<void>;
    let stack: auto.Stack;
    let settings: Partial<EmbeddedBrokerArgs> = {};
    let broker: KafkaConnection;
    let storage: S3Connection;

    before(async () => {
        ({ path: directory, remove } = await temporaryDirectory());
        const base = { environment: "test", dataDirectory: join(directory, "data") };
        stack = await testStack(directory, "dev", async () => ({
            storage: new EmbeddedStorage("storage", base).contract,
            broker: new EmbeddedBroker("broker", { ...base, topics, ...settings }).contract,
        }));
    });
    after(async () => {
        await stack.destroy();
        await remove();
    });

    const up = async () => {
        const { outputs, summary } = await stack.up();
        broker = brokerContract.parse(outputs.broker?.value);
        storage = s3InterfaceContract.parse(outputs.storage?.value);
        return summary.resourceChanges ?? {};
    };
    const process_ = async (name: string) => {
        const resource = (await checkpoint(directory, "dev")).get(name);
        return resource?.outputs as { pid: number; running: boolean; ports: Record<string, number>; logFile: string };
    };
    const withAdmin = async <T>(work: (admin: KafkaAdmin) => Promise<T>, connection = broker): Promise<T> => {
        const admin = new KafkaAdmin(connection);
        try {
            return await work(admin);
        } finally {
            await admin.close();
        }
    };
    /** Appends one record and returns its offset. */
    const produce = async (value: string): Promise<bigint> => {
        const producer = new Producer({ ...kafkaOptions(broker), serializers: stringSerializers });
        try {
            const { offsets } = await producer.send({ messages: [{ topic: "events", key: "k", value, partition: 0 }] });
            return offsets?.[0]?.offset ?? -1n;
        } finally {
            await producer.close();
        }
    };

    it("come up with the contracts of their layers", async () => {
        assert.equal((await up()).create, 12);
        assert.equal(broker.securityProtocol, "PLAINTEXT");
        const topic = await withAdmin((admin) => admin.describe("events"));
        assert.deepEqual(topic, {
            name: "events",
            partitions: 3,
            replicationFactor: 1,
            config: { "retention.ms": "259200000" },
        });
        assert.equal(await withAdmin((admin) => admin.describe("absent")), undefined);
        assert.equal(await produce("first"), 0n);
    });

    it("store objects under any key, for those who may", async () => {
        const s3 = new S3(storage);
        const keys = ["plain.txt", "a folder/mit Umlaut ü+&<>'().txt", "a folder/100%.txt"];
        for (const key of keys) await s3.put("warehouse", key, `content of ${key}`);
        for (const key of keys)
            assert.equal(Buffer.from((await s3.get("warehouse", key)) ?? []).toString(), `content of ${key}`);
        assert.deepEqual((await s3.list("warehouse")).map(({ key }) => key).sort(), [...keys].sort());
        assert.deepEqual(
            (await s3.list("warehouse", "a folder/")).map(({ size }) => size > 0),
            [true, true],
        );
        await s3.delete("warehouse", "plain.txt");
        assert.equal(await s3.get("warehouse", "plain.txt"), undefined);
        assert.equal(await s3.bucketExists("nowhere"), false);
        const stranger = new S3({
            ...storage,
            credentials: { accessKeyId: "stranger", secretAccessKey: "x".repeat(40) },
        });
        await assert.rejects(stranger.bucketExists("warehouse"), { code: "s3-refused" });
        await assert.rejects(s3.put("nowhere", "key", ""), (error) => s3ErrorCode(error) === "NoSuchBucket");
    });

    it("make and delete table buckets", async () => {
        const tables = new S3Tables(storage);
        const arn = await tables.create("lake");
        assert.equal(await tables.create("lake"), arn);
        assert.equal(await tables.find("lake"), arn);
        await tables.delete("lake");
        assert.equal(await tables.find("lake"), undefined);
    });

    it("keep their secrets out of the checkpoint, the command lines and the files of others", async () => {
        const written = await readFile(checkpointFile(directory, "dev"), "utf8");
        const { secretAccessKey } = storage.credentials;
        assert.ok(!written.includes(secretAccessKey));
        for (const name of ["storage-seaweedfs", "broker-kafka"]) {
            const command = await readFile(`/proc/${(await process_(name)).pid}/cmdline`, "utf8");
            assert.ok(!command.includes(secretAccessKey));
        }
    });

    it("are left alone by an `up` that changes nothing", async () => {
        assert.deepEqual(await up(), { same: 12 });
    });

    it("a killed broker is seen by refresh, and up starts it over its data", async () => {
        const { pid, ports } = await process_("broker-kafka");
        process.kill(pid, "SIGKILL");
        await until("the broker is dead", async () => (await inspect(pid)) === undefined);
        await stack.refresh();
        assert.equal((await process_("broker-kafka")).running, false);
        const topic = (await checkpoint(directory, "dev")).get("broker-events");
        assert.match(topic?.initErrors?.[0] ?? "", /can't be reached/, "the topic is neither well nor gone");
        await up();
        const healed = await process_("broker-kafka");
        assert.deepEqual([healed.running, healed.ports], [true, ports]);
        assert.equal(await produce("second"), 1n, "the first record is lost");
    });

    it("a changed setting restarts that process alone, over its data", async () => {
        const before = await Promise.all(["storage-seaweedfs", "broker-kafka"].map(process_));
        settings = { security: "sasl_ssl" };
        await up();
        const after = await Promise.all(["storage-seaweedfs", "broker-kafka"].map(process_));
        assert.equal(after[0]?.pid, before[0]?.pid);
        assert.notEqual(after[1]?.pid, before[1]?.pid);
        assert.deepEqual([broker.securityProtocol, broker.saslMechanism], ["SASL_SSL", "SCRAM-SHA-512"]);
        assert.equal(await produce("third"), 2n);
    });

    it("a broker with SASL refuses who can't log in", async () => {
        const impostor = { ...broker, credentials: { username: "tidegate", password: "guessed" } };
        await assert.rejects(
            withAdmin((admin) => admin.describe("events"), impostor),
            { code: "kafka-refused", message: /SASL_AUTHENTICATION_FAILED/ },
        );
        const { password } = broker.credentials ?? { password: "" };
        const { pid } = await process_("broker-kafka");
        assert.ok(!(await readFile(`/proc/${pid}/cmdline`, "utf8")).includes(password));
        assert.ok(!(await readFile(checkpointFile(directory, "dev"), "utf8")).includes(password));
    });

    it("topics grow and are configured in place, and can't shrink", async () => {
        settings = { security: "sasl_ssl", events: { partitions: 4, retentionHours: 1 } };
        await up();
        const topic = await withAdmin((admin) => admin.describe("events"));
        assert.deepEqual([topic?.partitions, topic?.config["retention.ms"]], [4, "3600000"]);
        settings = { ...settings, events: { partitions: 2 } };
        await assert.rejects(stack.up(), /has 4 partitions, and Kafka can't take any away/);
    });

    it("are destroyed with every process, port and file", async () => {
        const running = await Promise.all(["storage-seaweedfs", "broker-kafka"].map(process_));
        // A broker that is dead already is no obstacle.
        process.kill(running[1]?.pid ?? 0, "SIGKILL");
        await stack.destroy();
        for (const { pid, ports } of running) {
            assert.equal(await inspect(pid), undefined);
            for (const port of Object.values(ports))
                await new Promise<void>((resolve, reject) => {
                    const server = createServer().once("error", reject);
                    server.listen(port, "127.0.0.1", () => server.close(() => resolve()));
                });
        }
        await assert.rejects(readdir(join(directory, "data")), { code: "ENOENT" });
    });
});
