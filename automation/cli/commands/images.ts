/** `images`: which container images a platform runs. */
import type { Command } from "commander";
import {
    builtImages,
    imageNames,
    lockFile,
    pulledImages,
    wantedTag,
    writeLock,
    type ImageName,
} from "../../images/lock";
import { printJson, say } from "../output";

type LockFlags = { readonly [I in ImageName]?: string } & { readonly json?: true };

export function imageCommands(program: Command): void {
    const images = program.command("images").description("lock the container images of a platform");
    const lock = images
        .command("lock")
        .description("write images.lock: by digest, with what each image was built from");
    for (const image of builtImages)
        lock.option(`--${image} <reference>`, `registry/repository@sha256:… of images/${image}`);
    for (const image of pulledImages)
        lock.option(`--${image} <reference>`, `registry/repository@sha256:… of ${wantedTag(image)}`);
    lock.option("--json", "the lock as JSON").action(({ json, ...references }: LockFlags) => {
        const lock = writeLock(references);
        if (json) return printJson(lock);
        for (const image of imageNames) say(`${image}: ${lock.images[image]?.reference ?? "not locked"}`);
        say(lockFile);
    });
}
