/**
 * What a release is made of. Pure. Its name is the digest of this manifest, which names every file by its own: two
 * people who make a release of the same files make the same one, on any machine and on any day.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { exitCodes, TidegateError } from "../core/errors";
import { parseJson } from "../core/json";
import type { DeepReadonly } from "../core/readonly";

const manifestVersion = 1;

/** What a file is of; a foreign graph has no `sql`, `datasets`, `dbt`, `images` and `contracts`. */
export const partNames = [
    "graph",
    "program",
    "driver",
    "policies",
    "locks",
    "sql",
    "datasets",
    "dbt",
    "images",
    "contracts",
    "sbom",
] as const;
export type PartName = (typeof partNames)[number];

export const versionKinds = ["engine", "plugin", "chart", "image", "tool"] as const;

export const digestPattern = /^[0-9a-f]{64}$/;
const digest = z.string().regex(digestPattern);
/** Below the folder of the graph: no way out of it, and nothing that a file system may take for another name. */
const path = z
    .string()
    .max(1000)
    .regex(/^[^\u0000-\u001f\\]+$/)
    .refine((text) => text.split("/").every((name) => name !== "" && name !== "." && name !== ".."));

const fileSchema = z.strictObject({
    path,
    part: z.enum(partNames),
    sha256: digest,
    bytes: z.int().min(0),
    executable: z.boolean(),
    /** Whose deployment is made of it, in rollout order; empty: what rolls out is, but no deployment. */
    stacks: z.array(z.string()),
});
export type ManifestFile = DeepReadonly<z.infer<typeof fileSchema>>;

const versionSchema = z.strictObject({
    kind: z.enum(versionKinds),
    name: z.string().min(1),
    /** Of an image its whole reference, with the digest. */
    version: z.string().min(1),
    stacks: z.array(z.string()),
});
export type ReleaseVersion = DeepReadonly<z.infer<typeof versionSchema>>;

const manifestSchema = z.strictObject({
    version: z.literal(manifestVersion),
    /** Name of the graph. */
    graph: z.string().min(1),
    /** In rollout order. */
    stacks: z.array(z.string()),
    files: z.array(fileSchema),
    versions: z.array(versionSchema),
});
export type Manifest = DeepReadonly<z.infer<typeof manifestSchema>>;

export interface ReleaseFile {
    /** Relative to the graph's folder, with `/`. */
    readonly path: string;
    readonly part: PartName;
    readonly content: Buffer;
    readonly executable: boolean;
    readonly stacks: readonly string[];
}

/** Everything that a release holds, in no order. */
export interface Ingredients {
    readonly graph: string;
    readonly stacks: readonly string[];
    readonly files: readonly ReleaseFile[];
    readonly versions: readonly ReleaseVersion[];
}

export const sha256 = (content: string | Buffer): string => createHash("sha256").update(content).digest("hex");

/** By code units: no locale has a say. */
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** @throws TidegateError `release-invalid` where two files have one path, or a path leads out of the folder */
export function manifestOf({ graph, stacks, files, versions }: Ingredients): Manifest {
    const inOrder = (some: readonly string[]): string[] => stacks.filter((stack) => some.includes(stack));
    const manifest: Manifest = {
        version: manifestVersion,
        graph,
        stacks: [...stacks],
        files: files
            .map(({ path: name, part, content, executable, stacks: of }) => ({
                path: name,
                part,
                sha256: sha256(content),
                bytes: content.length,
                executable,
                stacks: inOrder(of),
            }))
            .sort((a, b) => byText(a.path, b.path)),
        versions: versions
            .map(({ kind, name, version, stacks: of }) => ({ kind, name, version, stacks: inOrder(of) }))
            .sort((a, b) => byText(a.kind, b.kind) || byText(a.name, b.name)),
    };
    return demandManifest(manifest, "what was gathered");
}

/** Its one text, which is signed. */
export const manifestText = (manifest: Manifest): string => `${JSON.stringify(manifest, null, 1)}\n`;

/** The name of a release: 64 hexadecimal digits. */
export const releaseId = (manifest: Manifest): string => sha256(manifestText(manifest));

/** As people name it: enough of it to tell it from others. */
export const shortId = (id: string): string => id.slice(0, 12);

/** @throws TidegateError `release-invalid` */
export function parseManifest(text: string, where: string): Manifest {
    const value = parseJson(text);
    if (value === undefined) throw invalid(where, "its manifest is no JSON");
    return demandManifest(value, where);
}

function demandManifest(value: unknown, where: string): Manifest {
    const parsed = manifestSchema.safeParse(value);
    if (!parsed.success) {
        const [issue] = parsed.error.issues;
        throw invalid(where, `its manifest is wrong at '${issue?.path.join(".")}': ${issue?.message}`);
    }
    const { files, versions } = parsed.data;
    for (const [index, { path: name }] of files.entries())
        if (index > 0 && byText(files[index - 1]?.path ?? "", name) >= 0)
            throw invalid(where, `${name} is in it twice, or not in its place`);
    const names = versions.map(({ kind, name }) => `${kind} ${name}`);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) throw invalid(where, `the version of ${twice} is in it twice`);
    return parsed.data;
}

export const invalid = (where: string, why: string): TidegateError =>
    new TidegateError(`${where} is no release: ${why}.`, {
        code: "release-invalid",
        hint: "Make it anew from its sources: `npx tidegate release create`. Nothing of it was used.",
        exitCode: exitCodes.refused,
    });
