/** What each component makes of its own containers. */
import assert from "node:assert/strict";
import { demandMigrated } from "../../../components/catalog/docker";
import { catalogContract } from "../../../stacks/contracts";
import type { Program } from "../mocks";
import { broker, catalog, observability, runtime, secret, storage, upstream } from "./platform";
import { volumeType, containers, container, file } from "./made";

describe("storage in a container", () => {
    it("lets nobody at its master, volumes and filer, which ask nobody who he is", async () => {
        const { command = [] } = container(await storage(), "seaweedfs");
        assert.ok(command.includes("-ip.bind=127.0.0.1") && command.includes("-s3.ip.bind=0.0.0.0"));
        for (const part of ["-s3.port.iceberg=0", "-master.telemetry=false", "-s3.autoCreateBucket=false"])
            assert.ok(command.includes(part), part);
    });

    it("lets in the one user alone, whom it finds in a file", async () => {
        const { identities } = JSON.parse(file(await storage(), "seaweedfs", "s3.json")) as {
            identities: { credentials: unknown }[];
        };
        assert.deepEqual(
            identities.map(({ credentials }) => credentials),
            [[{ accessKey: secret, secretKey: secret }]],
        );
    });

    it("keeps what it holds, and only that", async () => {
        const kept = (program: Program) => program.all(volumeType).map(({ name, protect }) => [name, protect]);
        assert.deepEqual(kept(await storage()).sort(), [
            ["storage-data", true],
            ["storage-seaweedfs-files", false],
        ]);
        assert.ok(kept(await storage({ protectData: false })).every(([, protect]) => protect === false));
        for (const protectData of [true, false])
            assert.deepEqual(
                (await storage({ protectData })).all("tidegate:embedded:Bucket").map(({ protect }) => protect),
                [protectData, protectData],
            );
    });

    it("is reached by this machine at the loopback, and by containers by its name", async () => {
        const { contract } = await storage({ ports: { s3: 18_333 } });
        assert.equal(contract["endpoint"], "http://127.0.0.1:18333");
        assert.deepEqual(contract["docker"], {
            network: "tidegate-docker-storage",
            endpoint: "http://seaweedfs:8333",
        });
        assert.match(String(contract["checkpoints"]), /^s3:\/\/checkpoints\//);
    });
});

describe("a broker in a container", () => {
    const lines = async (...given: Parameters<typeof broker>): Promise<string[]> =>
        file(await broker(...given), "kafka", "server.properties").split("\n");

    it("sends each kind of client to the address that it reaches", async () => {
        const properties = await lines({ ports: { broker: 19_092 } });
        assert.ok(properties.includes("advertised.listeners=MACHINE://127.0.0.1:19092,BROKER://kafka:9093"));
        assert.ok(properties.some((line) => /^listeners=.*CONTROLLER:\/\/127\.0\.0\.1:/.test(line)));
        const { contract } = await broker({ ports: { broker: 19_092 } });
        assert.equal(contract["bootstrapServers"], "127.0.0.1:19092");
        assert.deepEqual(contract["docker"], { network: "tidegate-docker-broker", bootstrapServers: "kafka:9093" });
    });

    it("wants a user and TLS at both listeners with sasl_ssl, and none without", async () => {
        const secured = await lines({ security: "sasl_ssl" });
        assert.ok(
            secured.includes("listener.security.protocol.map=MACHINE:SASL_SSL,BROKER:SASL_SSL,CONTROLLER:PLAINTEXT"),
        );
        for (const listener of ["broker", "machine"])
            assert.ok(
                secured.some((line) => line.startsWith(`listener.name.${listener}.scram-sha-512.sasl.jaas.config`)),
            );
        const program = await broker({ security: "sasl_ssl" });
        assert.match(file(program, "kafka", "keystore.pem"), /KEY/);
        const certificate = program.one("tidegate:embedded:Certificate").inputs;
        assert.deepEqual(certificate["dnsNames"], ["localhost", "kafka"]);
        assert.equal(program.contract["caPem"], "CA");
        assert.ok(
            (await lines()).includes(
                "listener.security.protocol.map=MACHINE:PLAINTEXT,BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
            ),
        );
    });

    it("formats an empty volume with its user from a file, never with an argument", async () => {
        const program = await broker();
        assert.match(file(program, "kafka", "start.sh"), /meta\.properties \] \|\| java .* @\/tidegate\/format\.args/);
        assert.doesNotMatch(file(program, "kafka", "start.sh"), new RegExp(secret));
        assert.match(
            file(program, "kafka", "format.args"),
            new RegExp(`SCRAM-SHA-512=\\[name=tidegate,password=${secret}\\]`),
        );
    });

    it("protects the topics that hold data, and no other", async () => {
        const kept = async (settings: object) =>
            (await broker(settings))
                .all("tidegate:embedded:KafkaTopic")
                .map(({ inputs, protect }) => [inputs["name"], protect])
                .sort();
        const all = (events: boolean, deadLetters: boolean) => [
            ["events", events],
            ["events.dlq", deadLetters],
            ["tidegate.probe", false],
        ];
        assert.deepEqual(await kept({}), all(true, true));
        assert.deepEqual(await kept({ protectData: false }), all(false, false));
        const moreTopics = [{ name: "clicks", partitions: 2, retentionHours: 24 }];
        assert.deepEqual(await kept({ moreTopics }), [["clicks", true], ...all(true, true)]);
    });

    it("has the topics with their partitions and retention", async () => {
        const topics = (await broker({ events: { partitions: 6, retentionHours: 1 } })).all(
            "tidegate:embedded:KafkaTopic",
        );
        assert.deepEqual(topics.map(({ inputs }) => [inputs["name"], inputs["partitions"], inputs["config"]]).sort(), [
            ["events", 6, { "retention.ms": "3600000" }],
            ["events.dlq", 1, { "retention.ms": "604800000" }],
            ["tidegate.probe", 1, { "retention.ms": "3600000" }],
        ]);
    });
});

