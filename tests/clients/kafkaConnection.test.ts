import assert from "node:assert/strict";
import { createServer, type AddressInfo } from "node:net";
import { topicOffsets } from "../../automation/clients/kafka";
import { standIns } from "../../stacks/standIns";

describe("a connection to Kafka", () => {
    it("that the broker resets while a client signs in is an error of the call, not the end of the process", async () => {
        const server = createServer((socket) => {
            socket.on("error", () => {});
            // In the midst of the handshake: after its first bytes have come.
            socket.on("data", () => setImmediate(() => socket.resetAndDestroy()));
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        const uncaught: unknown[] = [];
        const listener = (error: unknown): void => void uncaught.push(error);
        process.prependListener("uncaughtException", listener);
        try {
            const broker = {
                ...standIns.broker,
                bootstrapServers: `127.0.0.1:${(server.address() as AddressInfo).port}`,
                securityProtocol: "SASL_PLAINTEXT" as const,
                saslMechanism: "PLAIN" as const,
                credentials: { username: "flink", password: "made-up" },
            };
            for (let time = 0; time < 3; time++)
                await assert.rejects(topicOffsets(broker, "events"), { code: /broker|kafka/ });
            assert.deepEqual(uncaught, []);
        } finally {
            process.removeListener("uncaughtException", listener);
            await new Promise((resolve) => server.close(resolve));
        }
    });
});
