import { z } from "zod";
import { operatorSettings } from "./operators";
import { quotaSettings } from "./quotas";

const block = z.string().regex(/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/, "a block of addresses, e.g. 192.0.2.0/24");

const nodeClass = (machineType: string, least: number, most: number, diskGb: number) =>
    z
        .strictObject({
            machineType: z
                .string()
                .regex(/^[a-z0-9]+-[a-z0-9-]+$/, "a machine type of Compute Engine, e.g. n2-standard-4")
                .default(machineType)
                .describe("Those of Axion and Tau (c4a, t2a) want images for arm64."),
            least: z.number().int().min(0).max(1000).default(least).describe("Nodes of all zones together."),
            most: z.number().int().min(0).max(1000).default(most).describe("0: there is no pool of this class."),
            diskGb: z.number().int().min(30).max(16_384).default(diskGb).describe("GiB of each node."),
        })
        .prefault({});

export const gke = z.strictObject({
    profile: z.literal("gke").describe("Google Kubernetes Engine, with private nodes"),
    mode: z
        .enum(["autopilot", "standard"])
        .default("autopilot")
        .describe("autopilot: Google makes the nodes that pods ask for. standard: a pool for each class of jobs."),
    channel: z
        .enum(["RAPID", "REGULAR", "STABLE", "EXTENDED"])
        .default("REGULAR")
        .describe("How soon new versions of Kubernetes come."),
    ranges: z
        .strictObject({
            nodes: block.default("10.0.0.0/20").describe("Brokers and databases get theirs from it too."),
            pods: block.default("10.4.0.0/14").describe("256 for each node."),
            services: block.default("10.8.0.0/20"),
        })
        .prefault({})
        .describe("Private addresses. Never changed afterwards."),
    api: z
        .strictObject({
            publicCidrs: z
                .array(block)
                .default([])
                .describe("Who on the internet reaches the API server. Without any there is no public endpoint."),
            privateCidrs: z.array(block).default([]).describe("Who in joined networks does."),
            dns: z
                .boolean()
                .default(false)
                .describe("From wherever Google's APIs are reached, by who has container.clusters.connect."),
        })
        .prefault({})
        .describe("The driver has to be in one of these: it makes namespaces and installs operators."),
    nodes: z
        .strictObject({
            small: nodeClass("n2-standard-4", 3, 6, 100),
            medium: nodeClass("n2-standard-8", 0, 6, 100),
            large: nodeClass("n2-standard-16", 0, 6, 200),
        })
        .optional()
        .describe("Of the mode 'standard' alone, by the class of the Flink jobs that run on them."),
    quotas: quotaSettings,
    operators: operatorSettings,
});
