/**
 * What a release deploys, as a CycloneDX 1.6 bill of materials: npm packages and Python packages by the locks in it, jars,
 * charts, images, the engine and its plugins. Pure, and the same for the same release: no time, no random number.
 */
import { Enums, Models, Serialize, Spec } from "@cyclonedx/cyclonedx-library";
import { PackageURL } from "packageurl-js";
import { z } from "zod";
import { parseJson } from "../core/json";
import { byText, sha256, type ReleaseFile, type ReleaseVersion } from "./manifest";

/** Something that no lock of a known kind names: a jar. */
export interface OtherComponent {
    readonly type: "maven";
    readonly group: string;
    readonly name: string;
    readonly version: string;
    readonly sha256: string;
}

export interface SbomRequest {
    readonly graph: string;
    readonly files: readonly ReleaseFile[];
    readonly versions: readonly ReleaseVersion[];
    readonly others: readonly OtherComponent[];
}

interface Found {
    readonly kind: Enums.ComponentType;
    readonly purl: PackageURL;
    readonly hashes: readonly (readonly [Enums.HashAlgorithm, string])[];
}

export const sbomPath = "sbom.cdx.json";

export function sbomOf({ graph, files, versions, others }: SbomRequest): string {
    const found = new Map<string, Found>();
    const keep = (one: Found): void => void found.set(one.purl.toString(), one);
    for (const { path, content } of files) {
        const name = path.split("/").at(-1) ?? "";
        if (name === "package-lock.json") npmPackages(content.toString("utf8")).forEach(keep);
        // Locked ones alone: what has no exact version is no component yet.
        if (/requirements.*\.txt$/.test(path)) pythonPackages(content.toString("utf8")).forEach(keep);
    }
    for (const { group, name, version, sha256: digest } of others)
        keep({
            kind: Enums.ComponentType.Library,
            purl: new PackageURL("maven", group, name, version, undefined, undefined),
            hashes: [[Enums.HashAlgorithm["SHA-256"], digest]],
        });
    versions.flatMap(componentOf).forEach(keep);

    const bom = new Models.Bom();
    bom.metadata.component = new Models.Component(Enums.ComponentType.Application, graph, { bomRef: graph });
    const sorted = [...found].sort(([a], [b]) => byText(a, b));
    for (const [purl, { kind, purl: parts, hashes }] of sorted)
        bom.components.add(
            new Models.Component(kind, parts.name, {
                bomRef: purl,
                ...(parts.namespace ? { group: parts.namespace } : {}),
                ...(parts.version ? { version: parts.version } : {}),
                hashes: new Models.HashDictionary(hashes),
                purl,
            }),
        );
    bom.serialNumber = serialNumber(
        graph,
        sorted.map(([purl]) => purl),
    );
    const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
    return `${serializer.serialize(bom, { sortLists: true, space: 1 })}\n`;
}

const lockSchema = z.looseObject({
    packages: z.record(
        z.string(),
        z.looseObject({
            name: z.string().optional(),
            version: z.string().optional(),
            integrity: z.string().optional(),
            dev: z.boolean().optional(),
            link: z.boolean().optional(),
        }),
    ),
});

/** Of an npm lock of version 2 or 3, without what only its developers install. */
function npmPackages(text: string): Found[] {
    const parsed = lockSchema.safeParse(parseJson(text));
    if (!parsed.success) return [];
    return Object.entries(parsed.data.packages).flatMap(([place, entry]) => {
        const full = entry.name ?? place.split("node_modules/").at(-1) ?? "";
        if (place === "" || full === "" || entry.version === undefined || entry.dev || entry.link) return [];
        const at = full.lastIndexOf("/");
        const [scope, name] = at < 0 ? [undefined, full] : [full.slice(0, at), full.slice(at + 1)];
        const digest = /^sha512-(.+)$/.exec(entry.integrity ?? "")?.[1];
        return [
            {
                kind: Enums.ComponentType.Library,
                purl: new PackageURL("npm", scope, name, entry.version, undefined, undefined),
                hashes:
                    digest === undefined
                        ? []
                        : [[Enums.HashAlgorithm["SHA-512"], Buffer.from(digest, "base64").toString("hex")] as const],
            },
        ];
    });
}

/** `name==version` of a requirements file; where wheels have many digests, none is that of the package. */
function pythonPackages(text: string): Found[] {
    return [...text.matchAll(/^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)/gm)].map(
        ([, name = "", version = ""]) => ({
            kind: Enums.ComponentType.Library,
            purl: new PackageURL(
                "pypi",
                undefined,
                name.toLowerCase().replace(/[_.]+/g, "-"),
                version,
                undefined,
                undefined,
            ),
            hashes: [],
        }),
    );
}

function componentOf({ kind, name, version }: ReleaseVersion): Found[] {
    switch (kind) {
        case "tool":
        case "engine":
            return [application(undefined, name, version)];
        // Its npm package is in the lock; this is the provider that it stands for.
        case "plugin": {
            const words = name.replace(/^@/, "").split("/");
            return [application(["pulumi-plugin", ...words.slice(0, -1)].join("/"), words.at(-1) ?? name, version)];
        }
        case "chart":
            return [application("helm", name, version)];
        case "image": {
            const [, repository = name, digest = ""] = /^(.+)@sha256:([0-9a-f]{64})$/.exec(version) ?? [];
            return [
                {
                    kind: Enums.ComponentType.Container,
                    purl: new PackageURL(
                        "oci",
                        undefined,
                        repository.split("/").at(-1) ?? name,
                        `sha256:${digest}`,
                        { repository_url: repository },
                        undefined,
                    ),
                    hashes: digest === "" ? [] : [[Enums.HashAlgorithm["SHA-256"], digest]],
                },
            ];
        }
    }
}

const application = (namespace: string | undefined, name: string, version: string): Found => ({
    kind: Enums.ComponentType.Application,
    purl: new PackageURL("generic", namespace, name, version, undefined, undefined),
    hashes: [],
});

/** A UUID of the content (version 8, RFC 9562). */
function serialNumber(graph: string, purls: readonly string[]): string {
    const hex = sha256([graph, ...purls].join("\n"));
    const variant = ((parseInt(hex[16] ?? "0", 16) & 0x3) | 0x8).toString(16);
    return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
