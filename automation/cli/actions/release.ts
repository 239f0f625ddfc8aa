/** What `release` and its commands do. */
import { writeFile } from "node:fs/promises";
import pc from "picocolors";
import { counted } from "../../core/words";
import { loadGraphFile, type GraphFile } from "../../graph/load";
import { compress, type Bundle } from "../../release/bundle";
import { diffReleases, type ReleaseDifference } from "../../release/diff";
import { partNames, shortId, versionKinds, type Manifest } from "../../release/manifest";
import { bundleOf, creationOf, openReleases, signingKey } from "../../release/open";
import { sbomPath } from "../../release/sbom";
import type { Signer } from "../../release/signature";
import type { ReleaseRecord, Trust } from "../../release/store";
import { loadModule } from "../../rollout/module";
import { ensureEngine } from "../../toolchain";
import { printJson, say, table } from "../output";
import { stderrProgress } from "../progress";

export interface ReleaseFlags {
    readonly store?: string;
    readonly json?: true;
}

export interface CreateFlags extends ReleaseFlags {
    readonly key?: string;
    readonly output?: string;
    readonly dryRun?: true;
}

export interface ShowFlags extends ReleaseFlags {
    readonly files?: true;
    readonly manifest?: true;
    readonly sbom?: true;
}

export type DiffFlags = ReleaseFlags;

/** What a person has to know of a release that nobody has to sign. */
export const unsignedText =
    "unsigned: only accidents are seen, for whoever can write to the store can make a release of anything";

/** The release of what lies here, without keeping it. */
async function here(graph: GraphFile) {
    const progress = stderrProgress();
    const { signal } = new AbortController();
    const tools = await ensureEngine(progress, signal).finally(() => progress.close());
    return bundleOf({ graph, engine: tools.pulumi.version });
}

export async function create(flags: CreateFlags): Promise<void> {
    const graph = await loadGraphFile();
    if (graph.module !== undefined) loadModule(graph);
    const { store, trust } = await openReleases(graph, flags.store);
    const key = await signingKey(flags.key, trust);
    const bundle = await here(graph);
    if (flags.dryRun) return wouldBe(bundle, !(await store.list()).includes(bundle.id), store.where, flags);
    const { made } = await store.put(bundle, await creationOf(graph), key);
    // A key that nobody allows is told now, and not to whoever promotes.
    const { signer } = await store.open(bundle.id, trust);
    if (flags.output !== undefined) await writeFile(flags.output, compress(bundle.tar));
    const { id, manifest } = bundle;
    if (flags.json) return printJson({ release: id, made, store: store.where, signer: signer ?? null });
    say(`${pc.green("✓")} ${pc.bold(id)} ${made ? "is a new release" : "was there before: nothing has changed"}`);
    say(`  ${summary(manifest)}, in ${store.where}`);
    say(`  ${signatureText(signer, trust, key?.fingerprint)}`);
}

function wouldBe({ id, manifest }: Bundle, isNew: boolean, where: string, { json }: CreateFlags): void {
    if (json) return printJson({ release: id, made: false, new: isNew, dryRun: true, store: where });
    say(`${pc.bold(id)} ${isNew ? "would be a new release" : "is there already"}; nothing was written`);
    say(`  ${summary(manifest)}, in ${where}`);
}

export async function list(flags: ReleaseFlags): Promise<void> {
    const { store } = await openReleases(await loadGraphFile(), flags.store);
    const records = await Promise.all((await store.list()).map((id) => store.record(id)));
    records.sort((a, b) => (a.created.time < b.created.time ? 1 : -1));
    if (flags.json) return printJson(records);
    if (records.length === 0) return say(`There is no release in ${store.where}.`);
    say(
        table(
            records.map(({ release, created }) => [
                shortId(release),
                created.time.slice(0, 19).replace("T", " "),
                `${created.user}@${created.host}`,
                commitText(created),
            ]),
        ),
    );
}

