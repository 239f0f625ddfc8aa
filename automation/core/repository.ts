import { join, resolve } from "node:path";

/** The checkout (or installed package) that this code belongs to; absolute. */
export const repositoryRoot = resolve(__dirname, "..", "..");

/** Name of the release whose own driver this code is, where it was unpacked to be one. `root`: where the code lies. */
export const releaseOfDriver = (root = repositoryRoot): string | undefined =>
    /\/\.tidegate\/[^/]+\/releases\/([0-9a-f]{64})$/.exec(root)?.[1];

/** What Node has to `--require` to run this checkout's TypeScript. */
export const loaderFile = join(repositoryRoot, "automation", "toolchain", "loader.cjs");

/** The Pulumi project's name, as Pulumi.yaml has it. */
export const projectName = "tidegate";

export const packageFile = join(repositoryRoot, "package.json");
