import { TidegateError } from "../../../automation/core/errors";
import { kubernetesProvider } from "../../../components/kubernetes/provider";
import { KubernetesObservability } from "../../../components/observability/kubernetes";
import type { Build } from "../../profile";
import { transforms } from "../../transforms";

export const build: Build<"observability", "kubernetes"> = async (
    { environment, upstream },
    { profile: _, ...settings },
) => {
    const [foundation, runtime] = await Promise.all([upstream("foundation"), upstream("runtime")]);
    if (runtime.profile !== "kubernetes")
        throw new TidegateError("Flink is not on the cluster whose Prometheus is to read its metrics.", {
            code: "runtime-not-on-cluster",
            hint: "runtime.profile and observability.profile are both kubernetes, or neither is.",
        });
    const { contract } = new KubernetesObservability(
        "observability",
        {
            environment: environment.name,
            tags: environment.tags,
            protectData: environment.protectData,
            ...(transforms.observability === undefined ? {} : { transform: transforms.observability }),
            ...settings,
            foundation,
            runtime,
            lakekeeper: environment.catalog?.profile === "lakekeeper",
            operator: environment.runtime?.profile === "kubernetes" && environment.runtime.operator === "install",
        },
        { providers: [kubernetesProvider(foundation)] },
    );
    return { ...contract };
};
