/**
 * PostgreSQL in a pod of the cluster, for environments that are small and can be made again: one server, one volume, and
 * nobody who backs it up. Its superuser gets in by the socket in the pod alone; its owner by TLS, and from the pods that
 * the network policy names.
 * Sources: https://github.com/docker-library/postgres (docker-entrypoint.sh, 17/alpine3.22/Dockerfile),
 * https://www.postgresql.org/docs/17/auth-pg-hba-conf.html, https://www.postgresql.org/docs/17/ssl-tcp.html
 */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { databaseRules } from "../../stacks/settings/catalog/database";
import { demandArgs } from "../arguments";
import { tagsOf } from "../cloud/args";
import { Certificate } from "../embedded/resources";
import { containerSecurity, podSecurity } from "../kubernetes/restricted";
import { hashOf } from "../runtime/sqlConfigMap";
import { ownerPassword, ownerSecret, postgresPort, secretKeys, type DatabaseArgs, type Postgres } from "./postgres";

export interface ClusterPostgresArgs extends DatabaseArgs {
    layer: string;
    /** By digest; of PostgreSQL's Alpine images. */
    image: string;
    /** Labels of the pods of its namespace that it lets in; no others reach it. */
    clients: Readonly<Record<string, string>>;
    /** GiB. It can be had more later where the class of the volume allows, less not. @default 10 */
    storageGb?: number;
    /** Of the volume; a change replaces it. @default the cluster's default class */
    storageClass?: string;
    /** Request and limit. @default 512 */
    memoryMiB?: number;
}

/** Of the user `postgres` in PostgreSQL's Alpine images. */
const uid = 70;
const dataPath = "/var/lib/postgresql/data";
const socketPath = "/var/run/postgresql";
const tlsPath = "/etc/postgresql/tls";
const hbaPath = "/etc/postgresql/hba";
const scriptPath = "/docker-entrypoint-initdb.d";
const passwordPath = "/run/secrets/postgres";
const certificateDays = 825;

/** Who gets in: the superuser as the user of the pod's own processes, the owner to its database over TLS. Nobody else. */
const hostBasedAuthentication = (owner: string): string =>
    ["local all postgres peer", `hostssl ${owner} ${owner} all scram-sha-256`, ""].join("\n");

/** Run once, while the directory of data is empty. The extensions that Lakekeeper makes are trusted: its owner may. */
const ownerScript = (owner: string): string =>
    [
        `\\set password \`cat ${passwordPath}/${secretKeys.passwordKey}\``,
        `CREATE ROLE "${owner}" LOGIN PASSWORD :'password';`,
        `CREATE DATABASE "${owner}" OWNER "${owner}";`,
        "",
    ].join("\n");

export class ClusterPostgres extends pulumi.ComponentResource implements Postgres {
    readonly host: pulumi.Output<string>;
    readonly port = postgresPort;
    readonly database: pulumi.Output<string>;
    readonly secret: Postgres["secret"];
    readonly pods: Readonly<Record<string, string>>;
    readonly ready: readonly pulumi.Resource[];

    private readonly name: string;
    private readonly args: ClusterPostgresArgs;
    /** Of all that is its own, on the cluster. */
    private readonly called: string;
    private readonly labels: Record<string, string>;

    constructor(name: string, args: ClusterPostgresArgs, options?: pulumi.ComponentResourceOptions) {
        demandArgs("The database on the cluster", databaseRules.cluster, args);
        super("tidegate:database:Cluster", name, {}, options);
        this.name = name;
        this.args = args;
        this.called = `${name}-postgres`;
        this.labels = tagsOf(args, args.layer);
        this.pods = { "app.kubernetes.io/name": this.called };

        // Written into the directory of data when that is made: a later one would be another than the server's.
        const protect = args.protectData ?? true;
        const password = ownerPassword(name, this, { protect, retainOnDelete: protect });
        const { namespace, databaseName } = args;
        const secret = ownerSecret(name, { namespace, labels: this.labels, user: databaseName, password }, this);
        const claim = this.volume(protect);
        const service = this.service();
        const policy = this.policy();
        const set = this.server(claim, secret, [service, policy]);
        this.host = service.metadata.apply((metadata) => `${metadata.name}.${namespace}.svc`);
        this.database = pulumi.output(databaseName);
        this.secret = { name: secret.metadata.name, ...secretKeys };
        this.ready = [set, service, policy, secret];
        this.registerOutputs({});
    }

