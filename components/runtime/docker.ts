/** The runtime layer as a Flink session cluster: JobManager, TaskManager and SQL gateway, a container each of images/flink. */
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { exitCodes, TidegateError } from "../../automation/core/errors";
import type { Upstream } from "../../stacks/layer";
import { containerLimits, taskManagerLimit } from "../../stacks/settings/dockerMemory";
import { dockerFiles, inContainer } from "../../sql/docker";
import { docker as settings } from "../../stacks/settings/runtime/docker";
import { demandArgs, rulesOf } from "../arguments";
import { withTransform } from "../cloud/args";
import { loopback, networkOf, volumeOf, type DockerArgs } from "../docker/args";
import { filesOf, filesPath, type Files } from "../docker/files";
import { pulledImage, service, type ServiceArgs } from "../docker/service";
import type { ContractOutputs } from "../embedded/contract";
import { log4j } from "../embedded/jvm";
import { flinkPorts } from "./clusterConfiguration";
import {
    clusterSettings,
    configYaml,
    jobManagerSettings,
    jobSettings,
    moduleFlags,
    sqlGatewaySettings,
    taskManagerMemory,
    taskManagerSettings,
    type Settings,
} from "./flinkConfiguration";
import { jaas } from "./jaas";

export interface DockerRuntimeArgs extends DockerArgs {
    /** Of images/flink, by its digest. */
    image: string;
    storage: Extract<Upstream<"storage">, { endpoint: unknown }>;
    broker: Upstream<"broker">;
    catalog: Upstream<"catalog">;
    /** Of a job that asks for none. @default 2 */
    parallelism?: number;
    /** Task slots of the one TaskManager. @default 8 */
    taskSlots?: number;
    /** Of streaming jobs. @default 10 */
    checkpointIntervalSeconds?: number;
    /** @default 8081 and 8083 */
    ports?: { rest: number; sqlGateway: number };
    dbt: { target: string; duckdbFile: string; threads: number };
    /** Streaming jobs that the layer keeps running, by `pipeline.name`. @default none */
    jobs?: pulumi.Input<string[]>;
}

/** Their names in the networks that they are in. */
const names = { jobManager: "jobmanager", taskManager: "taskmanager", sqlGateway: "sqlgateway" } as const;
const gatewayPort = 8083;
const everywhere = "0.0.0.0";
const home = "/opt/flink";
/** Of sorts that do not fit into memory, and of RocksDB: on disk. The image gives it to Flink's user. */
const scratchPath = `${home}/tmp`;

interface Role {
    readonly what: string;
    /** In the image's bin. */
    readonly script: string;
    readonly settings: Settings;
    readonly memoryMiB: number;
    readonly healthy: readonly string[];
    readonly ports?: Readonly<Record<number, number>>;
    readonly after?: readonly docker.Container[];
}

export class DockerRuntime extends pulumi.ComponentResource {
    readonly contract: Extract<ContractOutputs<"runtime">, { flinkRest: unknown }>;
    readonly jobManager: docker.Container;
    readonly taskManager: docker.Container;
    readonly sqlGateway: docker.Container;

    private readonly name: string;
    private readonly args: DockerRuntimeArgs;
    private readonly image: docker.RemoteImage;
    private readonly networks: pulumi.Input<string>[];

