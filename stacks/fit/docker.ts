/** What containers on this machine reach, and what reaches them. Pure. */
import { hostOf, isLoopback } from "../../automation/core/loopback";
import { addressOf } from "../../components/broker/externalRules";
import { problem, type Problem } from "../../components/cloud/problem";
import { layers } from "../contracts";
import type { Environment } from "./environment";

type Profiled = { readonly profile: string } | undefined;

const isDocker = (layer: Profiled): boolean => layer?.profile === "docker";

export function* dockerProblems(environment: Environment): Generator<Problem> {
    const { storage, broker, catalog, runtime, observability } = environment;
    if (environment.foundation !== undefined)
        for (const layer of layers)
            if (isDocker(environment[layer]))
                yield problem(
                    `${layer}.profile`,
                    "'docker' is on this machine: the cluster of 'foundation' does not reach it",
                    "Use a profile of a cloud or of the cluster, or take 'foundation' away.",
                );
    if (isDocker(catalog) && storage !== undefined && !isDocker(storage))
        yield problem(
            "catalog.profile",
            `'docker' needs storage.profile docker: Lakekeeper in a container does not reach ${storage.profile} with keys that it has`,
            "Use storage.profile docker, or another catalog.",
        );
    if (isDocker(storage) && catalog?.profile === "embedded")
        yield problem(
            "catalog.profile",
            "'embedded' is in the SeaweedFS of storage.profile embedded",
            "Use docker, or external.",
        );
    if (isDocker(observability) && runtime !== undefined && !isDocker(runtime))
        yield problem(
            "observability.profile",
            `'docker' needs runtime.profile docker: Prometheus in a container does not reach ${runtime.profile}`,
            runtime.profile === "kubernetes" ? "Use kubernetes." : "Use embedded.",
        );
    if (isDocker(runtime)) yield* ofFlink(environment);
    else if (runtime !== undefined) yield* outside(environment, runtime.profile);
    if (isDocker(runtime) && broker?.profile === "external" && broker.saslMechanism !== undefined)
        yield problem(
            "broker.saslMechanism",
            "needs a user of a secretRef, which only a runtime that looks secrets up can give to Flink",
            "With runtime.profile docker use broker.profile docker, or a broker that lets Flink in without a user.",
        );
}

/** What Flink in a container reads and writes. */
function* ofFlink({ storage, broker, catalog }: Environment): Generator<Problem> {
    if (storage !== undefined && !isDocker(storage))
        yield problem(
            "storage.profile",
            `has to be docker with runtime.profile docker: a container has ${storage.profile === "embedded" ? "no way to the loopback of this machine" : "no identity that a cloud knows"}`,
            "Use docker.",
        );
    const brokers = broker?.profile === "external" ? broker.bootstrapServers.split(",").map(addressOf) : [];
    for (const [layer, settings, key, hosts] of [
        ["broker", broker, "bootstrapServers", brokers.map((address) => address?.host ?? "")],
        ["catalog", catalog, "uri", catalog?.profile === "external" ? [hostOf(catalog.uri)] : []],
    ] as const) {
        if (settings === undefined || isDocker(settings)) continue;
        if (settings.profile !== "external")
            yield problem(
                `${layer}.profile`,
                `has to be docker or external with runtime.profile docker: '${settings.profile}' ${settings.profile === "embedded" ? "is at the loopback of this machine, which is not that of a container" : "wants an identity, or a secret, that a container has not"}`,
                "Use docker, or external.",
            );
        else if (hosts.some(isLoopback))
            yield problem(
                `${layer}.${key}`,
                "names the loopback, which for Flink in a container is the container itself",
                "Name it as containers reach it.",
            );
    }
}

/** What Flink that is no container cannot use of those that are. */
function* outside({ storage, broker, catalog }: Environment, runtime: string): Generator<Problem> {
    const hint = "Use runtime.profile docker.";
    if (isDocker(storage))
        yield problem(
            "storage.profile",
            `'docker' needs runtime.profile docker, not ${runtime}: its checkpoints are in a bucket that this Flink does not reach`,
            hint,
        );
    if (isDocker(catalog))
        yield problem(
            "catalog.profile",
            `'docker' needs runtime.profile docker, not ${runtime}: Lakekeeper sends its clients to the storage by a name that only containers know`,
            hint,
        );
    if (broker?.profile !== "docker") return;
    if (runtime !== "embedded")
        yield problem(
            "broker.profile",
            `'docker' is at the loopback of this machine, which runtime.profile ${runtime} does not reach`,
            "Use runtime.profile docker or embedded, or another broker.",
        );
    else if (broker.security === "sasl_ssl")
        yield problem(
            "broker.security",
            "'sasl_ssl' of a broker in a container needs runtime.profile docker: Flink on this machine finds no file of its certificate authority",
            "Use plaintext, or runtime.profile docker.",
        );
}
