/** What runs is one image for good, and that which was locked. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathText, type Path } from "../../../components/provider/values";
import { placesAt, typeOf } from "../../analyzer/look";
import type { Context, Resource, Policy } from "../../analyzer/pack";
import { projectFolder } from "../../analyzer/project";
import { inPods, type Finding, type PodSpec } from "./podSpecs";

const pinned = /@sha256:[0-9a-f]{64}$/;
/** Of an image that is there: of its content, and in no registry. The resource that pulls it names the digest. */
const imageId = /^sha256:[0-9a-f]{64}$/;

const ofContainers = ({ containers }: PodSpec): Finding[] =>
    containers.flatMap(({ path, container: { image } }): Finding[] =>
        typeof image === "string" ? [[[...path, "image"], image]] : [],
    );

function* imagesOf(resource: Resource): Generator<{ readonly path: Path; readonly image: string }> {
    const type = typeOf(resource);
    for (const { path, what } of inPods(resource, ofContainers)) yield { path, image: what };
    const found = [
        ...(type === "kubernetes:flink.apache.org/v1beta1:FlinkDeployment" ? placesAt(resource, "spec.image") : []),
        ...(type === "docker:index/container:Container"
            ? placesAt(resource, "image").filter(({ value }) => !imageId.test(String(value)))
            : []),
        ...(type === "docker:index/remoteImage:RemoteImage" ? placesAt(resource, "name") : []),
    ];
    for (const { path, value } of found) if (typeof value === "string") yield { path, image: value };
}

/** Digests of `images.lock` beside the project; undefined where there is no such file. */
function lockedDigests(context: Context): ReadonlySet<string> | undefined {
    const folder = projectFolder(context)?.source;
    const file = folder === undefined ? undefined : join(folder, "images.lock");
    if (file === undefined || !existsSync(file)) return undefined;
    return new Set(readFileSync(file, "utf8").match(/sha256:[0-9a-f]{64}/g) ?? []);
}

export const images: Policy = {
    name: "pinned-images",
    description: "Each image is named by a digest; where the project has an images.lock, by one of its own.",
    *resource(resource, context, settings) {
        const found = [...imagesOf(resource)];
        if (found.length === 0) return;
        // Images that somebody else builds, such as those of a chart's operator, are not in the lock.
        const locked = settings["lock"] === false ? undefined : lockedDigests(context);
        for (const { path, image } of found) {
            const place = pathText(path);
            if (!pinned.test(image))
                yield {
                    message: `${place}: name the image by its digest; its tag may be another one tomorrow.`,
                    urn: resource.urn,
                };
            else if (locked !== undefined && !locked.has(image.slice(image.lastIndexOf("sha256:"))))
                yield {
                    message: `${place}: this digest is not in images.lock; \`npx tidegate images lock\` writes it.`,
                    urn: resource.urn,
                };
        }
    },
};
