import assert from "node:assert/strict";
import { createServer, type Server } from "node:net";
import { once } from "node:events";
import { BatchProducer } from "../../automation/clients/batchProducer";
import { consumeBounded, produceRecords, topicOffsets } from "../../automation/clients/kafka";
import type { KafkaConnection } from "../../automation/clients/kafkaConnection";
import { TidegateError } from "../../automation/core/errors";

const at = (port: number): KafkaConnection => ({
    bootstrapServers: `127.0.0.1:${port}`,
    securityProtocol: "PLAINTEXT",
    saslMechanism: null,
    caPem: null,
    credentials: null,
});

async function listening(): Promise<{ server: Server; port: number }> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    assert.ok(address !== null && typeof address === "object");
    return { server, port: address.port };
}

const calls: [string, (connection: KafkaConnection) => Promise<unknown>][] = [
    ["topicOffsets", (connection) => topicOffsets(connection, "t", { timeoutMs: 1_500 })],
    ["consumeBounded", (connection) => consumeBounded(connection, "t", { timeoutMs: 1_500 })],
    ["produceRecords", (connection) => produceRecords(connection, "t", [{ value: "v" }], { timeoutMs: 1_500 })],
];

describe("a broker that is not there", () => {
    for (const [name, call] of [
        ...calls,
        ["BatchProducer.open", (connection: KafkaConnection) => BatchProducer.open(connection, "t")] as const,
    ])
        it(`${name} names it within seconds`, async () => {
            const { server, port } = await listening();
            server.close();
            await once(server, "close");
            const started = Date.now();
            await assert.rejects(call(at(port)), (error) => {
                assert.ok(TidegateError.is(error));
                assert.equal(error.code, "broker-unreachable");
                assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${port}`));
                assert.equal(error.retryable, true);
                return true;
            });
            assert.ok(Date.now() - started < 5_000);
        });
});

describe("a broker that accepts connections and never answers", () => {
    for (const [name, call] of calls)
        it(`${name} gives up after its time limit, and names it`, async () => {
            const { server, port } = await listening();
            const sockets = new Set<{ destroy(): void }>();
            server.on("connection", (socket) => sockets.add(socket));
            try {
                await assert.rejects(call(at(port)), (error) => {
                    assert.ok(TidegateError.is(error));
                    assert.equal(error.code, "kafka-timeout");
                    assert.match(error.message, /1\.5 s/);
                    assert.match(error.message, new RegExp(String(port)));
                    return true;
                });
            } finally {
                sockets.forEach((socket) => socket.destroy());
                server.close();
            }
        });
});
