/** Which files beside it an environment file names; secrets are not among them (`secretRef`). */
import { dirname, resolve } from "node:path";
import { kubeconfigPaths } from "../../components/foundation/kubeconfigPaths";
import type { Environment } from "../../stacks/environment";
import { repositoryRoot } from "../core/repository";

export interface NamedFile {
    /** Keys that lead to it in the environment file. */
    readonly path: readonly string[];
    /** Absolute. */
    readonly file: string;
}

/** Those that a rollout of it would read: a rehearsal has a kubeconfig of its own. */
export function namedFiles({
    broker,
    foundation,
    rehearsal,
    file,
}: Pick<Environment, "broker" | "foundation" | "rehearsal" | "file">): readonly NamedFile[] {
    const caFile = broker?.profile === "external" ? broker.caFile : undefined;
    const kubeconfig = foundation?.profile === "kubeconfig" && rehearsal === null ? foundation.file : undefined;
    return [
        ...(kubeconfig === undefined ? [] : kubeconfigPaths(kubeconfig, dirname(file))).map((one) => ({
            path: ["foundation", "file"],
            file: one,
        })),
        ...(caFile === undefined ? [] : [{ path: ["broker", "caFile"], file: resolve(repositoryRoot, caFile) }]),
    ];
}
