import { EmbeddedObservability } from "../../../components/observability/embedded";
import { flinkOnThisMachine } from "../../contracts";
import type { Build } from "../../profile";

export const build: Build<"observability", "embedded"> = async ({ environment, upstream }) => {
    const { contract } = new EmbeddedObservability("observability", {
        environment: environment.name,
        dataDirectory: environment.dataDirectory,
        runtime: flinkOnThisMachine(await upstream("runtime")),
    });
    return { ...contract };
};
