/** The broker layer as one Kafka node in KRaft mode, broker and controller in one process. */
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { embedded as settings } from "../../stacks/settings/broker/embedded";
import { demandArgs, rulesOf } from "../arguments";
import type { ContractOutputs, EmbeddedArgs } from "../embedded/contract";
import { jvm, log4j, log4jFile, log4jFlag } from "../embedded/jvm";
import { Certificate, Credential, KafkaTopic, Process, type KafkaConnectionArgs } from "../embedded/resources";
import { clusterId, oneNode, propertiesOf, scramLogin, username, type User } from "./oneNode";
import { topicsOf, type Topic, type WantedTopics } from "./topics";

export interface EmbeddedBrokerArgs extends EmbeddedArgs, WantedTopics {
    /** `sasl_ssl`: SCRAM-SHA-512 over TLS, with a generated user and certificate. @default plaintext */
    security?: "plaintext" | "sasl_ssl";
    /** @default any free port */
    ports?: { broker?: number };
}

const host = "127.0.0.1";

export class EmbeddedBroker extends pulumi.ComponentResource {
    readonly contract: ContractOutputs<"broker">;
    readonly server: Process;

    constructor(name: string, args: EmbeddedBrokerArgs, options?: pulumi.ComponentResourceOptions) {
        demandArgs("Kafka", rulesOf(settings), args);
        super("tidegate:broker:Embedded", name, {}, options);
        const directory = join(args.dataDirectory, "broker");
        const user = this.user(name);
        const certificate = args.security === "sasl_ssl" ? this.certificate(name) : undefined;
        this.server = this.kafka(name, directory, user, certificate, args);
        const connection = {
            bootstrapServers: pulumi.interpolate`${host}:${this.server.port("broker")}`,
            securityProtocol: certificate === undefined ? "PLAINTEXT" : "SASL_SSL",
            saslMechanism: certificate === undefined ? null : "SCRAM-SHA-512",
            caPem: certificate === undefined ? null : certificate.caPem,
            credentials: certificate === undefined ? null : { ...user },
        } as const;
        const [events, deadLetters, probe, ...more] = topicsOf(args).map((topic) =>
            this.topic(name, connection, topic),
        );
        if (events === undefined || deadLetters === undefined || probe === undefined)
            throw new TypeError("topicsOf gave fewer than three topics");

        this.contract = {
            profile: pulumi.output("embedded" as const),
            bootstrapServers: connection.bootstrapServers,
            securityProtocol: pulumi.output(connection.securityProtocol),
            saslMechanism: pulumi.output(connection.saslMechanism),
            secretRef: pulumi.output(null),
            cluster: pulumi.output(null),
            caPem: pulumi.output(connection.caPem),
            caFile: pulumi.output(certificate === undefined ? null : join(directory, "tls", "ca.pem")),
            clientProperties: pulumi.output<Record<string, string>>({}),
            topics: pulumi.output({
                events: events.name,
                deadLetters: deadLetters.name,
                probe: probe.name,
                more: more.map((topic) => topic.name),
            }),
            credentials: pulumi.output(connection.credentials),
        };
        this.registerOutputs({ contract: this.contract });
    }

    private user(name: string): User {
        return { username, password: new Credential(`${name}-password`, { length: 40 }, { parent: this }).value };
    }

    private certificate(name: string): Certificate {
        return new Certificate(`${name}-certificate`, { commonName: "Tidegate Kafka" }, { parent: this });
    }

    private kafka(
        name: string,
        directory: string,
        user: User,
        certificate: Certificate | undefined,
        args: EmbeddedBrokerArgs,
    ): Process {
        const classPath = [log4jFlag, "-cp", "{tool:kafka}"];
        return new Process(
            `${name}-kafka`,
            {
                name: "Kafka",
                directory,
                command: [
                    // A broker mostly moves bytes: with the second compiler it needs 70 % more CPU time to start, and
                    // still more to take in the first half million records.
                    ...jvm({ initialHeap: 128, maximumHeap: 384, direct: 256, compiler: "start", classes: "kafka" }),
                    ...classPath,
                    "kafka.Kafka",
                    "{dir}/server.properties",
                ],
                files: {
                    [log4jFile]: log4j("WARN", { "kafka.server": "INFO" }),
                    "format.args": formatArguments(args.environment, user),
                    ...(certificate === undefined
                        ? { "server.properties": properties(plaintext) }
                        : {
                              "server.properties": user.password.apply((password) => properties(saslSsl(password))),
                              "tls/ca.pem": certificate.caPem,
                              "tls/keystore.pem": pulumi.interpolate`${certificate.privateKeyPem}\n${certificate.certificatePem}`,
                          }),
                },
                prepare: [
                    {
                        command: [
                            ...jvm({ initialHeap: 32, maximumHeap: 128, compiler: "start", classes: "kafka" }),
                            ...classPath,
                            "@{dir}/format.args",
                        ],
                        creates: "data",
                    },
                ],
                ports: { broker: args.ports?.broker ?? 0, controller: 0 },
                ready: { log: "Kafka Server started", tcp: "broker", timeoutSeconds: 90 },
                stop: { graceSeconds: 30 },
                data: "data/meta.properties",
                versions: args.versions ?? {},
            },
            { parent: this },
        );
    }

    private topic(
        name: string,
        connection: KafkaConnectionArgs,
        { name: topic, partitions, retentionMs }: Topic,
    ): KafkaTopic {
        const config = { "retention.ms": String(retentionMs) };
        return new KafkaTopic(
            `${name}-${topic}`,
            { connection, name: topic, partitions, config },
            { parent: this, dependsOn: this.server, deletedWith: this.server },
        );
    }
}

/** In a file, because everybody may read the arguments of a process: java(1), "@argfiles". */
function formatArguments(environment: string, { username, password }: User): pulumi.Output<string> {
    const format = ["kafka.tools.StorageTool", "format", "--cluster-id", clusterId(environment)];
    const configuration = ["--config", '"{dir}/server.properties"'];
    const scram = pulumi.interpolate`--add-scram\n"SCRAM-SHA-512=[name=${username},password=${password}]"`;
    return pulumi.interpolate`${[...format, ...configuration].join("\n")}\n${scram}\n`;
}

const properties = (entries: Record<string, string | number>): string => propertiesOf({ ...common, ...entries });

const common = {
    ...oneNode,
    "controller.quorum.voters": `1@${host}:{port:controller}`,
    "controller.listener.names": "CONTROLLER",
    listeners: `BROKER://${host}:{port:broker},CONTROLLER://${host}:{port:controller}`,
    "advertised.listeners": `BROKER://${host}:{port:broker}`,
    "inter.broker.listener.name": "BROKER",
    "log.dirs": "{dir}/data",
};

const plaintext = { "listener.security.protocol.map": "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT" };

/** The controller's listener is for the node itself: whoever connects has to show the node's own certificate. */
const saslSsl = (password: string) => ({
    "listener.security.protocol.map": "BROKER:SASL_SSL,CONTROLLER:SSL",
    "sasl.enabled.mechanisms": "SCRAM-SHA-512",
    "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
    "listener.name.broker.scram-sha-512.sasl.jaas.config": scramLogin({ username, password }),
    "ssl.keystore.type": "PEM",
    "ssl.keystore.location": "{dir}/tls/keystore.pem",
    "ssl.truststore.type": "PEM",
    "ssl.truststore.location": "{dir}/tls/ca.pem",
    "listener.name.controller.ssl.client.auth": "required",
});