    private metadata(name = this.called) {
        return { name, namespace: this.args.namespace, labels: this.labels };
    }

    /** Not a template of the set, which could not be made larger, and would stay behind unseen. */
    private volume(protect: boolean): kubernetes.core.v1.PersistentVolumeClaim {
        const { storageClass, storageGb = 10 } = this.args;
        return new kubernetes.core.v1.PersistentVolumeClaim(
            `${this.name}-data`,
            {
                metadata: {
                    ...this.metadata(),
                    // Bound when the first pod comes: waiting for it would be for ever.
                    annotations: { "pulumi.com/skipAwait": "true" },
                },
                spec: {
                    accessModes: ["ReadWriteOnce"],
                    resources: { requests: { storage: `${storageGb}Gi` } },
                    ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
                },
            },
            { parent: this, protect, retainOnDelete: protect },
        );
    }

    private service(): kubernetes.core.v1.Service {
        return new kubernetes.core.v1.Service(
            `${this.name}-service`,
            {
                // It has an endpoint once the set is there, which needs it before.
                metadata: { ...this.metadata(), annotations: { "pulumi.com/skipAwait": "true" } },
                spec: {
                    clusterIP: "None",
                    selector: { ...this.pods },
                    ports: [{ name: "postgres", port: postgresPort }],
                },
            },
            { parent: this },
        );
    }

    private policy(): kubernetes.networking.v1.NetworkPolicy {
        return new kubernetes.networking.v1.NetworkPolicy(
            `${this.name}-policy`,
            {
                metadata: this.metadata(),
                spec: {
                    podSelector: { matchLabels: { ...this.pods } },
                    // It calls nobody.
                    policyTypes: ["Ingress", "Egress"],
                    ingress: [
                        {
                            from: [{ podSelector: { matchLabels: { ...this.args.clients } } }],
                            ports: [{ protocol: "TCP", port: postgresPort }],
                        },
                    ],
                },
            },
            { parent: this },
        );
    }

    /** Under another name when they change, so that the pod is another one. */
    private files(): pulumi.Output<string> {
        const { databaseName } = this.args;
        const data = { "pg_hba.conf": hostBasedAuthentication(databaseName), "owner.sql": ownerScript(databaseName) };
        const map = new kubernetes.core.v1.ConfigMap(
            `${this.name}-files`,
            {
                metadata: this.metadata(`${this.called}-${hashOf(JSON.stringify(data)).slice(0, 10)}`),
                immutable: true,
                data,
            },
            { parent: this },
        );
        return map.metadata.name;
    }

    private tls(): { secret: pulumi.Output<string>; expires: pulumi.Output<string> } {
        const { namespace } = this.args;
        const certificate = new Certificate(
            `${this.name}-certificate`,
            {
                commonName: this.called,
                dnsNames: [this.called, `${this.called}.${namespace}`, `${this.called}.${namespace}.svc`],
                ipAddresses: [],
                validityDays: certificateDays,
                renewBeforeDays: 90,
            },
            { parent: this },
        );
        const secret = new kubernetes.core.v1.Secret(
            `${this.name}-tls`,
            {
                metadata: this.metadata(`${this.called}-tls`),
                type: "kubernetes.io/tls",
                stringData: {
                    "tls.crt": certificate.certificatePem,
                    "tls.key": pulumi.secret(certificate.privateKeyPem),
                },
            },
            { parent: this },
        );
        return { secret: secret.metadata.name, expires: certificate.expiresAt };
    }

