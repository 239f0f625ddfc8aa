import { homedir } from "node:os";
import { delimiter, resolve } from "node:path";

/** Absolute paths of the files that a setting or KUBECONFIG names; `~` is the home directory. */
export const kubeconfigPaths = (named: string, directory: string): string[] =>
    named
        .split(delimiter)
        .filter((path) => path !== "")
        .map((path) => resolve(directory, path.replace(/^~(?=\/)/, homedir())));
