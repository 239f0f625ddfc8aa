/** The runtime layer as a Flink session cluster: JobManager, TaskManager and SQL gateway, a process each. */
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { Upstream } from "../../stacks/layer";
import { embedded as settings } from "../../stacks/settings/runtime/embedded";
import { demandArgs, rulesOf } from "../arguments";
import type { ContractOutputs, EmbeddedArgs } from "../embedded/contract";
import { jvm, log4j, log4jFile, log4jFlag, type JvmOptions } from "../embedded/jvm";
import { Process, type ReadyArgs } from "../embedded/resources";
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

export interface EmbeddedRuntimeArgs extends EmbeddedArgs {
    storage: Extract<Upstream<"storage">, { endpoint: unknown }>;
    broker: Upstream<"broker">;
    /** Of a job that asks for none. @default 2 */
    parallelism?: number;
    /** Task slots of the one TaskManager. @default 8 */
    taskSlots?: number;
    /** Of streaming jobs. @default 10 */
    checkpointIntervalSeconds?: number;
    /** @default any free ports */
    ports?: { rest?: number; sqlGateway?: number };
    dbt: { target: string; duckdbFile: string; threads: number };
    /** Streaming jobs that the layer keeps running, by `pipeline.name`. @default none */
    jobs?: pulumi.Input<string[]>;
}

const host = "127.0.0.1";

/** One of the three processes. */
interface Role {
    readonly name: string;
    readonly folder: string;
    readonly main: readonly string[];
    readonly jvm: Omit<JvmOptions, "classes">;
    readonly settings: pulumi.Input<Settings>;
    readonly ports: Record<string, number>;
    readonly ready: ReadyArgs;
}

export class EmbeddedRuntime extends pulumi.ComponentResource {
    readonly contract: Extract<ContractOutputs<"runtime">, { flinkRest: unknown }>;
    readonly jobManager: Process;
    readonly taskManager: Process;
    readonly sqlGateway: Process;

    constructor(name: string, args: EmbeddedRuntimeArgs, options?: pulumi.ComponentResourceOptions) {
        demandArgs("Flink", rulesOf(settings), args);
        super("tidegate:runtime:Embedded", name, {}, options);
        const parallelism = args.parallelism ?? 2;
        const jobs = jobSettings(parallelism, {
            checkpoints: args.storage.checkpoints,
            savepoints: args.storage.savepoints,
            intervalSeconds: args.checkpointIntervalSeconds ?? 10,
        });
        this.jobManager = this.startJobManager(name, args, jobs);
        const flinkRest = pulumi.interpolate`http://${host}:${this.jobManager.port("rest")}`;
        this.taskManager = this.startTaskManager(name, args, jobs, flinkRest);
        this.sqlGateway = this.startSqlGateway(name, args, jobs);

        this.contract = {
            profile: pulumi.output("embedded" as const),
            flinkRest,
            sqlGateway: pulumi.interpolate`http://${host}:${this.sqlGateway.port("rest")}`,
            parallelism: pulumi.output(parallelism),
            savepoints: pulumi.output(args.storage.savepoints),
            jobs: pulumi.output(args.jobs ?? []),
            dbt: pulumi.output(args.dbt),
        };
        this.registerOutputs({ contract: this.contract });
    }

    private startJobManager(name: string, args: EmbeddedRuntimeArgs, jobs: Settings): Process {
        return this.start(name, args, {
            name: "Flink JobManager",
            folder: "jobmanager",
            main: [
                "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
                "--configDir",
                "{dir}/conf",
            ],
            jvm: { initialHeap: 128, maximumHeap: 512, metaspace: 256, direct: 128, compiler: "start" },
            settings: { ...clusterSettings, ...jobs, ...jobManagerSettings(host) },
            ports: { rest: args.ports?.rest ?? 0, rpc: 0, blob: 0 },
            ready: { http: { url: `http://${host}:{port:rest}/overview` }, tcp: "rpc" },
        });
    }

