/**
 * The custom resources of the Flink operator, as resources of their own: Helm installs those of a chart once and never
 * again, so that an operator of a later version would find those of an earlier one. Their schema is open. The operator
 * checks each object itself and says in `status.error` what is wrong; what it adds in a later version is not cut off.
 * Source: https://github.com/apache/flink-kubernetes-operator/tree/release-1.15.0/helm/flink-kubernetes-operator/crds
 */
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

interface Column {
    readonly name: string;
    readonly jsonPath: string;
    readonly type: "string";
}

const column = (name: string, jsonPath: string): Column => ({ name, jsonPath, type: "string" });
const jobState = column("Job Status", ".status.jobStatus.state");
const lifecycle = column("Lifecycle State", ".status.lifecycleState");

interface Kind {
    readonly kind: string;
    readonly shortName: string;
    readonly columns: readonly Column[];
    /** Whether its TaskManagers are counted, for autoscalers. */
    readonly scale?: true;
}

const flinkKinds: readonly Kind[] = [
    { kind: "FlinkDeployment", shortName: "flinkdep", columns: [jobState, lifecycle], scale: true },
    { kind: "FlinkSessionJob", shortName: "sessionjob", columns: [jobState, lifecycle] },
    {
        kind: "FlinkStateSnapshot",
        shortName: "flinksnp",
        columns: [column("Path", ".status.path"), column("Snapshot State", ".status.state")],
    },
    { kind: "FlinkBlueGreenDeployment", shortName: "flinkbgdep", columns: [jobState] },
];

const open = { type: "object", "x-kubernetes-preserve-unknown-fields": true } as const;

/** With a definition every object of it goes, those of other platforms on the cluster too. */
export function flinkCrds(
    name: string,
    labels: Record<string, string>,
    options: pulumi.CustomResourceOptions,
): kubernetes.apiextensions.v1.CustomResourceDefinition[] {
    return flinkKinds.map(({ kind, shortName, columns, scale }) => {
        const singular = kind.toLowerCase();
        const plural = `${singular}s`;
        return new kubernetes.apiextensions.v1.CustomResourceDefinition(
            `${name}-${plural}`,
            {
                metadata: { name: `${plural}.flink.apache.org`, labels },
                spec: {
                    group: "flink.apache.org",
                    scope: "Namespaced",
                    names: { kind, plural, singular, shortNames: [shortName] },
                    versions: [
                        {
                            name: "v1beta1",
                            served: true,
                            storage: true,
                            schema: {
                                openAPIV3Schema: { type: "object", properties: { spec: open, status: open } },
                            },
                            subresources: {
                                status: {},
                                ...(scale === undefined
                                    ? {}
                                    : {
                                          scale: {
                                              specReplicasPath: ".spec.taskManager.replicas",
                                              statusReplicasPath: ".status.taskManager.replicas",
                                              labelSelectorPath: ".status.taskManager.labelSelector",
                                          },
                                      }),
                            },
                            additionalPrinterColumns: [...columns],
                        },
                    ],
                },
            },
            options,
        );
    });
}
