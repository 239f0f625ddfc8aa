/** Preflight about files that the environment file names: whether they can be read. */
import { messageOf } from "../../core/errors";
import { lineIn } from "../../core/yamlFile";
import { failing, pass, type Check } from "../check";
import type { PreflightContext } from "./context";

/** Undefined where it names none. Asked before anything is made: each is read by one layer, in the midst of a rollout. */
export function filesCheck({ files, environmentFile }: PreflightContext): Check | undefined {
    if (files.length === 0) return undefined;
    const check: Check = {
        id: "preflight.files",
        stage: "preflight",
        layer: "environment",
        title: "the files that it names can be read",
        limitSeconds: 10,
        look: environmentFile.path,
        hint: "Put it there, or correct the key: `broker.caFile` is from the root of the project, `foundation.file` from the environment file.",
        run: async () => {
            const text = await environmentFile.read();
            const evidence = { files: files.map(({ file }) => file) };
            const wrong = await Promise.all(
                files.map(({ path, file, read }) =>
                    read().then(
                        () => [],
                        (error: unknown) => [
                            `${environmentFile.path}:${lineIn(text, path)}: '${path.join(".")}' names ${file}, which cannot be read: ${messageOf(error)}.`,
                        ],
                    ),
                ),
            ).then((all) => all.flat());
            return wrong.length === 0
                ? pass(evidence.files.join(", "), evidence)
                : failing(check, wrong.join("\n"), evidence);
        },
    };
    return check;
}
