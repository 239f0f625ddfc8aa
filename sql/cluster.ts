/** How Flink on a cluster reaches brokers and catalog: by files that its pods mount, so that no secret is in SQL. */
import type { PipelineOptions, PipelinePlatform } from "./pipeline";

/** Absolute, in the containers of images/flink. */
export const mounted = {
    sql: "/opt/flink/sql",
    kafka: "/opt/flink/kafka",
    catalog: "/opt/flink/catalog",
} as const;

export const files = {
    script: `${mounted.sql}/job.sql`,
    jaas: `${mounted.kafka}/jaas.conf`,
    authority: `${mounted.kafka}/ca.pem`,
    /** Of a service account, which Kubernetes renews. */
    catalogToken: `${mounted.catalog}/token`,
    /** `id:secret` of an OAuth 2 client. */
    catalogCredential: `${mounted.catalog}/credential`,
} as const;

/** The platform as the SQL on a cluster is rendered from it. */
export function onCluster(platform: PipelinePlatform): Pick<PipelineOptions, "platform" | "connector"> {
    const { broker, catalog } = platform;
    return {
        connector: "plain",
        platform: {
            ...platform,
            broker: { ...broker, caFile: broker.caPem === null ? null : files.authority },
            catalog:
                catalog.type === "rest"
                    ? { ...catalog, properties: { ...catalog.properties, ...authentication(catalog.auth.mode) } }
                    : catalog,
        },
    };
}

/** The classes are those of images/flink/auth. */
function authentication(mode: "none" | "sigv4" | "oauth2" | "serviceAccount"): Readonly<Record<string, string>> {
    if (mode === "oauth2")
        return { "rest.auth.type": "tidegate.CredentialFileAuth", "credential-file": files.catalogCredential };
    if (mode === "serviceAccount")
        return { "rest.auth.type": "tidegate.TokenFileAuth", "token-file": files.catalogToken };
    return {};
}
