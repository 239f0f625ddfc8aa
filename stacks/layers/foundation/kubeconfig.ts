import { dirname } from "node:path";
import { adoptedKubeconfig } from "../../../automation/rehearsal/adopted";
import { AdoptedCluster, readKubeconfig } from "../../../components/foundation/kubeconfig";
import { transforms } from "../../transforms";
import type { Build } from "../../profile";

export const build: Build<"foundation", "kubeconfig"> = ({ environment }, { profile: _, file, ...settings }) => {
    const { name, tags, protectData, rehearsal } = environment;
    const { context } = settings;
    const { contract } = new AdoptedCluster("foundation", {
        environment: name,
        tags,
        protectData,
        transform: transforms.foundation,
        ...settings,
        // Nothing that is real is reached in a rehearsal, not even by mistake.
        kubeconfig:
            rehearsal === null
                ? readKubeconfig(context, { file, directory: dirname(environment.file) })
                : adoptedKubeconfig(context),
    });
    return Promise.resolve({ ...contract });
};
