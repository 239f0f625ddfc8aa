/** Stage 1, of a Prometheus that the observability contract names: it has scraped everything that it is to. */
import { failing, pass, type Check } from "../check";
import { poll } from "../clock";
import { client, type GateContext } from "../context";

/** A target is scraped every 15 s, and a process that has just started may miss its first time. */
const patienceSeconds = 40;

export function prometheusChecks(context: GateContext): Check[] {
    const { prometheus } = client(context, "metrics", "observability");
    if (prometheus === undefined) return [];
    const check: Check = {
        id: "infra.prometheus-targets",
        stage: 1,
        layer: "observability",
        title: "Prometheus has scraped every target",
        limitSeconds: 60,
        look: prometheus.where,
        hint: "A target that is down does not run, or is in no network of Prometheus': `tidegate status` tells what runs.",
        run: async ({ clock, signal }) => {
            const { answer: targets, enough } = await poll(
                () => prometheus.targets(),
                (all) => all.length > 0 && all.every(({ health }) => health === "up"),
                { timeoutSeconds: patienceSeconds, pollSeconds: 1 },
                clock,
                signal,
            );
            const evidence = { targets: targets.map(({ url, health }) => `${url} ${health}`) };
            if (targets.length === 0) return failing(check, "Prometheus has no target: nothing is measured.", evidence);
            const silent = targets.filter(({ health }) => health !== "up");
            if (!enough)
                return failing(
                    check,
                    `${silent.length} of ${targets.length} targets ${silent.length === 1 ? "is" : "are"} not up: ${silent
                        .map(
                            ({ job, url, health, lastError }) =>
                                `${job} at ${url} is ${health}${lastError === "" ? "" : ` (${lastError})`}`,
                        )
                        .join("; ")}.`,
                    evidence,
                );
            return pass(`${targets.length} ${targets.length === 1 ? "target" : "targets"}`, evidence);
        },
    };
    return [check];
}
