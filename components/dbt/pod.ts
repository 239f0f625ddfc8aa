/** The pod of one dbt build, the same whoever starts it; plain data, for it is rendered for orchestrators too. */
import { identityLabels, containerSecurity, podSecurity } from "../kubernetes/restricted";
import { dbtPaths, dbtSecrets } from "./profile";

/** Of the user of images/dbt. */
const dbtUid = 10001;

export interface DbtPodArgs {
    readonly namespace: string;
    readonly serviceAccount: string;
    readonly identity: { readonly azure: unknown };
    readonly labels: Readonly<Record<string, string>>;
    /** By digest. */
    readonly image: string;
    /** Name of the ConfigMap with profiles.yml, which holds its hash. */
    readonly profiles: string;
    /** Name of the volume claim with the DuckDB file. */
    readonly claim: string;
    /** How the catalog knows who asks: the audience of a token of the service account, the Secret of an OAuth 2 client. */
    readonly catalog: { readonly audience?: string; readonly secretName?: string };
}

/** Which pods are dbt's, for its network policy. */
export const dbtLabels = { "tidegate-workload": "dbt" } as const;

const dbtArguments = [
    "build",
    `--project-dir=${dbtPaths.project}`,
    `--profiles-dir=${dbtPaths.profiles}`,
    "--target=attach",
    `--target-path=${dbtPaths.work}/target`,
    `--log-path=${dbtPaths.work}/logs`,
    "--log-format=json",
    "--no-send-anonymous-usage-stats",
    "--no-version-check",
] as const;

export function dbtPod(args: DbtPodArgs) {
    const { audience, secretName } = args.catalog;
    const fromSecret = (name: string, key: string) => ({
        name,
        valueFrom: { secretKeyRef: { name: secretName ?? "", key } },
    });
    return {
        metadata: { labels: { ...args.labels, ...dbtLabels, ...identityLabels(args.identity) } },
        spec: {
            serviceAccountName: args.serviceAccount,
            automountServiceAccountToken: false,
            restartPolicy: "Never",
            securityContext: podSecurity(dbtUid),
            containers: [
                {
                    name: "dbt",
                    image: args.image,
                    imagePullPolicy: "IfNotPresent",
                    args: [...dbtArguments],
                    env: [
                        { name: "HOME", value: dbtPaths.work },
                        ...(audience === undefined
                            ? []
                            : [{ name: "TIDEGATE_CATALOG_TOKEN_FILE", value: dbtPaths.catalogToken }]),
                        ...(secretName === undefined
                            ? []
                            : [
                                  fromSecret(dbtSecrets.catalogClientId, "clientId"),
                                  fromSecret(dbtSecrets.catalogClientSecret, "clientSecret"),
                              ]),
                    ],
                    securityContext: containerSecurity,
                    resources: { requests: { cpu: "1", memory: "4Gi" }, limits: { memory: "4Gi" } },
                    volumeMounts: [
                        { name: "profiles", mountPath: dbtPaths.profiles, readOnly: true },
                        { name: "data", mountPath: dbtPaths.data },
                        { name: "work", mountPath: dbtPaths.work },
                        { name: "tmp", mountPath: "/tmp" },
                        ...(audience === undefined
                            ? []
                            : [{ name: "catalog", mountPath: "/var/run/secrets/tidegate/catalog", readOnly: true }]),
                    ],
                },
            ],
            volumes: [
                { name: "profiles", configMap: { name: args.profiles } },
                { name: "data", persistentVolumeClaim: { claimName: args.claim } },
                { name: "work", emptyDir: { sizeLimit: "10Gi" } },
                { name: "tmp", emptyDir: { sizeLimit: "1Gi" } },
                ...(audience === undefined
                    ? []
                    : [
                          {
                              name: "catalog",
                              projected: {
                                  sources: [{ serviceAccountToken: { audience, expirationSeconds: 3600, path: "token" } }],
                              },
                          },
                      ]),
            ],
        },
    };
}

export type DbtPod = ReturnType<typeof dbtPod>;
