/** Flink's configuration for a cluster of plain processes, started without Flink's own scripts. */

/** MiB. Flink's scripts would compute these; a TaskManager started without them wants every one. */
export interface TaskManagerMemory {
    taskHeap: number;
    frameworkHeap: number;
    frameworkOffHeap: number;
    taskOffHeap: number;
    network: number;
    /** Shared evenly by the slots; batch sorts and joins live in it. */
    managed: number;
    metaspace: number;
    overhead: number;
}

/** Managed memory of one slot, MiB. */
const managedPerSlot = 64;

export function taskManagerMemory(slots: number): TaskManagerMemory {
    return {
        taskHeap: 512,
        frameworkHeap: 128,
        frameworkOffHeap: 128,
        taskOffHeap: 64,
        network: 128,
        managed: managedPerSlot * slots,
        metaspace: 256,
        overhead: 192,
    };
}

export type Settings = Record<string, string | number | boolean>;

/** As `config.yaml`. The keys are flat, which Flink accepts; every value is quoted. */
export function configYaml(settings: Settings): string {
    return Object.entries(settings)
        .map(([key, value]) => `${key}: ${JSON.stringify(String(value))}\n`)
        .join("");
}

export interface Checkpoints {
    readonly checkpoints: string;
    readonly savepoints: string;
    readonly intervalSeconds: number;
}

/** What a job gets however it is submitted, so it stands in the configuration of every process. */
export function jobSettings(parallelism: number, { checkpoints, savepoints, intervalSeconds }: Checkpoints): Settings {
    return {
        "parallelism.default": parallelism,
        "state.backend.type": "hashmap",
        "execution.checkpointing.dir": checkpoints,
        "execution.checkpointing.savepoint-dir": savepoints,
        "execution.checkpointing.interval": `${intervalSeconds}s`,
        "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
        "restart-strategy.type": "fixed-delay",
        "restart-strategy.fixed-delay.attempts": 10,
        "restart-strategy.fixed-delay.delay": "2s",
        "classloader.check-leaked-classloader": false,
    };
}

/** Agreed between JobManager and TaskManager. */
export const clusterSettings: Settings = {
    "io.tmp.dirs": "{dir}/tmp",
    "heartbeat.interval": "2s",
    "heartbeat.timeout": "10s",
    // The default of 10 s is sat out by a TaskManager that comes up before the JobManager.
    "cluster.registration.error-delay": "500ms",
};

export function jobManagerSettings(host: string): Settings {
    return {
        "jobmanager.rpc.address": host,
        "jobmanager.bind-host": host,
        "jobmanager.rpc.port": "{port:rpc}",
        "rest.address": host,
        "rest.bind-address": host,
        "rest.port": "{port:rest}",
        "rest.bind-port": "{port:rest}",
        "blob.server.port": "{port:blob}",
        "blob.storage.directory": "{dir}/blob",
        "web.tmpdir": "{dir}/tmp",
        // Jobs come through the SQL gateway; nobody uploads a jar.
        "web.submit.enable": false,
        // Ended jobs stay in view for a week, not an hour: a validation later asks for them.
        "jobstore.expiration-time": 604_800,
        "jobmanager.memory.process.size": "1g",
    };
}

export function taskManagerSettings(host: string, slots: number, memory: TaskManagerMemory): Settings {
    return {
        "taskmanager.host": host,
        "taskmanager.bind-host": host,
        "taskmanager.rpc.port": "{port:rpc}",
        // One that is started again takes the place of the one that died; else the JobManager lists both until the dead
        // one's heartbeat times out.
        "taskmanager.resource-id": "taskmanager",
        "taskmanager.data.port": "{port:data}",
        "taskmanager.data.bind-port": "{port:data}",
        "taskmanager.numberOfTaskSlots": slots,
        "taskmanager.cpu.cores": "2.0",
        "taskmanager.memory.task.heap.size": `${memory.taskHeap}m`,
        "taskmanager.memory.framework.heap.size": `${memory.frameworkHeap}m`,
        "taskmanager.memory.framework.off-heap.size": `${memory.frameworkOffHeap}m`,
        "taskmanager.memory.task.off-heap.size": `${memory.taskOffHeap}m`,
        "taskmanager.memory.network.min": `${memory.network}m`,
        "taskmanager.memory.network.max": `${memory.network}m`,
        "taskmanager.memory.managed.size": `${memory.managed}m`,
        "taskmanager.memory.jvm-metaspace.size": `${memory.metaspace}m`,
        "taskmanager.memory.jvm-overhead.min": `${memory.overhead}m`,
        "taskmanager.memory.jvm-overhead.max": `${memory.overhead}m`,
    };
}

export function sqlGatewaySettings(host: string): Settings {
    return {
        "sql-gateway.endpoint.rest.address": host,
        "sql-gateway.endpoint.rest.bind-address": host,
        "sql-gateway.endpoint.rest.port": "{port:rest}",
        "execution.target": "remote",
    };
}

/** Of Flink 2.0.0's bin/config.sh and conf/config.yaml (env.java.opts.all). */
const exports = [
    "java.rmi/sun.rmi.registry",
    ...["api", "file", "parser", "tree", "util"].map((part) => `jdk.compiler/com.sun.tools.javac.${part}`),
    "java.security.jgss/sun.security.krb5",
];
const opens = [
    ...["lang", "net", "io", "nio", "lang.reflect", "text", "time", "util", "util.concurrent"].map(
        (part) => `java.base/java.${part}`,
    ),
    "java.base/sun.nio.ch",
    "java.base/java.util.concurrent.atomic",
    "java.base/java.util.concurrent.locks",
];
export const moduleFlags = [
    ...exports.map((name) => `--add-exports=${name}=ALL-UNNAMED`),
    ...opens.map((name) => `--add-opens=${name}=ALL-UNNAMED`),
];
