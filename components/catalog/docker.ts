/**
 * The catalog layer as Lakekeeper and its PostgreSQL in containers. The database has no network: Lakekeeper reaches it by a
 * socket in a volume, and PostgreSQL asks the kernel who it is (`peer`), so that there is no password to be kept.
 * Sources: https://docs.lakekeeper.io/docs/latest/configuration/, https://www.postgresql.org/docs/17/auth-peer.html,
 * https://github.com/docker-library/postgres (docker-entrypoint.sh)
 */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { applyError } from "../runError";
import { exitCodes, TidegateError } from "../../automation/core/errors";
import type { Upstream } from "../../stacks/layer";
import { containerLimits } from "../../stacks/settings/dockerMemory";
import { docker as settings } from "../../stacks/settings/catalog/docker";
import { demandArgs, rulesOf } from "../arguments";
import { withTransform } from "../cloud/args";
import { labelsOf, loopback, nameOf, networkOf, volumeOf, type DockerArgs } from "../docker/args";
import { filesOf, filesPath } from "../docker/files";
import { pulledImage, service } from "../docker/service";
import type { ContractOutputs } from "../embedded/contract";
import { Credential } from "../embedded/resources";
import { LakekeeperBootstrap, LakekeeperWarehouse } from "./lakekeeperResources";

export interface DockerCatalogArgs extends DockerArgs {
    /** By their digests. */
    images: { lakekeeper: string; postgres: string };
    storage: Extract<Upstream<"storage">, { endpoint: unknown }>;
    /** That somebody has read Lakekeeper's terms of use. */
    acceptTermsOfUse: true;
    /** @default lake */
    warehouse?: string;
    /** @default 8181 */
    ports?: { catalog: number };
}

/** Its name in the networks that it is in. */
const host = "lakekeeper";
const catalogPort = 8181;
const database = "lakekeeper";
/** Of the user `postgres` in PostgreSQL's Alpine images: Lakekeeper runs as the same, which is what `peer` lets in. */
const databaseUser = { name: "postgres", ids: "70:70" } as const;
const socketPath = "/var/run/postgresql";
const databaseUrl = `postgresql://${databaseUser.name}@localhost/${database}?host=${socketPath}&sslmode=disable`;

export class DockerCatalog extends pulumi.ComponentResource {
    readonly contract: Extract<ContractOutputs<"catalog">, { uri: unknown }>;

    private readonly name: string;
    private readonly args: DockerCatalogArgs;

    constructor(name: string, args: DockerCatalogArgs, options?: pulumi.ComponentResourceOptions) {
        demandArgs("Lakekeeper in a container", rulesOf(settings), args);
        super("tidegate:catalog:Docker", name, {}, withTransform(args, options));
        this.name = name;
        this.args = args;
        const inner = args.storage.docker;
        if (inner === undefined)
            throw new TidegateError(
                "Lakekeeper in a container needs the storage profile 'docker': it does not reach the loopback of this machine.",
                {
                    code: "layer-unfit",
                    hint: "Use storage.profile docker, or another profile of the catalog.",
                    exitCode: exitCodes.usage,
                },
            );
        const published = args.ports?.catalog ?? catalogPort;
        const network = networkOf(args, "catalog", `${name}-network`, { parent: this });
        const { socket, data, postgres } = this.postgres();
        const lakekeeper = this.lakekeeper({ socket, postgres, networks: [network.name, inner.network], published });
        const warehouse = this.warehouse(`http://${loopback}:${published}`, inner.endpoint, { lakekeeper, data });

        this.contract = {
            profile: pulumi.output("docker" as const),
            type: pulumi.output("rest" as const),
            uri: pulumi.output(`http://${loopback}:${published}/catalog`),
            warehouse: warehouse.name,
            auth: pulumi.output({ mode: "none" as const }),
            // Who reads and writes has the storage's keys; Lakekeeper would hand out none.
            properties: pulumi.output<Record<string, string>>({
                "header.X-Iceberg-Access-Delegation": "client-managed",
            }),
            // It tells clients the storage's address in its network, which dbt on this machine does not know.
            attach: pulumi.output(false),
            docker: network.name.apply((of) => ({ network: of, uri: `http://${host}:${catalogPort}/catalog` })),
        };
        this.registerOutputs({ contract: this.contract });
    }

    private postgres() {
        const { name, args } = this;
        const layer = "catalog";
        const image = pulledImage(`${name}-postgres-image`, args.images.postgres, { parent: this });
        const data = volumeOf(args, { layer, what: "postgres-data", data: true }, `${name}-data`, { parent: this });
        const socket = volumeOf(args, { layer, what: "postgres-socket", data: false }, `${name}-socket`, {
            parent: this,
        });
        const password = new Credential(`${name}-database-password`, { length: 40 }, { parent: this });
        const files = filesOf(
            args,
            { layer, what: "postgres", image: image.imageId, files: { password: password.value } },
            { parent: this },
        );
        const postgres = service(
            args,
            {
                layer,
                what: "postgres",
                image,
                command: ["postgres", "-c", "listen_addresses="],
                user: databaseUser.ids,
                environment: {
                    POSTGRES_DB: database,
                    // Its image makes no database without one; nobody comes in by it.
                    POSTGRES_PASSWORD_FILE: `${filesPath}/password`,
                    POSTGRES_INITDB_ARGS: "--auth-local=peer --auth-host=scram-sha-256",
                },
                files,
                volumes: [
                    { volume: data, path: "/var/lib/postgresql/data" },
                    { volume: socket, path: socketPath },
                ],
                networks: [],
                memoryMiB: containerLimits.postgres,
                // Not the server that the entrypoint runs while it makes the database: that is another process than the first.
                healthy: [
                    "/bin/sh",
                    "-c",
                    `[ "$(cat /proc/1/comm)" = postgres ] && pg_isready -q -U ${databaseUser.name} -d ${database}`,
                ],
                // The lock beside its socket names a process: as the first one it knows it for its own after a crash.
                init: false,
                stopSeconds: 60,
            },
            { parent: this },
        );
        return { socket, data, postgres };
    }

