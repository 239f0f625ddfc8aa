/**
 * The resource types of the project's own provider, as a program makes them. What they do is told in
 * components/provider/resources; the arguments here are the inputs there.
 */
import * as pulumi from "@pulumi/pulumi";
import { applyError } from "../runError";

type Inputs = Record<string, unknown>;

/** Every output of a resource has to be named in what it is registered with, so that the engine fills it in. */
function outputs(names: readonly string[]): Inputs {
    return Object.fromEntries(names.map((name) => [name, undefined]));
}

export interface ReadyArgs {
    /** A GET of `url` answers 2xx, with a body that `matches` (a regular expression), where that is given. */
    http?: { url: pulumi.Input<string>; matches?: string };
    /** The port of this name accepts connections. */
    tcp?: string;
    /** The output since this start matches (a regular expression). */
    log?: string;
    /** Seconds. @default 60 */
    timeoutSeconds?: number;
}

export interface PrepareArgs {
    command: pulumi.Input<string>[];
    /** Path relative to the directory; the step runs where it does not exist. */
    creates: string;
    /** Seconds. @default 120 */
    timeoutSeconds?: number;
}

/**
 * In `command`, `environment`, `files` and `ready.http.url` these placeholders are filled in when the process is
 * started: `{port:NAME}`, `{dir}` (the directory), `{tool:java}`, `{tool:kafka}` and `{tool:flink}` (class paths),
 * `{tool:weed}`, `{tool:node}`.
 */
export interface ProcessArgs {
    /** For messages, e.g. `Kafka`. */
    name: string;
    /** Absolute. It belongs to the process alone: made with mode 0700, removed by delete. A change replaces. */
    directory: pulumi.Input<string>;
    /** Program and arguments; nothing secret, since every user of the machine can read them. */
    command: pulumi.Input<string>[];
    /** The only variables beside PATH, HOME and TMPDIR (inside the directory), LANG and TIDEGATE_RUN. */
    environment?: pulumi.Input<Record<string, pulumi.Input<string>>>;
    /** Content by path relative to the directory, written with mode 0600 before each start. */
    files?: pulumi.Input<Record<string, pulumi.Input<string>>>;
    /** TCP ports of 127.0.0.1 by name: a number, 0 for any free one, or `OTHER+10000` for one at a fixed distance. */
    ports?: Record<string, pulumi.Input<number | string>>;
    /** Run once, in this order, before the first start. */
    prepare?: PrepareArgs[];
    ready: ReadyArgs;
    /** @default SIGTERM, and SIGKILL after 15 s */
    stop?: { signal?: string; graceSeconds?: number };
    /** Path relative to the directory whose absence means that the data is lost. @default the directory itself */
    data?: string;
    /** Absolute paths that the program leaves behind when it is killed; `{port:NAME}` is filled in. */
    leftovers?: string[];
    /** Versions of the tools; a change restarts the process. */
    versions?: Record<string, string>;
    /** Whether delete removes the directory. @default true */
    deleteData?: boolean;
}

/** A program that runs on after the engine has ended. A dead one is drift: `up` starts it over its data. */
export class Process extends pulumi.CustomResource {
    declare readonly ports: pulumi.Output<Record<string, number>>;
    /** 0 while it doesn't run. */
    declare readonly pid: pulumi.Output<number>;
    declare readonly running: pulumi.Output<boolean>;
    /** ISO 8601, UTC. */
    declare readonly startedAt: pulumi.Output<string>;
    declare readonly logFile: pulumi.Output<string>;

    constructor(name: string, args: ProcessArgs, options?: pulumi.CustomResourceOptions) {
        super(
            "tidegate:embedded:Process",
            name,
            { ...outputs(["pid", "running", "startedAt", "logFile"]), ...args },
            options,
        );
    }

    /** The port of this name, once the process is ready. */
    port(name: string): pulumi.Output<number> {
        return this.ports.apply((ports) => {
            const port = ports[name];
            if (port === undefined)
                throw applyError(`The process has no port '${name}'.`, {
                    code: "process-port-unknown",
                    hint: `It has ${Object.keys(ports).sort().join(", ") || "none"}: they are named in \`ports\` of its arguments.`,
                });
            return port;
        });
    }
}

export interface DirectoryArgs {
    /** Absolute. It belongs to the resource alone: made with mode 0700. A change replaces. */
    path: pulumi.Input<string>;
    /** Whether delete removes it with all that is in it. @default true */
    deleteData?: boolean;
}

/** A directory of this machine that other processes fill. */
export class Directory extends pulumi.CustomResource {
    declare readonly path: pulumi.Output<string>;

    constructor(name: string, args: DirectoryArgs, options?: pulumi.CustomResourceOptions) {
        super("tidegate:embedded:Directory", name, { ...args }, options);
    }
}

