/** What encrypts the state's secrets is a key that can be taken away, not a text that people pass on. */
import { stackFileName } from "../../../automation/core/stackFile";
import { listOf } from "../../analyzer/look";
import type { Policy } from "../../analyzer/pack";
import { projectFolder, projectUnseen, readStackFile } from "../../analyzer/project";

/** Where nobody says. */
const defaultKinds = ["awskms", "gcpkms", "azurekeyvault", "hashivault"];

export const secretsProvider: Policy = {
    name: "secrets-provider",
    description:
        "The secrets of a stack are encrypted by a provider that the environment allows; not by a passphrase where nobody says.",
    // The first of all resources: nothing has been made yet.
    *resource({ type }, context, settings) {
        if (type !== "pulumi:pulumi:Stack") return;
        // A rehearsal has a state of its own, whatever the environment's file says.
        if (settings["simulated"] === true) return;
        const allowed = settings["allowed"] === undefined ? defaultKinds : listOf(settings["allowed"]).map(String);
        const folder = projectFolder(context);
        if (folder === undefined) {
            yield { message: projectUnseen(context) };
            return;
        }
        const file = readStackFile(folder, context.stack);
        if (file === undefined) {
            // Pulumi Cloud's own encryption writes none. Any other has written one, which is not here.
            if (!allowed.includes("service"))
                yield {
                    message: `there is no ${stackFileName(context.stack)} in ${folder.stacks}, so what encrypts its secrets is not told: put it back, or allow \`service\` where Pulumi Cloud does.`,
                };
            return;
        }
        const kind = file.secretsProvider.split(":")[0] ?? "";
        if (!allowed.includes(kind))
            yield {
                message: `${file.path}: its secrets are encrypted by ${kind}; allowed is ${allowed.join(", ")}. \`pulumi stack change-secrets-provider\` changes it.`,
            };
    },
};
