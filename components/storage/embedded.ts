/** The storage layer as one SeaweedFS process: S3 interface, and the Iceberg REST catalog that the catalog layer uses. */
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { embedded as settings } from "../../stacks/settings/storage/embedded";
import { demandArgs, rulesOf } from "../arguments";
import type { ContractOutputs, EmbeddedArgs } from "../embedded/contract";
import { Bucket, Process, type S3ConnectionArgs } from "../embedded/resources";
import { s3Credentials, type S3Credentials } from "./s3Credentials";

export interface EmbeddedStorageArgs extends EmbeddedArgs {
    /** Bucket of the warehouse. @default warehouse */
    bucket?: string;
    /** What clients have to sign their requests for; SeaweedFS takes any. @default us-east-1 */
    region?: string;
    /** @default any free ports */
    ports?: { s3?: number; iceberg?: number };
}

const host = "127.0.0.1";

export class EmbeddedStorage extends pulumi.ComponentResource {
    readonly contract: Extract<ContractOutputs<"storage">, { endpoint: unknown }>;
    readonly server: Process;

    constructor(name: string, args: EmbeddedStorageArgs, options?: pulumi.ComponentResourceOptions) {
        demandArgs("SeaweedFS", rulesOf(settings), args);
        super("tidegate:storage:Embedded", name, {}, options);
        const directory = join(args.dataDirectory, "storage");
        const region = args.region ?? "us-east-1";
        const credentials = s3Credentials(name, this);
        this.server = this.seaweedfs(name, directory, credentials, args);
        const endpoint = pulumi.interpolate`http://${host}:${this.server.port("s3")}`;
        const bucket = this.bucket(name, { endpoint, region, credentials }, args.bucket ?? "warehouse");

        this.contract = {
            profile: pulumi.output("embedded" as const),
            endpoint,
            region: pulumi.output(region),
            pathStyle: pulumi.output(true),
            ssl: pulumi.output(false),
            bucket: bucket.name,
            warehouse: pulumi.interpolate`s3://${bucket.name}`,
            checkpoints: pulumi.output(`file://${directory}/checkpoints`),
            savepoints: pulumi.output(`file://${directory}/savepoints`),
            fileIo: endpoint.apply((url): Record<string, string> => ({
                "io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
                "s3.endpoint": url,
                "s3.path-style-access": "true",
                "client.region": region,
            })),
            flinkFileSystem: pulumi.output<Record<string, string>>({}),
            services: this.server.ports.apply(({ master, iceberg }) => ({
                masterAddress: `${host}:${master}`,
                icebergRest: `http://${host}:${iceberg}`,
            })),
            credentials: pulumi.output(credentials),
        };
        this.registerOutputs({ contract: this.contract });
    }

    private seaweedfs(
        name: string,
        directory: string,
        credentials: S3Credentials,
        { ports = {}, versions = {} }: EmbeddedStorageArgs,
    ): Process {
        return new Process(
            `${name}-seaweedfs`,
            {
                name: "SeaweedFS",
                directory,
                command: seaweedfsCommand,
                environment: {
                    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
                    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
                    // A soft limit: the garbage collector works harder from there on.
                    GOMEMLIMIT: "512MiB",
                },
                ports: {
                    s3: ports.s3 ?? 0,
                    iceberg: ports.iceberg ?? 0,
                    ...Object.fromEntries(innerPorts.map((port) => [port, 0])),
                    // The maintenance worker computes it from the admin port, whatever -admin.port.grpc says.
                    adminGrpc: "admin+10000",
                },
                ready: {
                    log: "All enabled components are running",
                    http: { url: `http://${host}:{port:s3}/healthz` },
                    timeoutSeconds: 60,
                },
                stop: { graceSeconds: 20 },
                data: "data",
                leftovers: ["master", "volume", "filer", "s3", "admin"].map(
                    (service) => `/tmp/seaweedfs-${service}-grpc-{port:${service}Grpc}.sock`,
                ),
                versions,
            },
            { parent: this },
        );
    }

    private bucket(name: string, connection: S3ConnectionArgs, bucket: string): Bucket {
        return new Bucket(
            `${name}-warehouse`,
            { connection, name: bucket },
            { parent: this, dependsOn: this.server, deletedWith: this.server },
        );
    }
}

const innerPorts = ["master", "masterGrpc", "volume", "volumeGrpc", "filer", "filerGrpc", "s3Grpc", "admin"] as const;

const seaweedfsCommand = [
    "{tool:weed}",
    // A folder that is there before the first start.
    "-logdir={dir}/tmp",
    "mini",
    "-dir={dir}/data",
    `-ip=${host}`,
    `-ip.bind=${host}`,
    "-webdav=false",
    "-admin.ui=false",
    "-master.telemetry=false",
    "-volume.preStopSeconds=0",
    "-master.port={port:master}",
    "-master.port.grpc={port:masterGrpc}",
    "-volume.port={port:volume}",
    "-volume.port.grpc={port:volumeGrpc}",
    "-filer.port={port:filer}",
    "-filer.port.grpc={port:filerGrpc}",
    "-filer.localSocket={dir}/tmp/filer.sock",
    "-s3.port={port:s3}",
    "-s3.port.grpc={port:s3Grpc}",
    "-s3.port.iceberg={port:iceberg}",
    "-s3.port.lance=0",
    // A write to a bucket that was never made is a mistake.
    "-s3.autoCreateBucket=false",
    "-s3.localSocket={dir}/tmp/s3.sock",
    "-admin.port={port:admin}",
    "-admin.port.grpc={port:adminGrpc}",
];
