/** What a layer is made of beside the graph's files: its part of the program, not that of other layers and profiles. */
import { join } from "node:path";
import { repositoryRoot } from "../core/repository";
import type { MoreInputs } from "../rollout/inputs";
import { layers } from "../../stacks/contracts";
import { settingsOf, type Environment } from "../../stacks/environment";

export function programOf(environment: Environment, stack: string): Pick<MoreInputs, "files" | "programs" | "loads"> {
    const stacks = join(repositoryRoot, "stacks");
    const layer = layers.find((one) => one === stack);
    return {
        // As a whole: a layer may read what is said of another.
        files: [environment.file],
        programs: [join(repositoryRoot, "components", "provider", "main.ts")],
        loads:
            layer === undefined
                ? {}
                : {
                      [join(stacks, "program.ts")]: [join(stacks, "layers", `${layer}.ts`)],
                      [join(stacks, "layers", `${layer}.ts`)]: [
                          join(stacks, "layers", layer, `${settingsOf(environment, layer).profile}.ts`),
                      ],
                  },
    };
}
