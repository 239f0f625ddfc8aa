/**
 * The chart of Lakekeeper, with what its defaults leave open closed.
 * Source: values.yaml and templates at `charts.lakekeeper.source`; variables: https://docs.lakekeeper.io/docs/nightly/configuration/
 */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Upstream } from "../../stacks/layer";
import { type Postgres } from "../database/postgres";
import { charts } from "../kubernetes/charts";
import { containerSecurity, identityLabels, podSecurity } from "../kubernetes/restricted";
import { anywhere } from "../runtime/networkPolicies";
import type { LakekeeperCatalogArgs } from "./lakekeeper";

/** As the image has it: uid 65532, gid 65534. */
const uid = 65_532;
const gid = 65_534;
/** TCP. */
const lakekeeperPorts = { http: 8181, metrics: 9000 } as const;
/** As the chart labels its pods, those of the migration too. */
export const lakekeeperLabels = { "app.kubernetes.io/name": "lakekeeper" } as const;

interface Key {
    readonly secret: pulumi.Output<string>;
    readonly key: string;
}

/**
 * What encrypts storage credentials in the database. The chart would make one by Helm's `lookup`, which is empty where
 * templates are rendered elsewhere: a new key then makes every stored credential unreadable.
 */
export function encryptionKey(
    name: string,
    {
        namespace,
        labels,
        protectData: protect = true,
    }: { namespace: string; labels: Record<string, string>; protectData?: boolean },
    parent: pulumi.Resource,
): Key {
    const data = { parent, protect, retainOnDelete: protect };
    const { result } = new random.RandomPassword(`${name}-encryption-key`, { length: 64, special: false }, data);
    const secret = new kubernetes.core.v1.Secret(
        `${name}-encryption`,
        {
            metadata: { name: "lakekeeper-encryption", namespace, labels },
            type: "Opaque",
            immutable: true,
            stringData: { encryptionKey: pulumi.secret(result) },
        },
        data,
    );
    return { secret: secret.metadata.name, key: "encryptionKey" };
}

/** Of the pods of Lakekeeper and of its migration. */
export function catalogPolicy(reach: {
    readonly clients: readonly string[];
    readonly cidrs: readonly string[];
    readonly monitoring: readonly string[];
    readonly kubernetesApi: boolean;
    /** Of its database where that is elsewhere, and of who gives tokens where that is not 443. */
    readonly ports: readonly number[];
    /** Its database in the namespace: addresses are not those of pods to a policy of Cilium. @default elsewhere */
    readonly database: { readonly pods: Readonly<Record<string, string>>; readonly port: number } | undefined;
}): kubernetes.types.input.networking.v1.NetworkPolicySpec {
    const tcp = (port: number) => [{ protocol: "TCP", port }];
    const namespaces = (names: readonly string[]) => [
        {
            namespaceSelector: {
                matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: [...new Set(names)] }],
            },
        },
    ];
    return {
        podSelector: { matchLabels: lakekeeperLabels },
        policyTypes: ["Ingress", "Egress"],
        ingress: [
            {
                from: [...namespaces(reach.clients), ...reach.cidrs.map((cidr) => ({ ipBlock: { cidr } }))],
                ports: tcp(lakekeeperPorts.http),
            },
            { from: namespaces(reach.monitoring), ports: tcp(lakekeeperPorts.metrics) },
        ],
        // The bucket, who gives tokens for it, the identity provider; the database; the API server, behind its service.
        egress: [
            anywhere(443, ...reach.ports, ...(reach.kubernetesApi ? [6443] : [])),
            ...(reach.database === undefined
                ? []
                : [
                      {
                          to: [{ podSelector: { matchLabels: { ...reach.database.pods } } }],
                          ports: tcp(reach.database.port),
                      },
                  ]),
        ],
    };
}

interface Chart extends Pick<
    LakekeeperCatalogArgs,
    "auth" | "host" | "ingress" | "image" | "replicas" | "foundation" | "storage" | "environment" | "tags"
> {
    readonly namespace: string;
    readonly database: Postgres;
    readonly key: Key;
}

export function lakekeeperRelease(
    name: string,
    args: Chart,
    options: pulumi.CustomResourceOptions,
): kubernetes.helm.v3.Release {
    const { chart, version, repository } = charts.lakekeeper;
    return new kubernetes.helm.v3.Release(
        `${name}-release`,
        {
            name: "lakekeeper",
            namespace: args.namespace,
            chart,
            version,
            repositoryOpts: { repo: repository },
            createNamespace: false,
            // A database that a newer Lakekeeper has migrated is refused by an older one: there is no way back.
            atomic: false,
            cleanupOnFail: false,
            timeout: 900,
            maxHistory: 5,
            values: valuesOf(args),
        },
        options,
    );
}

