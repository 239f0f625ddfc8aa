/** The broker layer as one Kafka container in KRaft mode, with a listener for containers and one for this machine. */
import * as pulumi from "@pulumi/pulumi";
import { docker as settings } from "../../stacks/settings/broker/docker";
import { demandArgs, rulesOf } from "../arguments";
import { withTransform } from "../cloud/args";
import { loopback, networkOf, volumeOf, type DockerArgs } from "../docker/args";
import { filesOf, filesPath } from "../docker/files";
import { pulledImage, service } from "../docker/service";
import type { ContractOutputs } from "../embedded/contract";
import { log4j } from "../embedded/jvm";
import { Certificate, Credential, KafkaTopic, type KafkaConnectionArgs } from "../embedded/resources";
import { clusterId, oneNode, propertiesOf, scramLogin, username, type User } from "./oneNode";
import { topicsOf, type WantedTopics } from "./topics";

export interface DockerBrokerArgs extends DockerArgs, WantedTopics {
    /** Of Apache Kafka, by its digest. */
    image: string;
    /** `sasl_ssl`: SCRAM-SHA-512 over TLS, with a generated user and certificate. @default plaintext */
    security?: "plaintext" | "sasl_ssl";
    /** @default 1024 */
    memoryMiB?: number;
    /** @default 9092 */
    ports?: { broker: number };
}

/** Its name in the network. */
const host = "kafka";
/** In the container. Clients go on at the address that their listener advertises, so each kind has a listener of its own. */
const listenerPorts = { machine: 9092, containers: 9093, controller: 9094 } as const;
const dataPath = "/var/lib/kafka/data";

export class DockerBroker extends pulumi.ComponentResource {
    readonly contract: ContractOutputs<"broker">;

    constructor(name: string, args: DockerBrokerArgs, options?: pulumi.ComponentResourceOptions) {
        demandArgs("Kafka in a container", rulesOf(settings), args);
        super("tidegate:broker:Docker", name, {}, withTransform(args, options));
        const secured = args.security === "sasl_ssl";
        const user: User = {
            username,
            password: new Credential(`${name}-password`, { length: 40 }, { parent: this }).value,
        };
        const certificate = secured
            ? new Certificate(
                  `${name}-certificate`,
                  { commonName: "Tidegate Kafka", dnsNames: ["localhost", host] },
                  { parent: this },
              )
            : undefined;
        const network = networkOf(args, "broker", `${name}-network`, { parent: this });
        const data = volumeOf(args, { layer: "broker", what: "kafka-data", data: true }, `${name}-data`, {
            parent: this,
        });
        const published = args.ports?.broker ?? listenerPorts.machine;
        const server = this.kafka(name, args, { network, data, user, certificate, published });
        const connection = {
            bootstrapServers: `${loopback}:${published}`,
            securityProtocol: secured ? "SASL_SSL" : "PLAINTEXT",
            saslMechanism: secured ? "SCRAM-SHA-512" : null,
            caPem: certificate === undefined ? null : certificate.caPem,
            credentials: secured ? { ...user } : null,
        } as const;
        const names = this.topics(name, args, connection, { server, data });

        this.contract = {
            profile: pulumi.output("docker" as const),
            bootstrapServers: pulumi.output(connection.bootstrapServers),
            securityProtocol: pulumi.output(connection.securityProtocol),
            saslMechanism: pulumi.output(connection.saslMechanism),
            secretRef: pulumi.output(null),
            cluster: pulumi.output(null),
            caPem: pulumi.output(connection.caPem),
            // Who runs Flink says where it finds it.
            caFile: pulumi.output(null),
            clientProperties: pulumi.output<Record<string, string>>({}),
            topics: pulumi.output(names),
            credentials: pulumi.output(connection.credentials),
            docker: network.name.apply((of) => ({
                network: of,
                bootstrapServers: `${host}:${listenerPorts.containers}`,
            })),
        };
        this.registerOutputs({ contract: this.contract });
    }

