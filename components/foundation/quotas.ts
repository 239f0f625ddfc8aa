/** What all pods of a namespace may ask for together: enough for 64 cores of Flink, unless somebody says otherwise. */

export interface Quota {
    /** Cores, e.g. `64`. */
    cpu: string;
    /** As Kubernetes writes quantities, e.g. `256Gi`; requests and limits alike. */
    memory: string;
    pods: number;
}

/** By what runs in the namespace. */
export const defaultQuotas = {
    flink: { cpu: "64", memory: "256Gi", pods: 200 },
    catalog: { cpu: "16", memory: "32Gi", pods: 50 },
    dbt: { cpu: "16", memory: "128Gi", pods: 50 },
    observability: { cpu: "8", memory: "32Gi", pods: 50 },
} as const satisfies Record<string, Quota>;

export type Room = keyof typeof defaultQuotas;
