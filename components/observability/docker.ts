/** The observability layer as a Prometheus container that scrapes Flink in the runtime's network. */
import * as pulumi from "@pulumi/pulumi";
import { exitCodes, TidegateError } from "../../automation/core/errors";
import type { Upstream } from "../../stacks/layer";
import { containerLimits } from "../../stacks/settings/dockerMemory";
import { docker as settings } from "../../stacks/settings/observability/docker";
import { demandArgs, rulesOf } from "../arguments";
import { withTransform } from "../cloud/args";
import { loopback, volumeOf, type DockerArgs } from "../docker/args";
import { filesOf, filesPath } from "../docker/files";
import { pulledImage, service } from "../docker/service";
import type { ContractOutputs } from "../embedded/contract";
import { flinkMetrics } from "./flinkMetrics";

export interface DockerObservabilityArgs extends DockerArgs {
    /** Of Prometheus, by its digest. */
    image: string;
    runtime: Extract<Upstream<"runtime">, { flinkRest: unknown }>;
    /** @default 15 */
    retentionDays?: number;
    /** @default 9090 */
    ports?: { prometheus: number };
}

const what = "prometheus";
const port = 9090;

export class DockerObservability extends pulumi.ComponentResource {
    readonly contract: Extract<ContractOutputs<"observability">, { metrics: unknown }>;

    constructor(name: string, args: DockerObservabilityArgs, options?: pulumi.ComponentResourceOptions) {
        demandArgs("Prometheus in a container", rulesOf(settings), args);
        super("tidegate:observability:Docker", name, {}, withTransform(args, options));
        const { runtime, retentionDays = 15, ports = { prometheus: port } } = args;
        if (runtime.docker === undefined)
            throw new TidegateError(
                "Prometheus in a container needs the runtime profile 'docker': it does not reach the loopback of this machine.",
                {
                    code: "layer-unfit",
                    hint: "Use runtime.profile docker, or another profile of observability.",
                    exitCode: exitCodes.usage,
                },
            );
        const image = pulledImage(`${name}-image`, args.image, { parent: this });
        const files = filesOf(
            args,
            {
                layer: "observability",
                what,
                image: image.imageId,
                files: { "prometheus.yml": configuration(args.environment, runtime.docker.metrics) },
            },
            { parent: this },
        );
        const volume = volumeOf(args, { layer: "observability", what: `${what}-data`, data: false }, `${name}-data`, {
            parent: this,
        });
        service(
            args,
            {
                layer: "observability",
                what,
                image,
                command: [
                    `--config.file=${filesPath}/prometheus.yml`,
                    "--storage.tsdb.path=/prometheus",
                    `--storage.tsdb.retention.time=${retentionDays}d`,
                ],
                // `nobody`, to whom its image gives /prometheus.
                user: "65534:65534",
                files,
                volumes: [{ volume, path: "/prometheus" }],
                networks: [runtime.docker.network],
                ports: { [port]: ports.prometheus },
                memoryMiB: containerLimits.prometheus,
                // Its image has busybox.
                healthy: ["wget", "-q", "-O", "/dev/null", `http://${loopback}:${port}/-/ready`],
            },
            { parent: this },
        );
        const { flinkRest } = runtime;
        this.contract = {
            profile: pulumi.output("docker" as const),
            metrics: pulumi.output(flinkMetrics(flinkRest)),
            prometheus: pulumi.output(`http://${loopback}:${ports.prometheus}`),
        };
        this.registerOutputs({ contract: this.contract });
    }
}

/** JSON is YAML too. */
const configuration = (environment: string, targets: readonly string[]): string =>
    `${JSON.stringify(
        {
            global: { scrape_interval: "15s", external_labels: { environment } },
            scrape_configs: [{ job_name: "flink", static_configs: [{ targets }] }],
        },
        null,
        2,
    )}\n`;
