import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { EmbeddedBroker } from "../../components/broker/embedded";
import { EmbeddedCatalog } from "../../components/catalog/embedded";
import { HadoopCatalog } from "../../components/catalog/hadoop";
import { EmbeddedObservability } from "../../components/observability/embedded";
import { handlers } from "../../components/provider/registry";
import { EmbeddedRuntime } from "../../components/runtime/embedded";
import { EmbeddedStorage } from "../../components/storage/embedded";
import { contracts, flinkOnThisMachine, s3Interface, type Layer } from "../../stacks/contracts";
import type { Upstream } from "../../stacks/layer";
import { standIns } from "../../stacks/standIns";
import { until } from "./support";

interface Made {
    readonly type: string;
    readonly inputs: Record<string, never>;
}

const password = "PASSWORD-OF-A-MOCK-0123456789";

/** Every resource that a program makes, as the engine would check it. */
async function making<T>(
    program: () => { contract: object } & T,
    resources = 0,
): Promise<{ made: Made[]; contract: object; component: T }> {
    const made: Made[] = [];
    await pulumi.runtime.setMocks({
        call: () => ({}),
        newResource: ({ type, inputs, name }) => {
            const { ports = {} } = inputs as { ports?: Record<string, number> };
            const chosen = Object.fromEntries(
                Object.keys(ports).map((port, index) => [port, ports[port] || 20_000 + index]),
            );
            if (!type.startsWith("tidegate:embedded:")) return { id: name, state: inputs };
            made.push({ type, inputs });
            const outputs = { caPem: "CA", certificatePem: "CERTIFICATE", privateKeyPem: "KEY", value: password };
            return { id: name, state: { ...inputs, ...outputs, ports: chosen } };
        },
    });
    const component = program();
    const entries = Object.entries(component.contract as Record<string, unknown>).map(
        ([key, value]) =>
            new Promise((resolve) =>
                (pulumi.output(value) as pulumi.Output<unknown>).apply((plain: unknown) => resolve([key, plain])),
            ),
    );
    const contract = Object.fromEntries((await Promise.all(entries)) as [string, unknown][]);
    // Resources that the contract doesn't wait for are registered too.
    await until(`${resources} resources are registered`, () => made.length >= resources);
    return { made, contract, component };
}

const upstream = <L extends Layer>(layer: L, changes: object = {}): Upstream<L> =>
    ({ ...standIns[layer], ...changes }) as unknown as Upstream<L>;
const base = { environment: "local", dataDirectory: "/data/local" };
const topics = { events: "events", deadLetters: "events.dlq" };
const dbt = { target: "embedded", duckdbFile: "/data/local/lake.duckdb", threads: 2 };

const programs: Record<string, { layer: Layer; resources: number; program: () => { contract: object } }> = {
    "storage in SeaweedFS": { layer: "storage", resources: 4, program: () => new EmbeddedStorage("storage", base) },
    "broker, plaintext": {
        layer: "broker",
        resources: 5,
        program: () => new EmbeddedBroker("broker", { ...base, topics }),
    },
    "broker, SASL_SSL": {
        layer: "broker",
        resources: 6,
        program: () => new EmbeddedBroker("broker", { ...base, topics, security: "sasl_ssl" }),
    },
    "catalog, REST": {
        layer: "catalog",
        resources: 1,
        program: () => new EmbeddedCatalog("catalog", { ...base, storage: s3Interface(upstream("storage")) }),
    },
    "catalog, Hadoop": { layer: "catalog", resources: 1, program: () => new HadoopCatalog("catalog", base) },
    "runtime in Flink": {
        layer: "runtime",
        resources: 3,
        program: () =>
            new EmbeddedRuntime("runtime", {
                ...base,
                dbt,
                storage: s3Interface(upstream("storage")),
                broker: upstream("broker", {
                    securityProtocol: "SASL_SSL",
                    saslMechanism: "SCRAM-SHA-512",
                    credentials: { username: "tidegate", password: 'with "quotes"' },
                }),
            }),
    },
    "observability through Flink": {
        layer: "observability",
        resources: 0,
        program: () =>
            new EmbeddedObservability("observability", {
                ...base,
                runtime: flinkOnThisMachine(upstream("runtime", { flinkRest: "http://127.0.0.1:1" })),
            }),
    },
};