/** Lakekeeper's variable for the identity that it has in each cloud. */
const systemCredentials = {
    s3: "LAKEKEEPER__ENABLE_AWS_SYSTEM_CREDENTIALS",
    gcs: "LAKEKEEPER__ENABLE_GCP_SYSTEM_CREDENTIALS",
    adls: "LAKEKEEPER__ENABLE_AZURE_SYSTEM_CREDENTIALS",
} as const satisfies Record<Extract<Upstream<"storage">, { encryptionKey: string }>["profile"], string>;

const resources = (cpu: string, memory: string) => ({ requests: { cpu, memory }, limits: { memory } });

/** Where clients of the API server look for who they are. */
const accountPath = "/var/run/secrets/kubernetes.io/serviceaccount";

function valuesOf({ auth, host, ingress, image, replicas = 2, foundation, storage, database, key }: Chart) {
    const { user, group } = { user: podSecurity(uid), group: gid };
    const identity = foundation.identities.catalog;
    const asks = auth.mode === "serviceAccount";
    return {
        // Otherwise the migration is a hook that comes after the pods that wait for it: nobody would ever be ready.
        helmWait: true,
        catalog: {
            // The chart writes `repository:tag`: of a digest that is its two halves.
            image: {
                repository: image.slice(0, image.lastIndexOf(":")),
                tag: image.slice(image.lastIndexOf(":") + 1),
                uid,
                gid,
            },
            replicas,
            resources: resources("250m", "512Mi"),
            podLabels: identityLabels(identity),
            podSecurityContext: { ...user, runAsGroup: group, fsGroup: group },
            containerSecurityContext: containerSecurity,
            topologySpreadConstraints: [
                {
                    maxSkew: 1,
                    topologyKey: "topology.kubernetes.io/zone",
                    whenUnsatisfiable: "ScheduleAnyway",
                    labelSelector: { matchLabels: lakekeeperLabels },
                },
            ],
            podDisruptionBudget: { enabled: true, maxUnavailable: 1 },
            // Both ask the database: a pod that is restarted while that is away comes back no sooner.
            livenessProbe: {
                enabled: true,
                initialDelaySeconds: 30,
                periodSeconds: 10,
                timeoutSeconds: 5,
                failureThreshold: 60,
            },
            dbMigrations: { enabled: true, podLabels: identityLabels(identity), resources: resources("100m", "256Mi") },
            initContainers: { checkDb: { resources: resources("50m", "128Mi") } },
            extraVolumes: [{ name: "tmp", emptyDir: { sizeLimit: "64Mi" } }, ...(asks ? [accountVolume] : [])],
            extraVolumeMounts: [
                { name: "tmp", mountPath: "/tmp" },
                ...(asks ? [{ name: accountVolume.name, mountPath: accountPath, readOnly: true }] : []),
            ],
            ingress: {
                enabled: true,
                host,
                path: "/",
                ingressClassName: ingress.className,
                annotations: { ...ingress.annotations },
                tls: { enabled: true, secretName: ingress.tlsSecretName ?? "" },
            },
            config: {
                LAKEKEEPER__BASE_URI: `https://${host}`,
                LAKEKEEPER__PG_SSL_MODE: "require",
                LAKEKEEPER__METRICS__PORT: String(lakekeeperPorts.metrics),
                [systemCredentials[storage.profile]]: "true",
                ...(auth.mode === "oauth2" ? { LAKEKEEPER__OPENID_SUBJECT_CLAIM: auth.subjectClaim ?? "sub" } : {}),
            },
        },
        // The foundation has made it, with its identity in the cloud.
        serviceAccount: { create: false, name: identity.serviceAccount },
        secretBackend: {
            type: "Postgres",
            postgres: { encryptionKeySecret: key.secret, encryptionKeySecretKey: key.key },
        },
        // The chart's own database has a password that everybody knows.
        postgresql: { enabled: false },
        externalDatabase: {
            host_read: database.host,
            host_write: database.host,
            port: database.port,
            database: database.database,
            userSecret: database.secret.name,
            userSecretKey: database.secret.userKey,
            passwordSecret: database.secret.name,
            passwordSecretKey: database.secret.passwordKey,
        },
        auth:
            auth.mode === "oauth2"
                ? { oauth2: { providerUri: auth.providerUri, audience: auth.audience }, k8s: { enabled: false } }
                : {
                      k8s: {
                          enabled: true,
                          audience: auth.audience,
                          legacyEnabled: false,
                          createClusterRoleBinding: false,
                      },
                  },
        authz: { backend: "allowall" },
        internalOpenFGA: false,
    };
}

/** The account has no token mounted by itself; who asks the API server gets one that ends. */
const accountVolume = {
    name: "account",
    projected: {
        defaultMode: 0o440,
        sources: [
            { serviceAccountToken: { path: "token", expirationSeconds: 3600 } },
            { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
            { downwardAPI: { items: [{ path: "namespace", fieldRef: { fieldPath: "metadata.namespace" } }] } },
        ],
    },
};