    constructor(name: string, args: DockerRuntimeArgs, options?: pulumi.ComponentResourceOptions) {
        demandArgs("Flink in containers", rulesOf(settings), args);
        super("tidegate:runtime:Docker", name, {}, withTransform(args, options));
        this.name = name;
        this.args = args;
        const { parallelism = 2, taskSlots = 8, ports = { rest: flinkPorts.rest, sqlGateway: gatewayPort } } = args;
        const network = networkOf(args, "runtime", `${name}-network`, { parent: this });
        this.networks = [network.name, ...joined(args)];
        this.image = pulledImage(`${name}-image`, args.image, { parent: this });
        const memory = taskManagerMemory(taskSlots);

        this.jobManager = this.start({
            what: names.jobManager,
            script: "jobmanager.sh",
            settings: { ...jobManagerSettings(names.jobManager), ...jobManagerPorts },
            memoryMiB: containerLimits.jobManager,
            healthy: answers(flinkPorts.rest, "/overview"),
            ports: { [flinkPorts.rest]: ports.rest },
        });
        this.taskManager = this.start({
            what: names.taskManager,
            script: "taskmanager.sh",
            settings: {
                ...jobManagerAddress,
                ...taskManagerSettings(names.taskManager, taskSlots, memory),
                ...taskManagerPorts,
            },
            memoryMiB: taskManagerLimit(taskSlots),
            healthy: accepts(flinkPorts.taskManagerRpc),
            after: [this.jobManager],
        });
        this.sqlGateway = this.start({
            what: names.sqlGateway,
            script: "sql-gateway.sh",
            settings: {
                ...jobManagerAddress,
                ...sqlGatewaySettings(names.sqlGateway),
                "sql-gateway.endpoint.rest.bind-address": everywhere,
                "sql-gateway.endpoint.rest.port": gatewayPort,
                "env.java.opts.sql-gateway": "-Xms128m -Xmx512m",
            },
            memoryMiB: containerLimits.sqlGateway,
            healthy: answers(gatewayPort, "/v1/info"),
            ports: { [gatewayPort]: ports.sqlGateway },
            after: [this.jobManager],
        });

        this.contract = {
            profile: pulumi.output("docker" as const),
            flinkRest: pulumi.output(`http://${loopback}:${ports.rest}`),
            sqlGateway: pulumi.output(`http://${loopback}:${ports.sqlGateway}`),
            parallelism: pulumi.output(parallelism),
            savepoints: pulumi.output(args.storage.savepoints),
            jobs: pulumi.output(args.jobs ?? []),
            dbt: pulumi.output(args.dbt),
            docker: network.name.apply((of) => ({
                network: of,
                metrics: [names.jobManager, names.taskManager].map((what) => `${what}:${flinkPorts.metrics}`),
            })),
        };
        this.registerOutputs({ contract: this.contract });
    }

    private start({ what, script, settings, memoryMiB, healthy, ports, after = [] }: Role): docker.Container {
        const files = this.files(what, settings);
        const scratch = volumeOf(
            this.args,
            { layer: "runtime", what: `${what}-scratch`, data: false },
            `${this.name}-${what}-scratch`,
            { parent: this },
        );
        const given: ServiceArgs = {
            layer: "runtime",
            what,
            image: this.image,
            // The image's entrypoint writes the configuration, which a read-only root forbids.
            entrypoint: [`${home}/bin/${script}`],
            command: ["start-foreground"],
            user: "9999:9999",
            environment: {
                FLINK_CONF_DIR: filesPath,
                // Where Iceberg's S3FileIO looks for keys; the keys themselves are in no environment.
                AWS_SHARED_CREDENTIALS_FILE: dockerFiles.credentials,
                AWS_REGION: this.args.storage.region,
                AWS_EC2_METADATA_DISABLED: "true",
            },
            files,
            volumes: [{ volume: scratch, path: scratchPath }],
            memoryDirectories: { "/tmp": 128, [`${home}/log`]: 16 },
            networks: this.networks,
            ...(ports === undefined ? {} : { ports }),
            memoryMiB,
            healthy,
        };
        return service(this.args, given, { parent: this, dependsOn: [...after] });
    }