describe("embedded components", () => {
    for (const [title, { layer, resources, program }] of Object.entries(programs))
        describe(title, () => {
            it("fulfils the contract of its layer", async () => {
                const { contract } = await making(program, resources);
                const parsed = contracts[layer].safeParse(contract);
                assert.ok(parsed.success, parsed.error?.message);
            });

            it("asks the provider for nothing that it would refuse", async () => {
                const { made } = await making(program, resources);
                assert.equal(made.length, resources);
                for (const { type, inputs } of made) {
                    const handler = handlers.get(type);
                    assert.ok(handler, `no handler for ${type}`);
                    // What the mocks pass on is what the engine would: without members that are undefined.
                    const parsed = handler.inputs.safeParse(JSON.parse(JSON.stringify(unsecret(inputs))));
                    assert.ok(parsed.success, `${type}: ${parsed.error?.message}`);
                    assert.deepEqual(handler.check?.(parsed.data, undefined) ?? [], [], type);
                }
            });

            it("puts no secret into a command line and listens on loopback only", async () => {
                const { made } = await making(program, resources);
                for (const { inputs } of made.filter(({ type }) => type.endsWith(":Process"))) {
                    const { command } = unsecret(inputs) as { command: string[] };
                    assert.ok(!command.join(" ").includes(password));
                    assert.ok(!JSON.stringify(unsecret(inputs)).includes("0.0.0.0"));
                }
            });
        });

    it("the broker's topics have the partitions and the retention that were asked for", async () => {
        const { made } = await making(
            () =>
                new EmbeddedBroker("broker", {
                    ...base,
                    topics,
                    events: { retentionHours: 1 },
                    moreTopics: [{ name: "clicks", partitions: 2, retentionHours: 24 }],
                }),
        );
        const found = made
            .filter(({ type }) => type.endsWith(":KafkaTopic"))
            .map(({ inputs: { name, partitions, config } }) => ({ name, partitions, config }));
        const day = 86_400_000;
        assert.deepEqual(found, [
            { name: "events", partitions: 3, config: { "retention.ms": String(day / 24) } },
            { name: "events.dlq", partitions: 1, config: { "retention.ms": String(7 * day) } },
            { name: "tidegate.probe", partitions: 1, config: { "retention.ms": String(day / 24) } },
            { name: "clicks", partitions: 2, config: { "retention.ms": String(day) } },
        ]);
    });

    it("Flink logs in with the class of the mechanism, as the connector that it has names it", async () => {
        const credentials = { username: "tidegate", password: 'with "quotes" and \\' };
        const jaasOf = async (saslMechanism: "SCRAM-SHA-512" | "PLAIN" | "OAUTHBEARER") => {
            const { made } = await making(
                () =>
                    new EmbeddedRuntime("runtime", {
                        ...base,
                        dbt,
                        storage: s3Interface(upstream("storage")),
                        broker: upstream("broker", { securityProtocol: "SASL_SSL", saslMechanism, credentials }),
                    }),
                3,
            );
            const files = made.map(
                ({ inputs }) => (unsecret(inputs) as { files: object }).files as Record<string, string>,
            );
            const texts = new Set(files.map((of) => of["conf/jaas.conf"]));
            assert.equal(texts.size, 1);
            return [...texts][0];
        };
        const security = "org.apache.flink.kafka.shaded.org.apache.kafka.common.security";
        const quoted = 'password="with \\"quotes\\" and \\\\"';
        assert.equal(
            await jaasOf("SCRAM-SHA-512"),
            `KafkaClient {\n  ${security}.scram.ScramLoginModule required username="tidegate" ${quoted};\n};\n`,
        );
        assert.equal(
            await jaasOf("PLAIN"),
            `KafkaClient {\n  ${security}.plain.PlainLoginModule required username="tidegate" ${quoted};\n};\n`,
        );
        assert.equal(
            await jaasOf("OAUTHBEARER"),
            `KafkaClient {\n  ${security}.oauthbearer.OAuthBearerLoginModule required clientId="tidegate" ${quoted.replace("password", "clientSecret")};\n};\n`,
        );
    });

    it("the catalog can't be had from a storage layer that serves none", async () => {
        const program = () =>
            new EmbeddedCatalog("catalog", { ...base, storage: s3Interface(upstream("storage", { services: null })) });
        await assert.rejects(making(program), { code: "layer-unfit", message: /serves no Iceberg REST catalog/ });
    });
});

/** Secrets as the mocks show them, replaced by what they hide. */
function unsecret(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(unsecret);
    if (typeof value !== "object" || value === null) return value;
    if ("4dabf18193072939515e22adb298388d" in value) return unsecret((value as { value?: unknown }).value);
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, unsecret(member)]));
}
