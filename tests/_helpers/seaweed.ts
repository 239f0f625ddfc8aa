/** A SeaweedFS of its own on free ports of 127.0.0.1, with its data in a temporary folder: a real S3 server for a test. */
import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3 } from "../../automation/clients/s3";
import { locateTools } from "../../automation/toolchain";

const host = "127.0.0.1";
const readyMs = 30_000;

async function freePorts(count: number): Promise<number[]> {
    const servers: Server[] = [];
    for (let index = 0; index < count; index += 1) {
        const server = createServer().listen(0, host);
        await once(server, "listening");
        servers.push(server);
    }
    const ports = servers.map((server) => (server.address() as AddressInfo).port);
    await Promise.all(servers.map((server) => once(server.close(), "close")));
    return ports;
}

export class Seaweed {
    private constructor(
        readonly endpoint: string,
        /** What programs find the credentials by. */
        readonly variables: Readonly<Record<"AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY", string>>,
        private readonly process: ChildProcess,
        private readonly directory: string,
        private readonly leftovers: readonly string[],
    ) {}

    static async start(): Promise<Seaweed> {
        const { weed } = await locateTools();
        const directory = mkdtempSync(join(tmpdir(), "tidegate-seaweed-"));
        mkdirSync(join(directory, "data"));
        const [master, masterGrpc, volume, volumeGrpc, filer, filerGrpc, s3, s3Grpc] = await freePorts(8);
        const variables = {
            AWS_ACCESS_KEY_ID: `id${randomBytes(8).toString("hex")}`,
            AWS_SECRET_ACCESS_KEY: randomBytes(20).toString("hex"),
        };
        const child = spawn(
            weed,
            [
                `-logdir=${directory}`,
                "server",
                `-dir=${join(directory, "data")}`,
                `-ip=${host}`,
                `-ip.bind=${host}`,
                "-master.telemetry=false",
                "-volume.preStopSeconds=0",
                `-master.port=${master}`,
                `-master.port.grpc=${masterGrpc}`,
                `-volume.port=${volume}`,
                `-volume.port.grpc=${volumeGrpc}`,
                "-filer",
                `-filer.port=${filer}`,
                `-filer.port.grpc=${filerGrpc}`,
                `-filer.localSocket=${join(directory, "filer.sock")}`,
                "-s3",
                `-s3.port=${s3}`,
                `-s3.port.grpc=${s3Grpc}`,
                "-s3.port.iceberg=0",
                "-s3.port.lance=0",
                "-s3.autoCreateBucket=false",
                `-s3.localSocket=${join(directory, "s3.sock")}`,
            ],
            { env: { ...process.env, ...variables }, stdio: "ignore" },
        );
        const leftovers = Object.entries({ master: masterGrpc, volume: volumeGrpc, filer: filerGrpc, s3: s3Grpc }).map(
            ([service, port]) => `/tmp/seaweedfs-${service}-grpc-${port}.sock`,
        );
        const server = new Seaweed(`http://${host}:${s3}`, variables, child, directory, leftovers);
        await server.ready().catch(async (error: unknown) => {
            await server.stop();
            throw error;
        });
        return server;
    }

    /** Makes a bucket, and gives the URL by which Pulumi's backend and the ledger know it. */
    async bucket(name: string): Promise<string> {
        await this.client().createBucket(name);
        return this.url(name);
    }

    /** `below`: a prefix. `endpoint`: of something that stands before it. */
    url(bucket: string, below = "", endpoint = this.endpoint): string {
        const path = below === "" ? "" : `/${below}`;
        return `s3://${bucket}${path}?region=us-east-1&endpoint=${encodeURIComponent(endpoint)}&s3ForcePathStyle=true`;
    }

    async stop(): Promise<void> {
        if (this.process.exitCode === null && this.process.signalCode === null) {
            const ended = once(this.process, "exit");
            // An orderly end takes it over 10 s, and its data goes anyway.
            this.process.kill("SIGKILL");
            await ended;
        }
        for (const file of this.leftovers) rmSync(file, { force: true });
        rmSync(this.directory, { recursive: true, force: true });
    }

    /**
     * Lets Pulumi's locks of a stack work: SeaweedFS 4.48 lists a folder that has become empty as an empty object of its own
     * name, which Pulumi takes for a lock that it cannot read. A folder in it, which Pulumi passes over, keeps it filled.
     */
    async keepLocks(bucket: string, prefix: string, project: string, stack: string): Promise<void> {
        await this.client().put(bucket, `${prefix}.pulumi/locks/organization/${project}/${stack}/kept/here`, "");
    }

    client(): S3 {
        const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = this.variables;
        const credentials = { accessKeyId, secretAccessKey };
        return new S3({ endpoint: this.endpoint, region: "us-east-1", pathStyle: true, credentials });
    }

    /** Until a bucket can be made and an object kept in it: the volume server joins last. */
    private async ready(): Promise<void> {
        const s3 = this.client();
        const begun = Date.now();
        for (;;) {
            try {
                await s3.createBucket("ready");
                await s3.put("ready", "object", "x");
                return;
            } catch (error) {
                if (this.process.exitCode !== null || Date.now() - begun > readyMs)
                    throw new Error(`SeaweedFS is not ready: ${this.log()}`, { cause: error });
                await new Promise((resolve) => setTimeout(resolve, 100));
            }
        }
    }

    private log(): string {
        try {
            return readFileSync(join(this.directory, "weed.ERROR"), "utf8").slice(-1000);
        } catch {
            return "it has no log";
        }
    }
}
