import { join, resolve } from "node:path";

/** The checkout (or installed package) that this code belongs to; absolute. */
export const repositoryRoot = resolve(__dirname, "..", "..");

/** What Node has to `--require` to run this checkout's TypeScript. */
export const loaderFile = join(repositoryRoot, "automation", "toolchain", "loader.cjs");

/** The Pulumi project's name, as Pulumi.yaml has it. */
export const projectName = "tidegate";

export const packageFile = join(repositoryRoot, "package.json");