export interface CredentialArgs {
    /** Signs. @default 32 */
    length?: number;
    /** @default alphanumeric */
    charset?: "alphanumeric" | "upper" | "hex";
    /** Another value makes another credential. @default "" */
    rotate?: string;
}

/** A random text, made once. */
export class Credential extends pulumi.CustomResource {
    /** Secret. */
    declare readonly value: pulumi.Output<string>;

    constructor(name: string, args: CredentialArgs = {}, options?: pulumi.CustomResourceOptions) {
        super("tidegate:embedded:Credential", name, { ...outputs(["value"]), ...args }, options);
    }
}

export interface CertificateArgs {
    commonName: string;
    /** @default ["localhost"] */
    dnsNames?: string[];
    /** @default ["127.0.0.1"] */
    ipAddresses?: string[];
    /** Days, at most 825. @default 365 */
    validityDays?: number;
    /** The first `up` within so many days of the end renews it. @default 30 */
    renewBeforeDays?: number;
}

/** A certificate of a server (and client), with the authority that signed it and nothing else. */
export class Certificate extends pulumi.CustomResource {
    declare readonly caPem: pulumi.Output<string>;
    declare readonly certificatePem: pulumi.Output<string>;
    /** PKCS #8; secret. */
    declare readonly privateKeyPem: pulumi.Output<string>;
    /** ISO 8601, UTC. */
    declare readonly expiresAt: pulumi.Output<string>;

    constructor(name: string, args: CertificateArgs, options?: pulumi.CustomResourceOptions) {
        const names = ["caPem", "certificatePem", "privateKeyPem", "expiresAt"];
        super("tidegate:embedded:Certificate", name, { ...outputs(names), ...args }, options);
    }
}

export interface S3ConnectionArgs {
    endpoint: pulumi.Input<string>;
    /** @default us-east-1 */
    region?: pulumi.Input<string>;
    /** @default true */
    pathStyle?: pulumi.Input<boolean>;
    credentials: pulumi.Input<{ accessKeyId: pulumi.Input<string>; secretAccessKey: pulumi.Input<string> }>;
}

export interface BucketArgs {
    connection: S3ConnectionArgs;
    /** A change replaces. */
    name: pulumi.Input<string>;
    /** Whether delete empties it first; otherwise a bucket that holds objects can't be deleted. @default true */
    deleteContents?: boolean;
}

/** A bucket of an S3 interface; one of that name that the credentials own is adopted. */
export class Bucket extends pulumi.CustomResource {
    declare readonly name: pulumi.Output<string>;

    constructor(name: string, args: BucketArgs, options?: pulumi.CustomResourceOptions) {
        super("tidegate:embedded:Bucket", name, { ...args }, options);
    }
}

export interface TableBucketArgs {
    connection: S3ConnectionArgs;
    /** A change replaces. */
    name: pulumi.Input<string>;
    /** Folder of the process that serves it: once that is deleted, it is too. @default it is not known which */
    servedFrom?: string;
}

/** A table bucket: one warehouse of the Iceberg REST catalog of SeaweedFS. Delete takes every table in it away. */
export class TableBucket extends pulumi.CustomResource {
    declare readonly name: pulumi.Output<string>;
    declare readonly arn: pulumi.Output<string>;

    constructor(name: string, args: TableBucketArgs, options?: pulumi.CustomResourceOptions) {
        super("tidegate:embedded:TableBucket", name, { ...outputs(["arn"]), ...args }, options);
    }
}

export interface KafkaConnectionArgs {
    bootstrapServers: pulumi.Input<string>;
    securityProtocol: pulumi.Input<string>;
    saslMechanism?: pulumi.Input<string | null>;
    caPem?: pulumi.Input<string | null>;
    credentials?: pulumi.Input<{ username: pulumi.Input<string>; password: pulumi.Input<string> } | null>;
}

export interface KafkaTopicArgs {
    connection: KafkaConnectionArgs;
    /** A change replaces, which loses the records. */
    name: pulumi.Input<string>;
    /** More can be had in place, fewer not. @default 1 */
    partitions?: number;
    /** @default 1 */
    replicationFactor?: number;
    /** Topic configuration, e.g. `retention.ms`; what is not named here has the broker's default. */
    config?: Record<string, pulumi.Input<string>>;
}

export class KafkaTopic extends pulumi.CustomResource {
    declare readonly name: pulumi.Output<string>;
    declare readonly partitions: pulumi.Output<number>;
    declare readonly replicationFactor: pulumi.Output<number>;
    declare readonly config: pulumi.Output<Record<string, string>>;

    constructor(name: string, args: KafkaTopicArgs, options?: pulumi.CustomResourceOptions) {
        super("tidegate:embedded:KafkaTopic", name, { ...outputs(["replicationFactor", "config"]), ...args }, options);
    }
}
