/** The components of containers, each made as a layer makes it, and what their resources compute. */
import * as pulumi from "@pulumi/pulumi";
import { DockerBroker, type DockerBrokerArgs } from "../../../components/broker/docker";
import { DockerCatalog, type DockerCatalogArgs } from "../../../components/catalog/docker";
import { DockerObservability, type DockerObservabilityArgs } from "../../../components/observability/docker";
import { DockerRuntime, type DockerRuntimeArgs } from "../../../components/runtime/docker";
import { DockerStorage, type DockerStorageArgs } from "../../../components/storage/docker";
import type { Contract, Layer } from "../../../stacks/contracts";
import type { Upstream } from "../../../stacks/layer";
import { standInOf } from "../../../stacks/standIns";
import { making, type Program } from "../mocks";

/** What the credentials of the platform are in these tests; it must be nowhere in plain text. */
export const secret = "SECRET-OF-A-MOCK-0123456789";

/** As the engine tells a program of a secret output. */
const told = (value: string) => ({
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    value,
});

const computed = {
    "docker:index/remoteImage:RemoteImage": { imageId: "sha256:of-the-image" },
    "docker:index/container:Container": { exitCode: 0 },
    "tidegate:embedded:Credential": { value: told(secret) },
    "tidegate:embedded:Certificate": {
        caPem: "CA",
        certificatePem: "CERTIFICATE",
        privateKeyPem: told(`${secret}-KEY`),
    },
};

const profile = { profile: "docker" } as never;
/** The contract of a layer of containers, its credentials secret. */
export const upstream = <L extends Layer>(layer: L, changes: object = {}): Upstream<L> => {
    const contract: Contract<L> = standInOf({ [layer]: profile } as never, layer);
    const credentials = "credentials" in contract ? { credentials: pulumi.secret(contract.credentials) } : {};
    return { ...contract, ...credentials, ...changes } as unknown as Upstream<L>;
};

const keys = { accessKeyId: "ACCESS", secretAccessKey: secret };
const args = { environment: "docker", tags: { team: "lakehouse" }, protectData: true };
const image = `rehearsal.invalid/image@sha256:${"0".repeat(64)}`;

export const storage = (changes: Partial<DockerStorageArgs> = {}): Promise<Program> =>
    making((options) => new DockerStorage("storage", { ...args, image, ...changes }, options), computed);

export const broker = (changes: Partial<DockerBrokerArgs> = {}): Promise<Program> =>
    making(
        (options) =>
            new DockerBroker(
                "broker",
                { ...args, image, topics: { events: "events", deadLetters: "events.dlq" }, ...changes },
                options,
            ),
        computed,
    );

export const catalog = (changes: Partial<DockerCatalogArgs> = {}): Promise<Program> =>
    making(
        (options) =>
            new DockerCatalog(
                "catalog",
                {
                    ...args,
                    images: { lakekeeper: image, postgres: image },
                    storage: upstream("storage", { credentials: pulumi.secret(keys) }) as DockerCatalogArgs["storage"],
                    acceptTermsOfUse: true,
                    ...changes,
                },
                options,
            ),
        computed,
    );

export const runtime = (changes: Partial<DockerRuntimeArgs> = {}): Promise<Program> =>
    making(
        (options) =>
            new DockerRuntime(
                "runtime",
                {
                    ...args,
                    image,
                    storage: upstream("storage", { credentials: pulumi.secret(keys) }) as DockerRuntimeArgs["storage"],
                    broker: upstream("broker"),
                    catalog: upstream("catalog"),
                    dbt: { target: "embedded", duckdbFile: "/data/docker/lake.duckdb", threads: 2 },
                    ...changes,
                },
                options,
            ),
        computed,
    );

export const observability = (changes: Partial<DockerObservabilityArgs> = {}): Promise<Program> =>
    making(
        (options) =>
            new DockerObservability(
                "observability",
                {
                    ...args,
                    image,
                    runtime: upstream("runtime") as DockerObservabilityArgs["runtime"],
                    ...changes,
                },
                options,
            ),
        computed,
    );
