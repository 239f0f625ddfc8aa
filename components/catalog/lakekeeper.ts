/**
 * The catalog layer as Lakekeeper on the cluster: its chart, its database, who administers it, one warehouse. Pods, dbt and
 * the machine that rolls out reach it at one address, `https://<host>`: Lakekeeper itself speaks no TLS, and a token that
 * goes over a line in clear is everybody's.
 */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { exitCodes, TidegateError } from "../../automation/core/errors";
import type { CatalogContract } from "../../stacks/contracts";
import type { Upstream } from "../../stacks/layer";
import { lakekeeper as settings } from "../../stacks/settings/catalog/lakekeeper";
import { demandArgs, rulesOf } from "../arguments";
import { tagsOf, withTransform, type CloudArgs } from "../cloud/args";
import type { Postgres } from "../database/postgres";
import type { ContractOutputs } from "../embedded/contract";
import { portOf } from "../runtime/networkPolicies";
import { catalogPolicy, encryptionKey, lakekeeperRelease } from "./lakekeeperChart";
import { LakekeeperBootstrap, LakekeeperWarehouse, type LakekeeperConnectionArgs } from "./lakekeeperResources";
import { WarehouseAccess } from "./warehouseAccess";

type RestCatalog = Extract<CatalogContract, { type: "rest" }>;

/** How clients say who they are, and how the machine that rolls out does. */
export type LakekeeperCatalogAuth =
    | {
          mode: "oauth2";
          /** Of the issuer, whose `.well-known/openid-configuration` Lakekeeper reads. */
          providerUri: string;
          audience: string;
          /** `sub`, or `oid` of Entra. @default sub */
          subjectClaim?: string;
          tokenEndpoint: string;
          scope?: string | null;
          /** Of the workloads' client, looked up on the cluster: clientId and clientSecret. */
          secretRef: string;
          /** `env://…` or `file:///…` of the client that rolls out: clientId and clientSecret. */
          operator: string;
      }
    | {
          mode: "serviceAccount";
          audience: string;
          /** `env://…` or `file:///…` of a token of a service account of the cluster with that audience. */
          operator: string;
      };

export interface LakekeeperIngress {
    className: string;
    /** Of the certificate, in the catalog's namespace. @default the controller's own */
    tlsSecretName?: string;
    annotations?: Readonly<Record<string, string>>;
    /** Where the controller's pods run. @default ingress-nginx */
    controllerNamespace?: string;
    /** Of load balancers that reach pods themselves. @default none */
    controllerCidrs?: readonly string[];
}

export interface LakekeeperCatalogArgs extends CloudArgs {
    foundation: Pick<Upstream<"foundation">, "namespaces" | "identities">;
    storage: Extract<Upstream<"storage">, { encryptionKey: string }>;
    /** That somebody has read the terms of use of Lakekeeper. */
    acceptTermsOfUse: true;
    /** By digest. */
    image: string;
    /** Name under which everybody reaches it, by HTTPS. */
    host: string;
    ingress: LakekeeperIngress;
    auth: LakekeeperCatalogAuth;
    /** The database; it is made with this component as its parent. */
    database: (parent: pulumi.Resource, namespace: string) => Postgres;
    /** @default lake */
    warehouse?: string;
    /** Days for which a dropped table can be had back; 0: not at all. @default 7 */
    softDeleteDays?: number;
    /** @default 2 */
    replicas?: number;
    /** @default monitoring */
    monitoringNamespace?: string;
}

const daySeconds = 86_400;

export class LakekeeperCatalog extends pulumi.ComponentResource {
    readonly contract: Extract<ContractOutputs<"catalog">, { uri: unknown }>;
    readonly release: kubernetes.helm.v3.Release;

    private readonly args: LakekeeperCatalogArgs;
    private readonly labels: Record<string, string>;

    /** @throws TidegateError `catalog-settings-invalid`, `identity-missing` */
    constructor(name: string, args: LakekeeperCatalogArgs, options?: pulumi.ComponentResourceOptions) {
        check(args);
        demandArgs("Lakekeeper", rulesOf(settings, "auth", "database", "ingress", "secretStore"), args);
        super("tidegate:catalog:Lakekeeper", name, {}, withTransform(args, options));
        this.args = args;
        this.labels = tagsOf(args, "catalog");
        const { namespaces } = args.foundation;

        const database = args.database(this, namespaces.catalog);
        const key = encryptionKey(name, { ...args, namespace: namespaces.catalog, labels: this.labels }, this);
        const policy = this.policy(name, database);
        this.release = lakekeeperRelease(
            name,
            { ...args, namespace: namespaces.catalog, database, key },
            { parent: this, dependsOn: [...database.ready, policy, ...this.tokenReview(name)] },
        );
        const access = new WarehouseAccess(name, args, { parent: this });
        const location = this.warehouse(name, access);

        const auth: RestCatalog["auth"] =
            args.auth.mode === "serviceAccount"
                ? { mode: "serviceAccount", audience: args.auth.audience }
                : {
                      mode: "oauth2",
                      tokenEndpoint: args.auth.tokenEndpoint,
                      scope: args.auth.scope ?? null,
                      secretRef: args.auth.secretRef,
                  };
        this.contract = {
            profile: pulumi.output("lakekeeper" as const),
            type: pulumi.output("rest" as const),
            // Nobody has a catalog before it has its warehouse.
            uri: location.apply(() => `https://${args.host}/catalog`),
            warehouse: pulumi.output(args.warehouse ?? "lake"),
            auth: pulumi.output(auth) as pulumi.Output<RestCatalog["auth"]>,
            // Flink gets into the bucket as itself, for as long as it runs.
            properties: pulumi.output({ "header.X-Iceberg-Access-Delegation": "client-managed" }),
            attach: pulumi.output(true),
        };
        this.registerOutputs({ contract: this.contract });
    }