    private startTaskManager(
        name: string,
        args: EmbeddedRuntimeArgs,
        jobs: Settings,
        flinkRest: pulumi.Output<string>,
    ): Process {
        const slots = args.taskSlots ?? 8;
        const memory = taskManagerMemory(slots);
        return this.start(name, args, {
            name: "Flink TaskManager",
            folder: "taskmanager",
            main: ["org.apache.flink.runtime.taskexecutor.TaskManagerRunner", "--configDir", "{dir}/conf"],
            jvm: {
                initialHeap: 256,
                maximumHeap: memory.taskHeap + memory.frameworkHeap,
                metaspace: memory.metaspace,
                direct: memory.frameworkOffHeap + memory.taskOffHeap + memory.network,
                collector: "g1",
            },
            settings: this.jobManager.port("rpc").apply((rpc) => ({
                ...clusterSettings,
                ...jobs,
                "jobmanager.rpc.address": host,
                "jobmanager.rpc.port": rpc,
                ...taskManagerSettings(host, slots, memory),
            })),
            ports: { rpc: 0, data: 0 },
            ready: {
                log: "Successful registration at resource manager",
                http: { url: pulumi.interpolate`${flinkRest}/overview`, matches: '"slots-total":[1-9]' },
            },
        });
    }

    private startSqlGateway(name: string, args: EmbeddedRuntimeArgs, jobs: Settings): Process {
        return this.start(name, args, {
            name: "Flink SQL gateway",
            folder: "sqlgateway",
            main: ["org.apache.flink.table.gateway.SqlGateway"],
            jvm: { initialHeap: 128, maximumHeap: 512, metaspace: 384, direct: 64, compiler: "start" },
            settings: this.jobManager.ports.apply(({ rest, rpc }) => ({
                ...jobs,
                "io.tmp.dirs": "{dir}/tmp",
                "jobmanager.rpc.address": host,
                "jobmanager.rpc.port": rpc ?? 0,
                "rest.address": host,
                "rest.port": rest ?? 0,
                ...sqlGatewaySettings(host),
            })),
            ports: { rest: args.ports?.sqlGateway ?? 0 },
            ready: { http: { url: `http://${host}:{port:rest}/v1/info` } },
        });
    }

    private start(name: string, args: EmbeddedRuntimeArgs, role: Role): Process {
        const { credentials, region } = args.storage;
        const login = jaasFile(args.broker);
        return new Process(
            `${name}-${role.folder}`,
            {
                name: role.name,
                directory: join(args.dataDirectory, "runtime", role.folder),
                command: [
                    ...jvm({ ...role.jvm, classes: "flink" }),
                    ...moduleFlags,
                    log4jFlag,
                    ...(login === undefined ? [] : ["-Djava.security.auth.login.config={dir}/conf/jaas.conf"]),
                    "-cp",
                    "{tool:flink}",
                    ...role.main,
                ],
                // The default credential chains of Iceberg's S3FileIO and of its REST client find these.
                environment: {
                    AWS_ACCESS_KEY_ID: pulumi.output(credentials).apply(({ accessKeyId }) => accessKeyId),
                    AWS_SECRET_ACCESS_KEY: pulumi.output(credentials).apply(({ secretAccessKey }) => secretAccessKey),
                    AWS_REGION: region,
                    AWS_EC2_METADATA_DISABLED: "true",
                    FLINK_CONF_DIR: "{dir}/conf",
                    FLINK_PLUGINS_DIR: "{dir}/plugins",
                },
                files: {
                    [log4jFile]: log4j("WARN", { "org.apache.flink": "INFO" }),
                    "conf/config.yaml": pulumi.output(role.settings).apply(configYaml),
                    ...(login === undefined ? {} : { "conf/jaas.conf": login }),
                },
                ports: role.ports,
                ready: { timeoutSeconds: 90, ...role.ready },
                stop: { graceSeconds: 15 },
                versions: args.versions ?? {},
            },
            { parent: this },
        );
    }
}

/** The broker's user, so that no password is in SQL or in a job's configuration. The connector of this Flink is shaded. */
const jaasFile = ({ credentials, saslMechanism }: Upstream<"broker">): pulumi.Output<string> | undefined =>
    saslMechanism === null
        ? undefined
        : pulumi.output(credentials).apply((user) => jaas(saslMechanism, user, "shaded"));
