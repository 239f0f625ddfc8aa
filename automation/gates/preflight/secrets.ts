/** Preflight about secrets that are kept elsewhere: whether those that a layer needs are there. */
import { lineIn } from "../../core/yamlFile";
import { TidegateError } from "../../core/errors";
import { counted } from "../../core/words";
import type { Layer } from "../../../stacks/contracts";
import { failing, failureOf, pass, type Check } from "../check";
import type { PreflightContext } from "./context";

/** Longer than one reference may take, so that its own message is told and not this limit. */
const limitSeconds = 30;

/** Undefined for a layer that names no secret. */
export function secretRefsCheck({ secrets, environmentFile }: PreflightContext, layer: Layer): Check | undefined {
    const uses = secrets.of(layer);
    if (uses.length === 0) return undefined;
    const references = uses.map(({ ref }) => ref);
    const check: Check = {
        id: `preflight.secrets-${layer}`,
        stage: "preflight",
        layer,
        title: `the secrets of ${layer} are there`,
        limitSeconds,
        look: environmentFile.path,
        hint: "docs/secrets.md tells how each store is reached, and which right that needs.",
        ...(secrets.checkedFrom === "cluster" ? { blocking: false as const } : {}),
        run: async ({ signal }) => {
            if (secrets.checkedFrom === "simulated")
                return pass(`simulated: ${counted(uses.length, "secret")}`, { simulated: true, references });
            if (secrets.checkedFrom === "cluster")
                return failing(
                    check,
                    `Not checked from here, as secrets.checkedFrom says: ${references.join(", ")}.`,
                    { references },
                    { hint: "Whether they are there shows when External Secrets reads them, on the cluster." },
                );
            const text = await environmentFile.read();
            const failures = await Promise.all(
                uses.map(async (use) => {
                    const where = `${environmentFile.path}:${lineIn(text, use.path)}: ${use.path.join(".")}`;
                    return secrets.look(use, where, signal).then(
                        () => [],
                        (error: unknown) => [error],
                    );
                }),
            ).then((all) => all.flat());
            const [first] = failures;
            if (first === undefined) return pass(counted(uses.length, "secret"), { references });
            const { message, hint } = failureOf(check, first);
            const more = failures.slice(1).map((error) => failureOf(check, error).message);
            const codes = failures.flatMap((error) => (TidegateError.is(error) ? [error.code] : []));
            return failing(check, [message, ...more].join("\n"), { references, codes }, { hint });
        },
    };
    return check;
}
