/**
 * Where a cluster of Google's Managed Kafka is reached. The provider does not say it, and it does not follow from the
 * cluster's name: it has digits of Google's own in it, so the API is asked.
 * Source: `bootstrapAddress` of https://cloud.google.com/managed-service-for-apache-kafka/docs/reference/rest/v1/projects.locations.clusters
 */
import { TidegateError } from "../../automation/core/errors";

const api = "https://managedkafka.googleapis.com/v1";
const timeoutMs = 30_000;

/**
 * @param cluster `projects/P/locations/L/clusters/C`
 * @param fetching for tests
 * @returns the host, without a port
 * @throws TidegateError `kafka-bootstrap-unknown`
 */
export async function readBootstrapAddress(
    cluster: string,
    accessToken: string,
    fetching: typeof fetch = fetch,
): Promise<string> {
    const response = await fetching(`${api}/${cluster}`, {
        headers: { authorization: `Bearer ${accessToken}` },
        signal: AbortSignal.timeout(timeoutMs),
    }).catch((error: unknown) => {
        throw unknown(
            cluster,
            `the API does not answer (${error instanceof Error ? error.message : "no reason"})`,
            true,
        );
    });
    // Never the body: whatever is in it, nobody needs it to understand what to do.
    if (!response.ok) throw unknown(cluster, `the API answers ${response.status}`, response.status >= 500);
    const { bootstrapAddress } = (await response.json()) as { bootstrapAddress?: unknown };
    if (typeof bootstrapAddress === "string" && /^[a-z0-9.-]+$/.test(bootstrapAddress)) return bootstrapAddress;
    throw unknown(cluster, "the API names no bootstrapAddress", false);
}

const unknown = (cluster: string, why: string, retryable: boolean): TidegateError =>
    new TidegateError(`It is not known where the brokers of ${cluster} are reached: ${why}.`, {
        code: "kafka-bootstrap-unknown",
        hint: "Whoever deploys needs managedkafka.clusters.get: `gcloud managed-kafka clusters describe` shows the same address.",
        retryable,
    });
