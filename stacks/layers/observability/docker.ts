import { imageOf } from "../../../automation/images/lock";
import { DockerObservability } from "../../../components/observability/docker";
import { flinkOnThisMachine } from "../../contracts";
import { platformArgs } from "../../environment";
import type { Build } from "../../profile";

export const build: Build<"observability", "docker"> = async ({ environment, upstream }, { retentionDays, ports }) => {
    const { contract } = new DockerObservability("observability", {
        ...platformArgs(environment, "observability"),
        image: imageOf("prometheus", environment),
        runtime: flinkOnThisMachine(await upstream("runtime")),
        retentionDays,
        ports,
    });
    return { ...contract };
};
