/** `images`: which container images a platform on a cluster runs. */
import type { Command } from "commander";
import { imageNames, lockFile, writeLock } from "../../images/lock";
import { printJson } from "../output";

interface LockFlags {
    readonly flink?: string;
    readonly dbt?: string;
    readonly lakekeeper?: string;
    readonly json?: true;
}

export function imageCommands(program: Command): void {
    const images = program.command("images").description("lock the container images of a platform on a cluster");
    images
        .command("lock")
        .description("write images.lock: by digest, with what each image was built from")
        .option("--flink <reference>", "registry/repository@sha256:… of images/flink")
        .option("--dbt <reference>", "registry/repository@sha256:… of images/dbt")
        .option("--lakekeeper <reference>", "registry/repository@sha256:… of Lakekeeper's own image")
        .option("--json", "the lock as JSON")
        .action(({ flink, dbt, lakekeeper, json }: LockFlags) => {
            const lock = writeLock({
                ...(flink === undefined ? {} : { flink }),
                ...(dbt === undefined ? {} : { dbt }),
                ...(lakekeeper === undefined ? {} : { lakekeeper }),
            });
            if (json) return printJson(lock);
            for (const image of imageNames)
                process.stdout.write(`${image}: ${lock.images[image]?.reference ?? "not locked"}\n`);
            process.stdout.write(`${lockFile}\n`);
        });
}
