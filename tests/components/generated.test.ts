import assert from "node:assert/strict";
import { X509Certificate, createPrivateKey } from "node:crypto";
import { certificateHandler } from "../../components/provider/resources/certificate";
import { credentialHandler } from "../../components/provider/resources/credential";
import { kafkaTopicHandler } from "../../components/provider/resources/kafkaTopic";
import { testContext } from "./support";

describe("Credential", () => {
    const inputs = (changes: object = {}) => credentialHandler.inputs.parse({ length: 40, ...changes });

    it("has the length and the signs that were asked for, and is another one each time", async () => {
        const made = await Promise.all(
            [1, 2].map(() => credentialHandler.create(inputs({ charset: "hex" }), testContext())),
        );
        const values = made.map(({ state }) => state.value);
        for (const value of values) assert.match(value, /^[0-9a-f]{40}$/);
        assert.notEqual(values[0], values[1]);
    });

    it("stays what it is until it is rotated", async () => {
        const { id, state } = await credentialHandler.create(inputs(), testContext());
        const old = { id, state, inputs: inputs() };
        assert.deepEqual(await credentialHandler.update(old, inputs({ length: 20 }), testContext()), state);
        const rotated = await credentialHandler.update(old, inputs({ rotate: "2" }), testContext());
        assert.notEqual(rotated.value, state.value);
    });
});

describe("Certificate", () => {
    const inputs = (changes: object = {}) =>
        certificateHandler.inputs.parse({ commonName: "Test", validityDays: 90, ...changes });
    const create = async (changes: object = {}) => {
        const { id, state } = await certificateHandler.create(inputs(changes), testContext());
        return { id, state, inputs: inputs(changes) };
    };

    it("is signed by its authority for this machine's names, and belongs to its key", async () => {
        const { state } = await create();
        const authority = new X509Certificate(state.caPem);
        const server = new X509Certificate(state.certificatePem);
        assert.ok(server.verify(authority.publicKey));
        assert.ok(server.checkPrivateKey(createPrivateKey(state.privateKeyPem)));
        assert.equal(server.checkIP("127.0.0.1"), "127.0.0.1");
        assert.equal(server.checkHost("localhost"), "localhost");
        assert.deepEqual([authority.ca, server.ca], [true, false]);
        const days = (Date.parse(server.validTo) - Date.now()) / 86_400_000;
        assert.ok(days > 89 && days <= 90, `${days} days`);
    });

    it("is kept while it is valid, and renewed when its end is near", async () => {
        const fresh = await create();
        assert.deepEqual(certificateHandler.diff?.(fresh, fresh.inputs), []);
        const due = inputs({ renewBeforeDays: 89 });
        const ending = { ...fresh, inputs: due, state: { ...fresh.state, expiresAt: new Date().toISOString() } };
        assert.deepEqual(certificateHandler.diff?.(ending, due), [{ path: "expiresAt", of: "state" }]);
        const renewed = await certificateHandler.update(ending, due, testContext());
        assert.notEqual(renewed.certificatePem, fresh.state.certificatePem);
    });

    it("is not renewed because it is renewed earlier in future", async () => {
        const fresh = await create();
        const updated = await certificateHandler.update(fresh, inputs({ renewBeforeDays: 10 }), testContext());
        assert.deepEqual(updated, fresh.state);
    });
});

describe("KafkaTopic", () => {
    const connection = { bootstrapServers: "127.0.0.1:1", securityProtocol: "PLAINTEXT" };
    const inputs = (changes: object = {}) =>
        kafkaTopicHandler.inputs.parse({
            connection,
            name: "events",
            partitions: 3,
            config: { "retention.ms": "1" },
            ...changes,
        });
    const known = (state: object = {}) => ({
        id: "events",
        inputs: inputs(),
        state: { name: "events", partitions: 3, replicationFactor: 1, config: { "retention.ms": "1" }, ...state },
    });
    const paths = (changes: readonly { path: string }[] = []) => changes.map(({ path }) => path);

    it("can't lose partitions, and the message says how many it has", () => {
        const failures = kafkaTopicHandler.check?.(inputs({ partitions: 2 }), inputs()) ?? [];
        assert.deepEqual(paths(failures.map(({ property }) => ({ path: property }))), ["partitions"]);
        assert.match(failures[0]?.reason ?? "", /has 3 partitions/);
        assert.deepEqual(kafkaTopicHandler.check?.(inputs({ partitions: 4 }), inputs()), []);
        assert.deepEqual(kafkaTopicHandler.check?.(inputs({ name: "other", partitions: 1 }), inputs()), []);
    });

    it("refuses another replication factor", () => {
        const [failure] = kafkaTopicHandler.check?.(inputs({ replicationFactor: 3 }), inputs()) ?? [];
        assert.equal(failure?.property, "replicationFactor");
    });

    it("differs where the broker has other settings than were asked for", () => {
        assert.deepEqual(kafkaTopicHandler.diff?.(known(), inputs()), []);
        assert.deepEqual(paths(kafkaTopicHandler.diff?.(known({ config: { "retention.ms": "2" } }), inputs())), [
            'config["retention.ms"]',
        ]);
        assert.deepEqual(paths(kafkaTopicHandler.diff?.(known({ partitions: 1 }), inputs())), ["partitions"]);
        assert.deepEqual(kafkaTopicHandler.diff?.(known(), inputs({ name: "other" })), [
            { path: "name", replace: true },
        ]);
    });

    it("whose broker is down is an error that keeps the state, never absence", async () => {
        await assert.rejects(kafkaTopicHandler.read(known(), testContext()), (error: unknown) => {
            const { code, state, message } = error as { code: string; state: object; message: string };
            assert.equal(code, "kafka-unreachable");
            assert.deepEqual(state, known().state);
            assert.match(message, /127\.0\.0\.1:1 can't be reached/);
            return true;
        });
    });
});
