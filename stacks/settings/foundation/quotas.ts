/** What all pods of a namespace may ask for together. */
import { z } from "zod";
import { defaultQuotas, type Room } from "../../../components/foundation/quotas";

const quota = (room: Room) =>
    z
        .strictObject({
            cpu: z
                .string()
                .regex(/^\d+$/, "a number of cores, in quotes")
                .default(defaultQuotas[room].cpu)
                .describe("Cores."),
            memory: z
                .string()
                .regex(/^\d+(Mi|Gi|Ti)$/, "a quantity of Kubernetes, e.g. 64Gi")
                .default(defaultQuotas[room].memory)
                .describe("Requests, and limits too."),
            pods: z.number().int().min(1).max(10_000).default(defaultQuotas[room].pods),
        })
        .prefault({});

export const quotaSettings = z
    .strictObject({
        flink: quota("flink"),
        catalog: quota("catalog"),
        dbt: quota("dbt"),
        observability: quota("observability"),
    })
    .prefault({})
    .describe("Ceilings of the platform's namespaces, so that a job cannot take the whole cluster.");
