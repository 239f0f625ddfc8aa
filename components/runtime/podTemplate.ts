/** The pods of a job, as both of its pod templates have them; they pass Pod Security `restricted`. */
import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { containerSecurity, podSecurity } from "../kubernetes/restricted";
import { flinkPorts } from "./clusterConfiguration";
import { mainContainer } from "./rolePods";

/** Of the user `flink` in Flink's images. */
export const flinkUid = 9999;

/** Something that a pod reads. */
export interface Mount {
    readonly name: string;
    readonly path: string;
    readonly volume: Omit<kubernetes.types.input.core.v1.Volume, "name">;
}

export interface PodTemplateArgs {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, pulumi.Input<string>>>;
    readonly mounts: readonly Mount[];
    /** Of temporary files: sorts, RocksDB. */
    readonly scratchGi: number;
    /** Whether it writes ConfigMaps of Kubernetes' API: only high availability does. */
    readonly kubernetesApi: boolean;
    /** Labels of the nodes that it runs on. @default any node will do */
    readonly nodes?: Readonly<Record<string, string>>;
}

export function podTemplate({ labels, annotations, mounts, scratchGi, kubernetesApi, nodes }: PodTemplateArgs) {
    const scratch = [
        { name: "tmp", path: "/tmp", limit: `${scratchGi}Gi` },
        { name: "log", path: "/opt/flink/log", limit: "1Gi" },
    ];
    return {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { labels, annotations },
        spec: {
            automountServiceAccountToken: kubernetesApi,
            ...(nodes === undefined ? {} : { nodeSelector: { ...nodes } }),
            securityContext: podSecurity(flinkUid),
            containers: [
                {
                    name: mainContainer,
                    securityContext: containerSecurity,
                    ports: [{ name: "metrics", containerPort: flinkPorts.metrics, protocol: "TCP" }],
                    volumeMounts: [
                        ...scratch.map(({ name, path }) => ({ name, mountPath: path })),
                        ...mounts.map(({ name, path }) => ({ name, mountPath: path, readOnly: true })),
                    ],
                },
            ],
            volumes: [
                ...scratch.map(({ name, limit }) => ({ name, emptyDir: { sizeLimit: limit } })),
                ...mounts.map(({ name, volume }) => ({ name, ...volume })),
            ],
        },
    };
}

/** TaskManagers are spread over zones, as far as there is room. */
export const taskManagerTemplate = (labels: Readonly<Record<string, string>>) => ({
    spec: {
        topologySpreadConstraints: [
            {
                maxSkew: 1,
                topologyKey: "topology.kubernetes.io/zone",
                whenUnsatisfiable: "ScheduleAnyway",
                labelSelector: { matchLabels: { ...labels, component: "taskmanager" } },
            },
        ],
    },
});
