/** What differs between two releases: parts, files, versions, and whose deployments those are. Pure. */
import { byText, type Manifest, type ManifestFile, type PartName, type ReleaseVersion } from "./manifest";

export interface FileDifference {
    readonly path: string;
    readonly part: PartName;
    readonly change: "added" | "removed" | "changed";
}

export interface VersionDifference {
    readonly kind: ReleaseVersion["kind"];
    readonly name: string;
    /** Undefined where it was not there. */
    readonly from: string | undefined;
    readonly to: string | undefined;
}

export interface ReleaseDifference {
    readonly parts: readonly PartName[];
    readonly files: readonly FileDifference[];
    readonly versions: readonly VersionDifference[];
    /** Stacks that are deployed from something that differs, in rollout order, each with the names of what that is. */
    readonly stacks: readonly { readonly stack: string; readonly because: readonly string[] }[];
}

export function diffReleases(from: Manifest, to: Manifest): ReleaseDifference {
    const because = new Map<string, string[]>();
    const blame = (stacks: readonly string[], name: string): void => {
        for (const stack of new Set(stacks)) because.set(stack, [...(because.get(stack) ?? []), name]);
    };
    const files: FileDifference[] = [];
    for (const [path, before, after] of paired(from.files, to.files, ({ path }) => path)) {
        if (before !== undefined && after !== undefined && sameFile(before, after)) continue;
        const part = (after ?? before)?.part ?? "program";
        files.push({
            path,
            part,
            change: before === undefined ? "added" : after === undefined ? "removed" : "changed",
        });
        blame([...(before?.stacks ?? []), ...(after?.stacks ?? [])], path);
    }
    const versions: VersionDifference[] = [];
    const key = ({ kind, name }: ReleaseVersion): string => `${kind} ${name}`;
    for (const [named, before, after] of paired(from.versions, to.versions, key)) {
        if (before?.version === after?.version) continue;
        const { kind, name } = (after ?? before) as ReleaseVersion;
        versions.push({ kind, name, from: before?.version, to: after?.version });
        blame([...(before?.stacks ?? []), ...(after?.stacks ?? [])], named);
    }
    // A stack that only one of them has is deployed, or has to go.
    for (const stack of from.stacks) if (!to.stacks.includes(stack)) blame([stack], "the graph no longer has it");
    for (const stack of to.stacks) if (!from.stacks.includes(stack)) blame([stack], "the graph has it now");
    const order = [...to.stacks, ...from.stacks.filter((stack) => !to.stacks.includes(stack))];
    return {
        parts: [...new Set(files.map(({ part }) => part))].sort(byText),
        files,
        versions,
        stacks: order.flatMap((stack) => {
            const names = because.get(stack);
            return names === undefined ? [] : [{ stack, because: names }];
        }),
    };
}

const sameFile = (a: ManifestFile, b: ManifestFile): boolean => a.sha256 === b.sha256 && a.executable === b.executable;

/** Both sides of each name, in the order of names. */
function paired<T>(
    from: readonly T[],
    to: readonly T[],
    nameOf: (item: T) => string,
): (readonly [string, T | undefined, T | undefined])[] {
    const before = new Map(from.map((item) => [nameOf(item), item]));
    const after = new Map(to.map((item) => [nameOf(item), item]));
    return [...new Set([...before.keys(), ...after.keys()])]
        .sort(byText)
        .map((name) => [name, before.get(name), after.get(name)]);
}