export async function show(wanted: string, flags: ShowFlags): Promise<void> {
    const { store, trust } = await openReleases(await loadGraphFile(), flags.store);
    const id = await store.find(wanted);
    const { manifest, files, signer } = await store.open(id, trust);
    if (flags.manifest) return void process.stdout.write(await store.text(id));
    if (flags.sbom) return void process.stdout.write(files.get(sbomPath)?.content ?? "");
    const record = await store.record(id);
    if (flags.json) return printJson({ release: id, signer: signer ?? null, record, manifest });
    const { created } = record;
    say(`${pc.bold(id)} of ${manifest.graph}`);
    say(`made ${created.time} by ${created.user}@${created.host}${commitText(created) && `, ${commitText(created)}`}`);
    say(signatureText(signer, trust));
    say("");
    for (const part of partNames) {
        const of = manifest.files.filter((file) => file.part === part);
        if (of.length === 0) continue;
        say(`${pc.bold(part.padEnd(10))} ${counted(of.length, "file")}, ${kilobytes(of)}`);
        if (flags.files) for (const { path, sha256 } of of) say(`  ${pc.dim(sha256.slice(0, 12))} ${path}`);
    }
    say("");
    for (const kind of versionKinds) {
        const of = manifest.versions.filter((version) => version.kind === kind);
        if (of.length > 0) say(table(of.map(({ name, version }) => [kind, name, version])));
    }
}

export async function diff(from: string, to: string, flags: DiffFlags): Promise<void> {
    const graph = await loadGraphFile();
    const { store } = await openReleases(graph, flags.store);
    const before = await store.manifest(await store.find(from));
    const after = to === "here" ? (await here(graph)).manifest : await store.manifest(await store.find(to));
    const found = diffReleases(before, after);
    if (flags.json) return printJson(found);
    say(differenceText(found));
}

export async function verify(wanted: string, flags: ReleaseFlags): Promise<void> {
    const { store, trust } = await openReleases(await loadGraphFile(), flags.store);
    const id = await store.find(wanted);
    const { manifest, signer } = await store.open(id, trust);
    if (flags.json) return printJson({ release: id, files: manifest.files.length, signer: signer ?? null });
    say(`${pc.green("✓")} ${pc.bold(id)} is whole: ${summary(manifest)}`);
    say(`  ${signatureText(signer, trust)}`);
}

/** For people: what differs, by stack and by part. */
export function differenceText({ stacks, files, versions, parts }: ReleaseDifference): string {
    if (files.length + versions.length === 0) return "Nothing differs.";
    const signs = { added: pc.green("+"), removed: pc.red("-"), changed: pc.yellow("~") };
    const shown = 5;
    return [
        stacks.length === 0
            ? "No stack is made of anything that differs."
            : `touches ${stacks.map(({ stack }) => pc.bold(stack)).join(", ")}`,
        ...stacks.map(({ stack, because }) => {
            const more = because.length > shown ? ` and ${because.length - shown} more` : "";
            return `  ${stack}: ${because.slice(0, shown).join(", ")}${more}`;
        }),
        ...parts.flatMap((part) => [
            pc.bold(part),
            ...files.filter((file) => file.part === part).map(({ path, change }) => `  ${signs[change]} ${path}`),
        ]),
        ...(versions.length === 0 ? [] : [pc.bold("versions")]),
        ...versions.map(({ kind, name, from, to }) => `  ${kind} ${name}: ${from ?? "none"} → ${to ?? "none"}`),
    ].join("\n");
}

const kilobytes = (files: Manifest["files"]): string =>
    `${Math.ceil(files.reduce((sum, { bytes }) => sum + bytes, 0) / 1000)} kB`;

const summary = ({ files, versions, stacks }: Manifest): string =>
    `${counted(files.length, "file")} of ${counted(stacks.length, "stack")}, ${kilobytes(files)}, ${counted(versions.length, "version")}`;

const commitText = ({ commit, dirty }: ReleaseRecord["created"]): string =>
    commit === undefined ? "" : `commit ${commit.slice(0, 12)}${dirty ? " with changes" : ""}`;

function signatureText(signer: Signer | undefined, trust: Trust, key?: string): string {
    if (signer !== undefined) return `signed by ${signer.name} (${signer.fingerprint})`;
    const signed = key === undefined ? "" : `signed with ${key}, but nobody is asked for it; `;
    return trust === undefined ? `${signed}${unsignedText}` : "not signed";
}
