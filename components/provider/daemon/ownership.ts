/** Directories that Tidegate made, and may therefore remove: each holds a mark. */
import { access, mkdir, readdir, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { TidegateError, exitCodes } from "../../../automation/core/errors";

export const ownerMark = ".tidegate";

export const exists = (path: string): Promise<boolean> =>
    access(path).then(
        () => true,
        () => false,
    );

/** Makes the directory and marks it, or tells that it is somebody else's. */
export async function claim(directory: string, name: string): Promise<void> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const mark = join(directory, ownerMark);
    if (await exists(mark)) return;
    if ((await readdir(directory)).length > 0)
        throw new TidegateError(`The directory of ${name}, ${directory}, holds files that are not Tidegate's.`, {
            code: "directory-not-empty",
            hint: "Give the environment another data directory, or move those files away.",
            exitCode: exitCodes.usage,
        });
    await writeFile(mark, `${name}\n`, { mode: 0o600 });
}

/**
 * Removes the directory with all that is in it, and the one above where nothing else is in that; false where it is not
 * one that Tidegate made.
 */
export async function release(directory: string): Promise<boolean> {
    if (!(await exists(join(directory, ownerMark)))) return false;
    await rm(directory, { recursive: true, force: true });
    await rmdir(dirname(directory)).catch(() => undefined);
    return true;
}