describe("a catalog in containers", () => {
    it("has a database without a network and without a port, which asks the kernel who comes", async () => {
        const postgres = container(await catalog(), "postgres");
        assert.equal(postgres.networkMode, "none");
        assert.deepEqual(postgres.ports, []);
        assert.ok(postgres.command?.includes("listen_addresses="));
        assert.ok(postgres.envs?.some((text) => text.includes("--auth-local=peer")));
    });

    it("runs Lakekeeper as the user that the database lets in, by the socket", async () => {
        const program = await catalog();
        const { user, envs, volumes } = container(program, "lakekeeper");
        assert.equal(user, container(program, "postgres").user);
        assert.ok(envs?.every((text) => !/PG_DATABASE_URL/.test(text) || /host=\/var\/run\/postgresql/.test(text)));
        assert.ok(volumes?.some(({ containerPath }) => containerPath === "/var/run/postgresql"));
    });

    it("migrates to the end before it serves, and does not serve where that failed", async () => {
        const label = container(await catalog(), "lakekeeper").labels?.find(
            ({ label: of }) => of === "tidegate.migration",
        );
        assert.equal(label?.value, "catalog-migration-id");
        assert.doesNotThrow(() => demandMigrated("migration", 0));
        assert.throws(() => demandMigrated("migration", 1), {
            code: "catalog-migration-failed",
            message: /ended with status 1\. \[catalog-migration-failed\]\n.*docker logs migration/,
        });
    });

    it("makes its warehouse in the storage's network address, with keys that are secret", async () => {
        const program = await catalog();
        const { inputs, secrets, protect } = program.one("tidegate:lakekeeper:Warehouse");
        const { endpoint, stsEnabled } = inputs["storage"] as { endpoint: string; stsEnabled: boolean };
        assert.deepEqual([endpoint, stsEnabled, protect], ["http://stand-in.invalid:1", false, true]);
        assert.ok(secrets.some((path) => path.startsWith("credential")));
        assert.deepEqual(program.one("tidegate:lakekeeper:Bootstrap").inputs["connection"], {
            url: "http://127.0.0.1:8181",
            auth: { mode: "none" },
        });
        const contract = catalogContract.parse(program.contract);
        assert.ok(contract.type === "rest");
        assert.deepEqual(
            [contract.uri, contract.docker?.uri, contract.attach],
            ["http://127.0.0.1:8181/catalog", "http://lakekeeper:8181/catalog", false],
        );
    });

    it("is refused on storage that its containers do not reach", async () => {
        await assert.rejects(catalog({ storage: upstream("storage", { docker: undefined }) as never }), {
            code: "layer-unfit",
            message: /needs the storage profile 'docker'/,
        });
    });
});