    private lakekeeper({
        socket,
        postgres,
        networks,
        published,
    }: {
        socket: docker.Volume;
        postgres: docker.Container;
        networks: pulumi.Input<string>[];
        published: number;
    }): docker.Container {
        const { name, args } = this;
        const image = pulledImage(`${name}-lakekeeper-image`, args.images.lakekeeper, { parent: this });
        const key = new Credential(`${name}-encryption-key`, { length: 64 }, { parent: this });
        const environment = {
            LAKEKEEPER__PG_DATABASE_URL_READ: databaseUrl,
            LAKEKEEPER__PG_DATABASE_URL_WRITE: databaseUrl,
            RUST_LOG: "info",
        };
        // It takes the key that it encrypts the storage's with in no other way: crates/lakekeeper-storage-postgres/src/config.rs.
        const secretEnvironment = { LAKEKEEPER__PG_ENCRYPTION_KEY: key.value };
        return service(
            args,
            {
                layer: "catalog",
                what: host,
                image,
                command: ["serve"],
                user: databaseUser.ids,
                environment,
                secretEnvironment,
                follows: { migration: this.migrated({ image, socket, postgres, key: key.value }) },
                volumes: [{ volume: socket, path: socketPath }],
                networks,
                ports: { [catalogPort]: published },
                memoryMiB: containerLimits.lakekeeper,
                healthy: ["/home/nonroot/lakekeeper", "healthcheck"],
            },
            { parent: this, dependsOn: [postgres] },
        );
    }

    /** Runs the migrations of this image to their end, and says by which container. */
    private migrated({
        image,
        socket,
        postgres,
        key,
    }: {
        image: docker.RemoteImage;
        socket: docker.Volume;
        postgres: docker.Container;
        key: pulumi.Output<string>;
    }): pulumi.Output<string> {
        const called = nameOf(this.args, "lakekeeper-migration");
        const migration = new docker.Container(
            `${this.name}-migration`,
            {
                name: called,
                image: image.imageId,
                command: ["migrate"],
                user: databaseUser.ids,
                envs: [
                    `LAKEKEEPER__PG_DATABASE_URL_WRITE=${databaseUrl}`,
                    "RUST_LOG=info",
                    pulumi.secret(pulumi.interpolate`LAKEKEEPER__PG_ENCRYPTION_KEY=${key}`),
                ],
                readOnly: true,
                capabilities: { drops: ["ALL"] },
                securityOpts: ["no-new-privileges:true"],
                memory: containerLimits.migration,
                memorySwap: containerLimits.migration,
                networkMode: "none",
                volumes: [{ volumeName: socket.name, containerPath: socketPath }],
                attach: true,
                mustRun: false,
                restart: "no",
                labels: labelsOf(this.args, "catalog"),
            },
            { parent: this, deleteBeforeReplace: true, dependsOn: [postgres] },
        );
        return pulumi.all([migration.id, migration.exitCode]).apply(([id, status]) => {
            demandMigrated(called, status);
            return id;
        });
    }

    private warehouse(
        url: string,
        endpoint: string,
        { lakekeeper, data }: { lakekeeper: docker.Container; data: docker.Volume },
    ): LakekeeperWarehouse {
        const { bucket, region, credentials } = this.args.storage;
        const connection = { url, auth: { mode: "none" as const } };
        const bootstrap = new LakekeeperBootstrap(
            `${this.name}-bootstrap`,
            { connection, acceptTermsOfUse: this.args.acceptTermsOfUse },
            { parent: this, dependsOn: [lakekeeper], deletedWith: data },
        );
        const keys = pulumi.output(credentials);
        return new LakekeeperWarehouse(
            `${this.name}-warehouse`,
            {
                connection,
                name: this.args.warehouse ?? "lake",
                storage: {
                    type: "s3",
                    flavor: "s3-compat",
                    bucket,
                    region,
                    endpoint,
                    pathStyleAccess: true,
                    stsEnabled: false,
                    remoteSigningEnabled: false,
                    pushS3DeleteDisabled: false,
                },
                credential: {
                    type: "access-key",
                    accessKeyId: keys.apply(({ accessKeyId }) => accessKeyId),
                    secretAccessKey: keys.apply(({ secretAccessKey }) => secretAccessKey),
                },
                // Silver is dropped and made anew where its columns change.
                deleteProfile: { type: "hard" },
                protected: this.args.protectData !== false,
            },
            { parent: this, dependsOn: [bootstrap], deletedWith: data, protect: this.args.protectData !== false },
        );
    }
}

/**
 * The provider takes any end of a container for a success.
 * @throws RunError `catalog-migration-failed` where it ended otherwise
 */
export function demandMigrated(container: string, status: number): void {
    if (status === 0) return;
    throw applyError(`Lakekeeper's migration of its database ended with status ${status}.`, {
        code: "catalog-migration-failed",
        hint: `\`docker logs ${container}\` tells why. Then \`docker rm ${container}\`, and \`pulumi up --refresh\` of the stack runs it again.`,
    });
}