    private files(what: string, settings: Settings): Files {
        const { storage, broker, parallelism = 2, checkpointIntervalSeconds = 10 } = this.args;
        const { saslMechanism, caPem } = broker;
        const login = saslMechanism !== null;
        const flags = [...moduleFlags, ...(login ? [`-Djava.security.auth.login.config=${dockerFiles.jaas}`] : [])];
        const configuration: Settings = {
            ...clusterSettings,
            ...jobSettings(parallelism, {
                checkpoints: storage.checkpoints,
                savepoints: storage.savepoints,
                intervalSeconds: checkpointIntervalSeconds,
            }),
            ...inContainer(storage).flinkFileSystem,
            ...settings,
            "io.tmp.dirs": scratchPath,
            "env.java.opts.all": flags.join(" "),
            ...metrics,
        };
        const keys = pulumi.output(storage.credentials);
        return filesOf(
            this.args,
            {
                layer: "runtime",
                what,
                image: this.image.imageId,
                files: {
                    "config.yaml": pulumi.secret(
                        keys.apply(({ accessKeyId, secretAccessKey }) =>
                            configYaml({
                                ...configuration,
                                "s3.access-key": accessKeyId,
                                "s3.secret-key": secretAccessKey,
                            }),
                        ),
                    ),
                    "log4j-console.properties": log4j("WARN", { "org.apache.flink": "INFO" }),
                    credentials: pulumi.secret(
                        keys.apply(
                            ({ accessKeyId, secretAccessKey }) =>
                                `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
                        ),
                    ),
                    ...(caPem === null ? {} : { "ca.pem": caPem }),
                    ...(login
                        ? {
                              "jaas.conf": pulumi.secret(
                                  pulumi.output(broker.credentials).apply((user) => jaas(saslMechanism, user)),
                              ),
                          }
                        : {}),
                },
            },
            { parent: this },
        );
    }
}

/** Networks of the layers that Flink reads and writes. */
function joined({ storage, broker, catalog }: DockerRuntimeArgs): string[] {
    if (storage.docker === undefined)
        throw new TidegateError(
            "Flink in a container needs the storage profile 'docker': it does not reach the loopback of this machine.",
            {
                code: "layer-unfit",
                hint: "Use storage.profile docker, or another profile of the runtime.",
                exitCode: exitCodes.usage,
            },
        );
    const uses = [storage.docker, broker.docker, catalog.type === "rest" ? catalog.docker : undefined];
    return [...new Set(uses.flatMap((one) => (one === undefined ? [] : [one.network])))];
}

const jobManagerAddress: Settings = {
    "jobmanager.rpc.address": names.jobManager,
    "jobmanager.rpc.port": flinkPorts.rpc,
    "rest.address": names.jobManager,
    "rest.port": flinkPorts.rest,
};

/** Inside, each container has its ports for itself; they are published where this machine wants them. */
const jobManagerPorts: Settings = {
    ...jobManagerAddress,
    "jobmanager.bind-host": everywhere,
    "rest.bind-address": everywhere,
    "rest.bind-port": flinkPorts.rest,
    "blob.server.port": flinkPorts.blob,
    "blob.storage.directory": scratchPath,
    "web.tmpdir": scratchPath,
};

const taskManagerPorts: Settings = {
    "taskmanager.bind-host": everywhere,
    "taskmanager.rpc.port": flinkPorts.taskManagerRpc,
    "taskmanager.data.port": flinkPorts.data,
    "taskmanager.data.bind-port": flinkPorts.data,
};

/** Only what is in the runtime's networks reaches the reporter: the port is not published. */
const metrics: Settings = {
    "metrics.reporters": "prom",
    "metrics.reporter.prom.factory.class": "org.apache.flink.metrics.prometheus.PrometheusReporterFactory",
    "metrics.reporter.prom.port": flinkPorts.metrics,
};

/** Bash is in Flink's image, as its scripts want it; curl need not be. */
const connect = (port: number): string => `exec 3<>/dev/tcp/${loopback}/${port}`;
const accepts = (port: number): string[] => ["/bin/bash", "-c", connect(port)];
const answers = (port: number, path: string): string[] => [
    "/bin/bash",
    "-c",
    `${connect(port)} && printf 'GET ${path} HTTP/1.0\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '`,
];