    private kafka(
        name: string,
        args: DockerBrokerArgs,
        {
            network,
            data,
            user,
            certificate,
            published,
        }: {
            network: ReturnType<typeof networkOf>;
            data: ReturnType<typeof volumeOf>;
            user: User;
            certificate: Certificate | undefined;
            published: number;
        },
    ) {
        const { memoryMiB = 1024 } = args;
        const image = pulledImage(`${name}-image`, args.image, { parent: this });
        const files = filesOf(
            args,
            {
                layer: "broker",
                what: host,
                image: image.imageId,
                files: {
                    "log4j2.properties": log4j("WARN", { "kafka.server": "INFO" }),
                    "start.sh": startScript(memoryMiB),
                    "format.args": formatArguments(args.environment, user),
                    "server.properties":
                        certificate === undefined
                            ? properties({ published, protocol: "PLAINTEXT" })
                            : pulumi.secret(
                                  user.password.apply((password) =>
                                      properties({ published, protocol: "SASL_SSL" }, saslSsl(password)),
                                  ),
                              ),
                    ...(certificate === undefined
                        ? {}
                        : {
                              "ca.pem": certificate.caPem,
                              "keystore.pem": pulumi.secret(
                                  pulumi.interpolate`${certificate.privateKeyPem}\n${certificate.certificatePem}`,
                              ),
                          }),
                },
            },
            { parent: this },
        );
        return service(
            args,
            {
                layer: "broker",
                what: host,
                image,
                // The image's own start copies its configuration together in a root that it may write.
                entrypoint: ["/bin/sh", `${filesPath}/start.sh`],
                command: [],
                user: "appuser",
                files,
                volumes: [{ volume: data, path: dataPath }],
                networks: [network.name],
                ports: { [listenerPorts.machine]: published },
                memoryMiB,
                // A connection is what can be had without a user; that records come and go the gates see.
                healthy: ["/bin/bash", "-c", `exec 3<>/dev/tcp/${loopback}/${listenerPorts.containers}`],
                stopSeconds: 60,
            },
            { parent: this },
        );
    }

    private topics(
        name: string,
        args: DockerBrokerArgs,
        connection: KafkaConnectionArgs,
        { server, data }: { server: pulumi.Resource; data: pulumi.Resource },
    ) {
        const [events, deadLetters, probe, ...more] = topicsOf(args).map(
            ({ name: topic, partitions, retentionMs, data: isData }) =>
                new KafkaTopic(
                    `${name}-${topic}`,
                    { connection, name: topic, partitions, config: { "retention.ms": String(retentionMs) } },
                    {
                        parent: this,
                        dependsOn: [server],
                        deletedWith: data,
                        protect: isData && args.protectData !== false,
                    },
                ).name,
        );
        if (events === undefined || deadLetters === undefined || probe === undefined)
            throw new TypeError("topicsOf gave fewer than three topics");
        return { events, deadLetters, probe, more };
    }
}

/** Formats an empty volume, and runs on as Kafka. The user is in a file: java(1), "@argfiles". */
const startScript = (memoryMiB: number): string => {
    const java = `java -XX:+ExitOnOutOfMemoryError -Dlog4j2.configurationFile=${filesPath}/log4j2.properties -cp '/opt/kafka/libs/*'`;
    return `set -eu
[ -f ${dataPath}/meta.properties ] || ${java} -Xmx128m @${filesPath}/format.args
exec ${java} -Xmx${Math.floor(memoryMiB / 2)}m kafka.Kafka ${filesPath}/server.properties
`;
};

function formatArguments(environment: string, { username, password }: User): pulumi.Output<string> {
    const format = ["kafka.tools.StorageTool", "format", "--cluster-id", clusterId(environment)];
    const configuration = ["--config", `${filesPath}/server.properties`];
    const scram = pulumi.interpolate`--add-scram\n"SCRAM-SHA-512=[name=${username},password=${password}]"`;
    return pulumi.secret(pulumi.interpolate`${[...format, ...configuration].join("\n")}\n${scram}\n`);
}

/** The controller is for the node itself, so it listens at the container's own loopback. */
function properties(
    { published, protocol }: { readonly published: number; readonly protocol: "PLAINTEXT" | "SASL_SSL" },
    more: Readonly<Record<string, string>> = {},
): string {
    const { machine, containers, controller } = listenerPorts;
    const entries: Readonly<Record<string, string | number>> = {
        ...oneNode,
        "controller.quorum.voters": `1@${loopback}:${controller}`,
        "controller.listener.names": "CONTROLLER",
        listeners: `MACHINE://0.0.0.0:${machine},BROKER://0.0.0.0:${containers},CONTROLLER://${loopback}:${controller}`,
        "advertised.listeners": `MACHINE://${loopback}:${published},BROKER://${host}:${containers}`,
        "inter.broker.listener.name": "BROKER",
        "listener.security.protocol.map": `MACHINE:${protocol},BROKER:${protocol},CONTROLLER:PLAINTEXT`,
        "log.dirs": dataPath,
        ...more,
    };
    return propertiesOf(entries);
}

const saslSsl = (password: string) => ({
    "sasl.enabled.mechanisms": "SCRAM-SHA-512",
    "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
    "listener.name.broker.scram-sha-512.sasl.jaas.config": scramLogin({ username, password }),
    "listener.name.machine.scram-sha-512.sasl.jaas.config": scramLogin({ username, password }),
    "ssl.keystore.type": "PEM",
    "ssl.keystore.location": `${filesPath}/keystore.pem`,
    "ssl.truststore.type": "PEM",
    "ssl.truststore.location": `${filesPath}/ca.pem`,
});
