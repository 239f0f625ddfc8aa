/**
 * images.lock: the container images that a platform runs, by their digests, and what each was built from. It is
 * committed; promotion carries it from one environment to the next. Nothing here makes a digest up: `tidegate images lock`
 * is told those that a registry gave.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { z } from "zod";
import { exitCodes, TidegateError } from "../core/errors";
import { parseJson } from "../core/json";
import { repositoryRoot } from "../core/repository";
import pulled from "../../images/pulled.json";

/** Built from this repository. */
export const builtImages = ["flink", "dbt"] as const;
type BuiltImage = (typeof builtImages)[number];

/** Somebody else's, as their makers publish them: images/pulled.json says which version of each. */
export const pulledImages = Object.keys(pulled) as PulledImage[];
type PulledImage = keyof typeof pulled;

export type ImageName = BuiltImage | PulledImage;
export const imageNames: readonly ImageName[] = [...builtImages, ...pulledImages];

/** `name:tag` of the version that an image somebody else makes is wanted in. */
export const wantedTag = (image: PulledImage): string => pulled[image];

const isPulled = (image: ImageName): image is PulledImage => image in pulled;

/** `registry/repository@sha256:…`; a registry's name has a dot or a port. Source: https://github.com/distribution/reference */
const referencePattern =
    /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)+@sha256:[0-9a-f]{64}$/;

const imageReference = z
    .string()
    .max(500)
    .regex(referencePattern, "registry/repository@sha256:<64 hexadecimal digits>, without a tag");

const locked = z.strictObject({
    /** What is run. */
    reference: imageReference,
    /** Of the files that it was built from; of its name and tag, where somebody else made it. */
    inputs: z.string().regex(/^sha256:[0-9a-f]{64}$/),
});

export const lockSchema = z.strictObject({
    version: z.literal(1),
    images: z.partialRecord(z.enum([...builtImages, ...pulledImages]), locked),
});
export type ImageLock = z.infer<typeof lockSchema>;

export const lockFile = join(repositoryRoot, "images.lock");

/** What an image is built from, as its Dockerfile copies it. */
const builtFrom: Readonly<Record<BuiltImage, readonly string[]>> = {
    flink: ["images/flink", "automation/toolchain/pins.json"],
    dbt: [
        "images/dbt",
        "dbt",
        "automation/toolchain/install_extensions.py",
        "automation/toolchain/requirements/data.txt",
        "automation/toolchain/requirements/duckdb-extensions.txt",
    ],
};

/** What dbt and Python leave behind. */
const passedOver = new Set(["target", "logs", "dbt_packages", "__pycache__", ".user.yml"]);

/** SHA-256 of the names and contents of the files that an image is built from; of name and tag of somebody else's. */
export function inputsDigest(image: ImageName, root = repositoryRoot): string {
    const hash = createHash("sha256");
    if (isPulled(image)) return `sha256:${hash.update(wantedTag(image)).digest("hex")}`;
    for (const file of builtFrom[image].flatMap((path) => filesIn(join(root, path))).sort()) {
        const content = createHash("sha256").update(readFileSync(file)).digest("hex");
        hash.update(`${relative(root, file).split(sep).join("/")}\0${content}\n`);
    }
    return `sha256:${hash.digest("hex")}`;
}

function filesIn(path: string): string[] {
    if (!existsSync(path)) return [];
    try {
        return readdirSync(path, { withFileTypes: true })
            .filter(({ name }) => !passedOver.has(name))
            .flatMap(({ name }) => filesIn(join(path, name)));
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOTDIR") throw error;
        return [path];
    }
}

/**
 * Undefined where there is none.
 * @throws TidegateError `images-lock-invalid`
 */
export function readLock(file = lockFile): ImageLock | undefined {
    if (!existsSync(file)) return undefined;
    const text = readFileSync(file, "utf8");
    const parsed = lockSchema.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    throw new TidegateError(`${file} is no lock of images:\n${z.prettifyError(parsed.error)}`, {
        code: "images-lock-invalid",
        hint: "`npx tidegate images lock` writes it.",
        exitCode: exitCodes.usage,
    });
}

/**
 * Locks images by what a registry gave for them; those that are not named stay as they are.
 * @throws TidegateError `image-reference-invalid`
 */
export function writeLock(
    references: { readonly [I in ImageName]?: string },
    { file = lockFile, root = repositoryRoot }: { readonly file?: string; readonly root?: string } = {},
): ImageLock {
    const given = imageNames.filter((image) => references[image] !== undefined);
    if (given.length === 0)
        throw new TidegateError("No image is named that is to be locked.", {
            code: "usage",
            hint: `npx tidegate images lock --flink registry/repository@sha256:… There are ${imageNames.join(", ")}.`,
            exitCode: exitCodes.usage,
        });
    const images = { ...readLock(file)?.images };
    for (const image of given)
        images[image] = { reference: demandDigest(references[image] ?? ""), inputs: inputsDigest(image, root) };
    const lock: ImageLock = { version: 1, images };
    writeFileSync(file, `${JSON.stringify(lock, null, 4)}\n`);
    return lock;
}

function demandDigest(reference: string): string {
    const parsed = imageReference.safeParse(reference);
    if (parsed.success && !/@sha256:(.)\1{63}$/.test(reference)) return reference;
    throw new TidegateError(
        parsed.success
            ? `'${reference}' has no digest that a registry gave.`
            : `'${reference}' does not name one image for good: it has to be ${parsed.error.issues[0]?.message}.`,
        {
            code: "image-reference-invalid",
            hint: "A tag may name another image tomorrow. `docker buildx imagetools inspect NAME:TAG` tells the digest of one that was pushed.",
            exitCode: exitCodes.usage,
        },
    );
}

/** Of a rehearsal, in which nothing is pulled: a registry that is nowhere, and a digest of zeros. */
export const placeholderImage = (image: ImageName): string =>
    `rehearsal.invalid/tidegate-${image}@sha256:${"0".repeat(64)}`;

/**
 * What is run. A rehearsal takes placeholders for what is not locked.
 * @throws TidegateError `images-not-locked`, `images-outdated`
 */
export function imageOf(
    image: ImageName,
    { rehearsal }: { readonly rehearsal: string | null },
    { file = lockFile, root = repositoryRoot }: { readonly file?: string; readonly root?: string } = {},
): string {
    const found = readLock(file)?.images[image];
    if (rehearsal !== null) return found?.reference ?? placeholderImage(image);
    if (found === undefined)
        throw new TidegateError(`The image '${image}' is not locked: this platform can only be rehearsed.`, {
            code: "images-not-locked",
            hint: `${origin(image)}, then \`npx tidegate images lock --${image} registry/repository@sha256:…\`: images/README.md.`,
            exitCode: exitCodes.usage,
        });
    if (found.inputs !== inputsDigest(image, root))
        throw new TidegateError(
            isPulled(image)
                ? `The image '${image}' is locked in another version than ${wantedTag(image)}, which images/pulled.json wants.`
                : `The image '${image}' was built from other files than those that are here.`,
            {
                code: "images-outdated",
                hint: isPulled(image)
                    ? `Lock the digest of ${wantedTag(image)}: images/README.md.`
                    : `Build, push and lock it anew, or go back to the files of its lock: images/README.md. It is made of ${builtFrom[image].join(", ")}.`,
                exitCode: exitCodes.usage,
            },
        );
    return found.reference;
}

const origin = (image: ImageName): string =>
    isPulled(image) ? `Look the digest of ${wantedTag(image)} up` : `Build and push images/${image}`;
