/** What a cluster has once for all of its platforms. */
import { z } from "zod";

const presences = ["install", "adopt", "none"] as const;

/** @param fallback where nothing is said: a cluster that Tidegate makes is empty, one that it finds is not */
export function operatorsWith(fallback: (typeof presences)[number]) {
    const presence = z.enum(presences).default(fallback);
    return z
        .strictObject({
            certManager: presence.describe("Certificates of the Flink operator's webhook."),
            externalSecrets: presence.describe("Brings secrets of a cloud's store into the cluster."),
            prometheus: presence.describe("The Prometheus operator, for metrics and alerts."),
        })
        .prefault({})
        .describe("install: by Tidegate; adopt: it is there; none: what needs it is refused.");
}

export const operatorSettings = operatorsWith("install");
