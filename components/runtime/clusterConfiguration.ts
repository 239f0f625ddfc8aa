/**
 * Flink's configuration of a job on a cluster, with what the operator reads of it. All values are text, as the CRD has them.
 * Sources: https://nightlies.apache.org/flink/flink-docs-release-2.0/docs/deployment/config/,
 * https://nightlies.apache.org/flink/flink-kubernetes-operator-docs-release-1.15/docs/operations/configuration/
 */
import { files } from "../../sql/cluster";
import { mergesByName } from "./rolePods";

/** TCP. Those that Flink would choose at random are fixed, so that a network policy can name them. */
export const flinkPorts = {
    rpc: 6123,
    blob: 6124,
    taskManagerRpc: 6122,
    data: 6121,
    rest: 8081,
    metrics: 9249,
} as const;

export interface JobConfiguration {
    /** URI prefixes, no trailing slash. */
    readonly checkpoints: string;
    readonly savepoints: string;
    /** Settings of Flink's file system, of the storage's contract. */
    readonly fileSystem: Readonly<Record<string, string>>;
    readonly taskSlots: number;
    readonly checkpointIntervalSeconds: number;
    readonly checkpointTimeoutSeconds: number;
    /** Whether the JVM finds a JAAS file. */
    readonly login: boolean;
    /** Of Kafka's OAUTHBEARER, where there is one: newer clients ask only addresses that are allowed. */
    readonly tokenEndpoint: string | undefined;
}

export interface Autoscaler {
    readonly enabled: boolean;
    readonly maxParallelism: number;
    /** 0 to 1. */
    readonly targetUtilization: number;
}

const every = (job: JobConfiguration): Record<string, string> => {
    const flags = [
        ...(job.login ? [`-Djava.security.auth.login.config=${files.jaas}`] : []),
        ...(job.tokenEndpoint === undefined
            ? []
            : [`-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=${job.tokenEndpoint}`]),
    ].join(" ");
    return {
        ...job.fileSystem,
        "taskmanager.numberOfTaskSlots": String(job.taskSlots),
        "taskmanager.data.port": String(flinkPorts.data),
        "taskmanager.rpc.port": String(flinkPorts.taskManagerRpc),
        "jobmanager.rpc.port": String(flinkPorts.rpc),
        "blob.server.port": String(flinkPorts.blob),
        "io.tmp.dirs": "/tmp",
        // Nobody uploads a jar or cancels a job in the web UI: the operator does what Pulumi tells it.
        "web.submit.enable": "false",
        "web.cancel.enable": "false",
        "rest.flamegraph.enabled": "false",
        "metrics.reporters": "prom",
        "metrics.reporter.prom.factory.class": "org.apache.flink.metrics.prometheus.PrometheusReporterFactory",
        "metrics.reporter.prom.port": String(flinkPorts.metrics),
        [mergesByName]: "true",
        // Savepoints stand in the status of the job. As objects of their own they would outlive the operator, and their
        // finalizers would keep the namespace from going.
        "kubernetes.operator.snapshot.resource.enabled": "false",
        // Not env.java.opts.all: the operator sets that to what Flink needs of newer Java.
        ...(flags === "" ? {} : { "env.java.opts.jobmanager": flags, "env.java.opts.taskmanager": flags }),
    };
};

/** Nothing of its state is lost: it is restored after a crash, an upgrade, a failed upgrade, and the deletion of its object. */
export const streamingConfiguration = (job: JobConfiguration, autoscaler: Autoscaler): Record<string, string> => ({
    ...every(job),
    "state.backend.type": "rocksdb",
    "execution.checkpointing.dir": job.checkpoints,
    "execution.checkpointing.savepoint-dir": job.savepoints,
    "execution.checkpointing.interval": `${job.checkpointIntervalSeconds} s`,
    "execution.checkpointing.min-pause": `${Math.ceil(job.checkpointIntervalSeconds / 2)} s`,
    "execution.checkpointing.timeout": `${job.checkpointTimeoutSeconds} s`,
    "execution.checkpointing.tolerable-failed-checkpoints": "3",
    "execution.checkpointing.num-retained": "3",
    "execution.checkpointing.incremental": "true",
    "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
    "high-availability.type": "kubernetes",
    "high-availability.storageDir": `${job.checkpoints}/ha`,
    "restart-strategy.type": "exponential-delay",
    "restart-strategy.exponential-delay.initial-backoff": "1 s",
    "restart-strategy.exponential-delay.max-backoff": "2 min",
    "restart-strategy.exponential-delay.backoff-multiplier": "2.0",
    "restart-strategy.exponential-delay.reset-backoff-threshold": "10 min",
    "restart-strategy.exponential-delay.jitter-factor": "0.1",
    // Fixed for good: state is divided by it. It has many divisors.
    "pipeline.max-parallelism": "120",
    "kubernetes.operator.job.savepoint-on-deletion": "true",
    "kubernetes.operator.job.upgrade.last-state-fallback.enabled": "true",
    "kubernetes.operator.deployment.rollback.enabled": "true",
    "kubernetes.operator.deployment.readiness.timeout": "10 min",
    "kubernetes.operator.jm-deployment-recovery.enabled": "true",
    "kubernetes.operator.job.restart.failed": "true",
    "kubernetes.operator.cluster.health-check.enabled": "true",
    "kubernetes.operator.cluster.health-check.checkpoint-progress.enabled": "true",
    "kubernetes.operator.savepoint.format.type": "CANONICAL",
    "kubernetes.operator.savepoint.history.max.count": "10",
    "kubernetes.operator.savepoint.dispose-on-delete": "false",
    ...autoscalerOptions(autoscaler),
});

/** A job with an end has no checkpoints; one that fails runs again from the beginning, which overwrites what it has written. */
export const batchConfiguration = (job: JobConfiguration): Record<string, string> => ({
    ...every(job),
    "restart-strategy.type": "fixed-delay",
    "restart-strategy.fixed-delay.attempts": "3",
    "restart-strategy.fixed-delay.delay": "10 s",
    // The cluster of a job that has ended is of no use to anybody.
    "kubernetes.operator.jm-deployment.shutdown-ttl": "10 min",
});

function autoscalerOptions({ enabled, maxParallelism, targetUtilization }: Autoscaler): Record<string, string> {
    if (!enabled) return { "job.autoscaler.enabled": "false" };
    return {
        "job.autoscaler.enabled": "true",
        "job.autoscaler.scaling.enabled": "true",
        "job.autoscaler.stabilization.interval": "5 m",
        "job.autoscaler.metrics.window": "15 m",
        "job.autoscaler.utilization.target": String(targetUtilization),
        "job.autoscaler.vertex.max-parallelism": String(maxParallelism),
        // Scales without a restart of the cluster.
        "jobmanager.scheduler": "adaptive",
    };
}
