/** What an environment file may say of containers on this machine, and how Flink in one of them sees the platform. */
import assert from "node:assert/strict";
import { contracts, flinkOnThisMachine, type Layer } from "../../stacks/contracts";
import { environmentSchema, fixedPorts, loadEnvironment } from "../../stacks/environment";
import { containerMemoryMiB } from "../../stacks/settings/dockerMemory";
import { standInOf } from "../../stacks/standIns";
import { loadDataset } from "../../sql/manifest";
import { inContainers } from "../../sql/docker";
import { renderPipeline } from "../../sql/pipeline";

const docker = { profile: "docker" };
const file = {
    name: "docker",
    storage: docker,
    broker: docker,
    catalog: { ...docker, acceptTermsOfUse: true },
    runtime: docker,
    observability: docker,
};
const embedded = { profile: "embedded" };
const none = { storage: undefined, catalog: undefined, runtime: undefined, observability: undefined };

function complaints(changes: object): string[] {
    const parsed = environmentSchema.safeParse({ ...file, ...changes });
    return (parsed.error?.issues ?? []).map(({ path, message }) => `${path.join(".")} ${message}`);
}

describe("an environment of containers", () => {
    it("is the example as it is, whose ports are free of each other", async () => {
        const environment = await loadEnvironment("docker", { TIDEGATE_DATA: "/data" });
        assert.equal(environment.backendUrl, "file:///data/docker/state");
        assert.deepEqual(
            fixedPorts(environment).map(({ port }) => port),
            [8333, 9092, 8181, 8081, 8083, 9090],
        );
        assert.equal(containerMemoryMiB(environment), 1024 + 1024 + 512 + 512 + 1152 + 1152 + (1920 + 128) + 512);
    });

    it("may begin with a broker alone, or with one for Flink on this machine", () => {
        assert.deepEqual(complaints({}), []);
        assert.deepEqual(complaints(none), []);
        const others = { storage: embedded, runtime: embedded, observability: embedded };
        assert.deepEqual(complaints({ ...others, catalog: { ...embedded, type: "rest" } }), []);
    });

    const external = {
        profile: "external",
        bootstrapServers: "kafka.example:9092",
        securityProtocol: "PLAINTEXT",
        insecure: true,
    };
    const catalogOf = (uri: string) => ({ profile: "external", uri, warehouse: "lake" });
    it("reaches brokers and catalogs of others by their own names", () => {
        assert.deepEqual(complaints({ broker: external }), []);
        assert.deepEqual(complaints({ catalog: catalogOf("https://catalog.example") }), []);
    });

    const refused: [what: string, changes: object, expected: RegExp][] = [
        ["storage of processes", { storage: embedded }, /storage\.profile has to be docker .*loopback/],
        ["a broker of processes", { broker: embedded }, /broker\.profile has to be docker or external .*loopback/],
        [
            "storage of a cloud",
            { storage: { profile: "s3" }, aws: { accountId: "123456789012", region: "eu-west-1" } },
            /storage\.profile has to be docker .*no identity/,
        ],
        [
            "brokers at the loopback",
            { broker: { ...external, bootstrapServers: "kafka.example:9092,localhost:9092" } },
            /broker\.bootstrapServers names the loopback/,
        ],
        [
            "a catalog at the loopback",
            { catalog: catalogOf("http://127.0.0.1:8181") },
            /catalog\.uri names the loopback/,
        ],
        [
            "a user that nobody can look up for Flink",
            {
                broker: {
                    ...external,
                    insecure: undefined,
                    securityProtocol: "SASL_SSL",
                    saslMechanism: "PLAIN",
                    secretRef: "env://KAFKA",
                },
            },
            /broker\.saslMechanism needs a user/,
        ],
        [
            "Flink on this machine over its storage",
            { runtime: embedded, observability: embedded },
            /storage\.profile .*needs runtime\.profile docker/,
        ],
        [
            "Flink on this machine over its catalog",
            { runtime: embedded, observability: embedded },
            /catalog\.profile .*needs runtime\.profile docker/,
        ],
        [
            "Flink on this machine with TLS of its broker",
            {
                ...{ storage: embedded, runtime: embedded, observability: embedded },
                catalog: { ...embedded, type: "rest" },
                broker: { ...docker, security: "sasl_ssl" },
            },
            /broker\.security .*needs runtime\.profile docker/,
        ],
        [
            "the catalog of SeaweedFS as a process",
            { catalog: { ...embedded, type: "rest" } },
            /catalog\.profile 'embedded' is in the SeaweedFS/,
        ],
        [
            "Prometheus beside Flink on this machine",
            { runtime: embedded },
            /observability\.profile 'docker' needs runtime/,
        ],
        [
            "a cluster, which does not reach this machine",
            { foundation: { profile: "kubeconfig", context: "theirs" } },
            /storage\.profile 'docker' is on this machine/,
        ],
        ["terms of use that nobody has read", { catalog: docker }, /acceptTermsOfUse/],
        ["more parallelism than slots", { runtime: { ...docker, parallelism: 9 } }, /at most runtime\.taskSlots \(8\)/],
        ["one port twice", { runtime: { ...docker, ports: { rest: 9092 } } }, /one port is given twice/],
    ];
    for (const [what, changes, expected] of refused)
        it(`is refused with ${what}`, () => {
            const found = complaints(changes);
            assert.ok(
                found.some((text) => expected.test(text)),
                found.join("\n"),
            );
        });
});

describe("the platform as Flink in a container sees it", () => {
    const contract = <L extends Layer>(layer: L) =>
        contracts[layer].parse(standInOf({ [layer]: docker } as never, layer)) as never;
    const storage = {
        ...(contract("storage") as object),
        docker: { network: "n", endpoint: "http://seaweedfs:8333" },
    };
    const platform = {
        storage,
        broker: { ...(contract("broker") as object), docker: { network: "n", bootstrapServers: "kafka:9093" } },
        catalog: {
            ...(contract("catalog") as object),
            docker: { network: "n", uri: "http://lakekeeper:8181/catalog" },
        },
        runtime: flinkOnThisMachine(contract("runtime") as never),
    } as never;

    it("has their names in the networks, and nothing of the loopback or the stand-ins", () => {
        const scripts = renderPipeline({ dataset: loadDataset("taxi"), mode: "batch", ...inContainers(platform) });
        const sql = scripts.flatMap(({ statements }) => statements).join("\n");
        for (const name of ["kafka:9093", "http://lakekeeper:8181/catalog", "http://seaweedfs:8333"])
            assert.ok(sql.includes(name), name);
        assert.doesNotMatch(sql, /stand-in\.invalid|127\.0\.0\.1/);
    });

    it("finds the broker's authority where its container has it", () => {
        const { broker } = platform as unknown as { broker: object };
        const secured = { ...(platform as object), broker: { ...broker, caPem: "CA" } } as never;
        assert.equal(inContainers(secured).platform.broker.caFile, "/tidegate/ca.pem");
        assert.equal(inContainers(platform).connector, "plain");
    });
});