    private server(
        claim: kubernetes.core.v1.PersistentVolumeClaim,
        owner: kubernetes.core.v1.Secret,
        dependsOn: pulumi.Resource[],
    ): kubernetes.apps.v1.StatefulSet {
        const { image, databaseName, memoryMiB = 512 } = this.args;
        const tls = this.tls();
        const asks = (periodSeconds: number, failureThreshold: number) => ({
            // By TCP: the server that the entrypoint runs while it makes the database listens to the socket alone.
            exec: {
                command: ["pg_isready", "-q", "-h", "127.0.0.1", "-U", databaseName, "-d", databaseName],
            },
            periodSeconds,
            timeoutSeconds: 5,
            failureThreshold,
        });
        const memory = `${memoryMiB}Mi`;
        const file = (name: string, mountPath: string) => ({ name, mountPath, readOnly: true });
        return new kubernetes.apps.v1.StatefulSet(
            `${this.name}-server`,
            {
                metadata: this.metadata(),
                spec: {
                    replicas: 1,
                    serviceName: this.called,
                    selector: { matchLabels: { ...this.pods } },
                    template: {
                        metadata: {
                            labels: { ...this.labels, ...this.pods },
                            // A renewed certificate is read by a new pod.
                            annotations: { "tidegate.dev/certificate-expires": tls.expires },
                        },
                        spec: {
                            automountServiceAccountToken: false,
                            // A fast shutdown writes a checkpoint.
                            terminationGracePeriodSeconds: 60,
                            securityContext: { ...podSecurity(uid), fsGroupChangePolicy: "OnRootMismatch" },
                            containers: [
                                {
                                    name: "postgres",
                                    image,
                                    args: [
                                        "postgres",
                                        ...["-c", "ssl=on"],
                                        ...["-c", `ssl_cert_file=${tlsPath}/tls.crt`],
                                        ...["-c", `ssl_key_file=${tlsPath}/tls.key`],
                                        ...["-c", `hba_file=${hbaPath}/pg_hba.conf`],
                                    ],
                                    env: [
                                        // What a file system keeps in its root is no directory of data.
                                        { name: "PGDATA", value: `${dataPath}/pgdata` },
                                        // The entrypoint wants one for its superuser; nobody comes in by it.
                                        {
                                            name: "POSTGRES_PASSWORD_FILE",
                                            value: `${passwordPath}/${secretKeys.passwordKey}`,
                                        },
                                    ],
                                    ports: [{ name: "postgres", containerPort: postgresPort, protocol: "TCP" }],
                                    // Ten minutes for a start after a crash, which reads its log again.
                                    startupProbe: asks(5, 120),
                                    readinessProbe: asks(10, 3),
                                    livenessProbe: asks(30, 6),
                                    resources: { requests: { cpu: "100m", memory }, limits: { memory } },
                                    securityContext: containerSecurity,
                                    volumeMounts: [
                                        { name: "data", mountPath: dataPath },
                                        { name: "socket", mountPath: socketPath },
                                        { name: "tmp", mountPath: "/tmp" },
                                        file("tls", tlsPath),
                                        file("hba", hbaPath),
                                        file("script", scriptPath),
                                        file("owner", passwordPath),
                                    ],
                                },
                            ],
                            volumes: this.volumes(claim.metadata.name, owner.metadata.name, tls.secret, this.files()),
                        },
                    },
                },
            },
            { parent: this, dependsOn: [claim, ...dependsOn] },
        );
    }

    private volumes(
        claimName: pulumi.Output<string>,
        owner: pulumi.Output<string>,
        tls: pulumi.Output<string>,
        files: pulumi.Output<string>,
    ): kubernetes.types.input.core.v1.Volume[] {
        // Of root and the pod's group: PostgreSQL takes a key that no others read.
        const defaultMode = 0o440;
        const { passwordKey } = secretKeys;
        const map = (path: string) => ({ name: files, defaultMode, items: [{ key: path, path }] });
        return [
            { name: "data", persistentVolumeClaim: { claimName } },
            { name: "socket", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
            { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
            { name: "tls", secret: { secretName: tls, defaultMode } },
            { name: "hba", configMap: map("pg_hba.conf") },
            { name: "script", configMap: map("owner.sql") },
            {
                name: "owner",
                secret: { secretName: owner, defaultMode, items: [{ key: passwordKey, path: passwordKey }] },
            },
        ];
    }
}
