/** The storage layer as one SeaweedFS container. Of its services S3 alone is reached from outside the container. */
import * as pulumi from "@pulumi/pulumi";
import { docker as settings } from "../../stacks/settings/storage/docker";
import { demandArgs, rulesOf } from "../arguments";
import { withTransform } from "../cloud/args";
import { loopback, networkOf, volumeOf, type DockerArgs } from "../docker/args";
import { filesOf, filesPath } from "../docker/files";
import { pulledImage, service } from "../docker/service";
import type { ContractOutputs } from "../embedded/contract";
import { Bucket } from "../embedded/resources";
import { s3Credentials, type S3Credentials } from "./s3Credentials";

export interface DockerStorageArgs extends DockerArgs {
    /** Of SeaweedFS, by its digest. */
    image: string;
    /** Buckets of tables, and of Flink's checkpoints and savepoints. @default warehouse and checkpoints */
    buckets?: { warehouse: string; checkpoints: string };
    /** What clients have to sign their requests for; SeaweedFS takes any. @default us-east-1 */
    region?: string;
    /** @default 1024 */
    memoryMiB?: number;
    /** @default 8333 */
    ports?: { s3: number };
}

/** Its name in the network. */
const host = "seaweedfs";
const s3Port = 8333;

export class DockerStorage extends pulumi.ComponentResource {
    readonly contract: Extract<ContractOutputs<"storage">, { endpoint: unknown }>;

    constructor(name: string, args: DockerStorageArgs, options?: pulumi.ComponentResourceOptions) {
        demandArgs("SeaweedFS in a container", rulesOf(settings), args);
        super("tidegate:storage:Docker", name, {}, withTransform(args, options));
        const { region = "us-east-1", buckets = { warehouse: "warehouse", checkpoints: "checkpoints" } } = args;
        const published = args.ports?.s3 ?? s3Port;
        const credentials = s3Credentials(name, this);
        const network = networkOf(args, "storage", `${name}-network`, { parent: this });
        const data = volumeOf(args, { layer: "storage", what: "seaweedfs-data", data: true }, `${name}-data`, {
            parent: this,
        });
        const server = this.seaweedfs(name, args, { network, data, credentials, published });
        const endpoint = `http://${loopback}:${published}`;
        const inside = `http://${host}:${s3Port}`;
        const bucket = (purpose: string, of: string) =>
            new Bucket(
                `${name}-${purpose}`,
                { connection: { endpoint, region, credentials }, name: of },
                { parent: this, dependsOn: [server], deletedWith: data, protect: args.protectData !== false },
            ).name;
        const warehouse = bucket("warehouse", buckets.warehouse);
        const checkpoints = bucket("checkpoints", buckets.checkpoints);

        this.contract = {
            profile: pulumi.output("docker" as const),
            endpoint: pulumi.output(endpoint),
            region: pulumi.output(region),
            pathStyle: pulumi.output(true),
            ssl: pulumi.output(false),
            bucket: warehouse,
            warehouse: pulumi.interpolate`s3://${warehouse}`,
            checkpoints: pulumi.interpolate`s3://${checkpoints}/checkpoints`,
            savepoints: pulumi.interpolate`s3://${checkpoints}/savepoints`,
            fileIo: pulumi.output<Record<string, string>>({
                "io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
                "s3.endpoint": endpoint,
                "s3.path-style-access": "true",
                "client.region": region,
            }),
            flinkFileSystem: pulumi.output<Record<string, string>>({
                "s3.endpoint": endpoint,
                "s3.path.style.access": "true",
            }),
            services: pulumi.output(null),
            credentials: pulumi.output(credentials),
            docker: network.name.apply((of) => ({ network: of, endpoint: inside })),
        };
        this.registerOutputs({ contract: this.contract });
    }

    private seaweedfs(
        name: string,
        args: DockerStorageArgs,
        {
            network,
            data,
            credentials,
            published,
        }: {
            network: ReturnType<typeof networkOf>;
            data: ReturnType<typeof volumeOf>;
            credentials: S3Credentials;
            published: number;
        },
    ) {
        const { memoryMiB = 1024 } = args;
        const image = pulledImage(`${name}-image`, args.image, { parent: this });
        const files = filesOf(
            args,
            {
                layer: "storage",
                what: host,
                image: image.imageId,
                files: { "s3.json": pulumi.secret(pulumi.output(credentials).apply(identities)) },
            },
            { parent: this },
        );
        return service(
            args,
            {
                layer: "storage",
                what: host,
                image,
                command: seaweedfsCommand,
                // As its image names them: the entrypoint gives up root for it too.
                user: "seaweed",
                // A soft limit: the garbage collector works harder from there on.
                environment: { GOMEMLIMIT: `${Math.floor(memoryMiB * 0.75)}MiB` },
                files,
                volumes: [{ volume: data, path: "/data" }],
                networks: [network.name],
                ports: { [s3Port]: published },
                memoryMiB,
                healthy: ["curl", "--fail", "--silent", "--show-error", `http://${loopback}:${s3Port}/healthz`],
            },
            { parent: this },
        );
    }
}

/** Source: https://github.com/seaweedfs/seaweedfs/wiki/Amazon-S3-API ("-s3.config"). Without an identity nobody gets in. */
const identities = ({ accessKeyId, secretAccessKey }: { accessKeyId: string; secretAccessKey: string }): string =>
    `${JSON.stringify({
        identities: [
            {
                name: "tidegate",
                credentials: [{ accessKey: accessKeyId, secretKey: secretAccessKey }],
                actions: ["Admin", "Read", "Write", "List", "Tagging"],
            },
        ],
    })}\n`;

/** Master, volumes and filer ask nobody who he is, so they listen at the container's own loopback. */
const seaweedfsCommand = [
    "server",
    "-dir=/data",
    `-ip=${loopback}`,
    `-ip.bind=${loopback}`,
    "-volume.max=0",
    "-master.volumeSizeLimitMB=1024",
    "-master.telemetry=false",
    "-filer",
    "-s3",
    "-s3.ip.bind=0.0.0.0",
    `-s3.port=${s3Port}`,
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
    `-s3.config=${filesPath}/s3.json`,
    // A write to a bucket that was never made is a mistake.
    "-s3.autoCreateBucket=false",
];