describe("a runtime in containers", () => {
    it("joins the networks of what Flink reads and writes, each once", async () => {
        const program = await runtime();
        for (const what of ["jobmanager", "taskmanager", "sqlgateway"])
            assert.deepEqual(
                container(program, what).networksAdvanced?.map(({ name }) => name),
                ["tidegate-docker-runtime", "stand-in"],
                what,
            );
    });

    it("gives Flink and Iceberg their keys in files, and the storage's address in its network", async () => {
        const program = await runtime();
        const configuration = file(program, "taskmanager", "config.yaml");
        assert.match(configuration, new RegExp(`s3\\.secret-key: "${secret}"`));
        assert.match(configuration, /s3\.endpoint: "http:\/\/stand-in\.invalid:1"/);
        assert.match(file(program, "taskmanager", "credentials"), new RegExp(`aws_secret_access_key = ${secret}`));
        assert.doesNotMatch(configuration, /\{dir\}|\{port:/, "nothing of the embedded processes is left");
        assert.ok(
            container(program, "taskmanager").envs?.includes("AWS_SHARED_CREDENTIALS_FILE=/tidegate/credentials"),
        );
    });

    it("logs in at a broker that wants it by a file, and has none else", async () => {
        const secured = await runtime({
            broker: upstream("broker", {
                securityProtocol: "SASL_SSL",
                saslMechanism: "SCRAM-SHA-512",
                caPem: "CA",
                credentials: { username: "tidegate", password: secret },
            }),
        });
        assert.match(
            file(secured, "jobmanager", "jaas.conf"),
            /^KafkaClient \{\n {2}org\.apache\.kafka\.common\.security\.scram\.ScramLoginModule required/,
        );
        assert.match(
            file(secured, "jobmanager", "config.yaml"),
            /java\.security\.auth\.login\.config=\/tidegate\/jaas/,
        );
        assert.equal(file(secured, "jobmanager", "ca.pem"), "CA");
        assert.throws(() => file({ ...secured, all: () => [] }, "jobmanager", "jaas.conf"));
        const open = container(await runtime(), "jobmanager-carrier").uploads?.map((one) => one.file);
        assert.deepEqual(
            open?.filter((name) => /jaas|ca\.pem/.test(name)),
            [],
        );
    });

    it("publishes the REST API and the gateway, and neither the blob server nor the metrics", async () => {
        const program = await runtime({ ports: { rest: 18_081, sqlGateway: 18_083 } });
        const published = containers(program).flatMap(({ ports = [] }) =>
            ports.map(({ internal, external }) => [internal, external]),
        );
        assert.deepEqual(published.sort(), [
            [8081, 18_081],
            [8083, 18_083],
        ]);
        assert.equal(program.contract["flinkRest"], "http://127.0.0.1:18081");
    });

    it("is refused on storage that its containers do not reach", async () => {
        await assert.rejects(runtime({ storage: upstream("storage", { docker: undefined }) as never }), {
            code: "layer-unfit",
            message: /needs the storage profile 'docker'/,
        });
    });
});

describe("observability in a container", () => {
    it("scrapes Flink in the runtime's network, and is asked at the loopback", async () => {
        const program = await observability();
        const { scrape_configs: jobs } = JSON.parse(file(program, "prometheus", "prometheus.yml")) as {
            scrape_configs: { static_configs: { targets: string[] }[] }[];
        };
        assert.deepEqual(jobs[0]?.static_configs[0]?.targets, ["stand-in.invalid:1"]);
        assert.equal(program.contract["prometheus"], "http://127.0.0.1:9090");
    });

    it("is refused beside a Flink that is no container", async () => {
        await assert.rejects(observability({ runtime: upstream("runtime", { docker: undefined }) as never }), {
            code: "layer-unfit",
            message: /needs the runtime profile 'docker'/,
        });
    });
});
