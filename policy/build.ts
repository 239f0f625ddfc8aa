/**
 * Compiles each pack to the one JavaScript file that Pulumi runs, `policy/<pack>/index.js`: `npm run policies`. It is
 * committed, so that plain `pulumi preview --policy-pack` needs no step after `npm ci`; a test holds it to its source.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { repositoryRoot } from "../automation/core/repository";

export const packs = ["no-secrets", "production"] as const;
export type PackName = (typeof packs)[number];

export const packFolder = (pack: PackName): string => join(repositoryRoot, "policy", pack);

/** What the pack's index.js has to be. */
export async function compiled(pack: PackName): Promise<string> {
    const { outputFiles } = await build({
        absWorkingDir: repositoryRoot,
        entryPoints: [join(packFolder(pack), "main.ts")],
        bundle: true,
        write: false,
        platform: "node",
        format: "cjs",
        target: "node22",
        // Those of this repository's package.json, which lie above the pack.
        packages: "external",
        banner: { js: `// Compiled from policy/${pack}/main.ts by \`npm run policies\`: change that.` },
        legalComments: "none",
    });
    const [file] = outputFiles;
    if (file === undefined) throw new Error(`esbuild has made nothing of ${pack}`);
    return file.text;
}

async function main(): Promise<void> {
    for (const pack of packs) writeFileSync(join(packFolder(pack), "index.js"), await compiled(pack));
}

if (require.main === module) void main();