    private warehouse(name: string, access: WarehouseAccess): pulumi.Output<string> {
        const { auth, host, warehouse = "lake", softDeleteDays = 7, protectData = true } = this.args;
        const connection: LakekeeperConnectionArgs = {
            url: `https://${host}`,
            auth:
                auth.mode === "serviceAccount"
                    ? { mode: "serviceAccount", tokenRef: auth.operator }
                    : {
                          mode: "oauth2",
                          tokenEndpoint: auth.tokenEndpoint,
                          scope: auth.scope ?? null,
                          secretRef: auth.operator,
                      },
        };
        const bootstrap = new LakekeeperBootstrap(
            `${name}-bootstrap`,
            // An ingress and its name take a while to be known.
            { connection, acceptTermsOfUse: this.args.acceptTermsOfUse, timeoutSeconds: 600 },
            { parent: this, dependsOn: [this.release] },
        );
        return new LakekeeperWarehouse(
            `${name}-warehouse`,
            {
                connection,
                name: warehouse,
                storage: access.storage,
                credential: access.credential,
                deleteProfile:
                    softDeleteDays === 0
                        ? { type: "hard" }
                        : { type: "soft", expirationSeconds: softDeleteDays * daySeconds },
                protected: protectData,
            },
            {
                parent: this,
                protect: protectData,
                retainOnDelete: protectData,
                dependsOn: [bootstrap, ...access.ready],
            },
        ).location;
    }

    private policy(name: string, database: Postgres): kubernetes.networking.v1.NetworkPolicy {
        const { foundation, ingress, auth, monitoringNamespace = "monitoring" } = this.args;
        const { catalog, flink, dbt, observability } = foundation.namespaces;
        return new kubernetes.networking.v1.NetworkPolicy(
            `${name}-policy`,
            {
                metadata: { name: "lakekeeper", namespace: catalog, labels: this.labels },
                spec: catalogPolicy({
                    clients: [flink, dbt, ingress.controllerNamespace ?? "ingress-nginx"],
                    cidrs: ingress.controllerCidrs ?? [],
                    monitoring: [observability, monitoringNamespace],
                    kubernetesApi: auth.mode === "serviceAccount",
                    ports: [
                        ...(database.pods === undefined ? [database.port] : []),
                        ...(auth.mode === "oauth2" ? [portOf(auth.providerUri)] : []),
                    ],
                    database: database.pods === undefined ? undefined : { pods: database.pods, port: database.port },
                }),
            },
            { parent: this },
        );
    }

    /** Lakekeeper asks the API server whose a token is. */
    private tokenReview(name: string): pulumi.Resource[] {
        const { auth, environment, foundation } = this.args;
        if (auth.mode !== "serviceAccount") return [];
        const { serviceAccount } = foundation.identities.catalog;
        return [
            new kubernetes.rbac.v1.ClusterRoleBinding(
                `${name}-token-review`,
                {
                    metadata: { name: `tidegate-${environment}-lakekeeper-token-review`, labels: this.labels },
                    roleRef: {
                        apiGroup: "rbac.authorization.k8s.io",
                        kind: "ClusterRole",
                        name: "system:auth-delegator",
                    },
                    subjects: [
                        { kind: "ServiceAccount", name: serviceAccount, namespace: foundation.namespaces.catalog },
                    ],
                },
                { parent: this },
            ),
        ];
    }
}

const invalid = (message: string, hint: string): TidegateError =>
    new TidegateError(message, { code: "catalog-settings-invalid", hint, exitCode: exitCodes.usage });

function check({ host, auth, replicas = 2 }: LakekeeperCatalogArgs): void {
    if (!/^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/.test(host))
        throw invalid(
            `'${host}' is no name under which pods and the machine that rolls out reach Lakekeeper.`,
            "Give the name alone, without https:// and path: catalog.example.com.",
        );
    if (auth.mode === "oauth2")
        for (const url of [auth.providerUri, auth.tokenEndpoint])
            if (!url.startsWith("https://"))
                throw invalid(
                    `${url} is not encrypted: whoever listens would have what it is told.`,
                    "Give the identity provider's https:// address.",
                );
    if (replicas < 2)
        throw invalid(
            "One Lakekeeper alone is away whenever its node is.",
            "Have at least two replicas: nobody reads or writes a table without the catalog.",
        );
}
