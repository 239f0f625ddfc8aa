/** Who reaches whom. Pure. */
import { hostOf, isLoopback } from "../../automation/core/loopback";
import { problem, type Problem } from "../../components/cloud/problem";
import { addressOf } from "../../components/broker/externalRules";
import type { Environment } from "./environment";
import { cloudNames, cloudOfFoundation } from "./identities";

/** Brokers that are put into the cluster's network. */
const inNetwork = {
    msk: { cloud: "aws", foundation: "eks", name: "Amazon MSK has no brokers without subnets to put them into" },
    google: { cloud: "gcp", foundation: "gke", name: "Google's Managed Kafka is reached through a subnetwork alone" },
} as const;

export function* networks({ foundation, runtime, broker, catalog, storage }: Environment): Generator<Problem> {
    if (broker?.profile === "msk" || broker?.profile === "google") {
        const { cloud, foundation: own, name } = inNetwork[broker.profile];
        const found =
            foundation === undefined
                ? "this environment has no foundation"
                : foundation.profile !== "kubeconfig"
                  ? cloudOfFoundation[foundation.profile] === cloud
                      ? undefined
                      : `its foundation is on ${cloudNames[cloudOfFoundation[foundation.profile]]}`
                  : foundation.network === null
                    ? "its foundation, which was adopted, names none"
                    : foundation.network.cloud === cloud
                      ? undefined
                      : `its foundation is on ${cloudNames[foundation.network.cloud]}`;
        if (found !== undefined)
            yield problem(
                "broker.profile",
                `${name}, and ${found}`,
                `Give the environment a foundation of the profile '${own}', or take the broker's profile 'external' for a cluster that is there.`,
            );
    }
    if (
        broker?.profile === "msk" &&
        broker.cluster.kind === "serverless" &&
        foundation?.profile === "kubeconfig" &&
        foundation.oidcIssuer === undefined
    )
        yield problem(
            "foundation.oidcIssuer",
            "is not named, but the topics of a serverless cluster are made from this one, by a role that trusts its issuer of tokens",
            "Name it, with its provider in the AWS account; or set broker.cluster.kind to provisioned.",
        );
    const isAway =
        runtime?.profile === "kubernetes" ||
        (runtime?.profile === "external" && !isLoopback(hostOf(runtime.flinkRest)));
    if (!isAway) return;
    const flink = runtime.profile === "kubernetes" ? "the cluster" : `Flink at ${runtime.flinkRest}`;
    const own = broker?.profile === "external" ? broker.bootstrapServers.split(",").map(addressOf) : [];
    const near = own.find((address) => address !== undefined && isLoopback(address.host));
    if (near !== undefined)
        yield problem(
            "broker.bootstrapServers",
            `${near.host} is this machine: ${flink} does not reach it`,
            "Name the brokers as Flink reaches them.",
        );
    if (catalog?.profile === "external" && isLoopback(hostOf(catalog.uri)))
        yield problem(
            "catalog.uri",
            `${hostOf(catalog.uri)} is this machine: ${flink} does not reach it`,
            "Name the catalog as Flink reaches it.",
        );
    if (runtime.profile === "external")
        for (const [layer, settings] of Object.entries({ storage, broker, catalog }))
            if (settings?.profile === "embedded")
                yield problem(
                    `${layer}.profile`,
                    `'embedded' is on this machine: ${flink} does not reach it`,
                    "Use a profile of a cloud, or external.",
                );
}
