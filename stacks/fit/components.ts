/** What components refuse, without the cloud. Pure. */
import { eventHubsProblems } from "../../components/broker/eventhubsChecks";
import { googleProblems } from "../../components/broker/googleChecks";
import { mskProblems } from "../../components/broker/mskChecks";
import { replicas } from "../../components/broker/topics";
import type { Problem } from "../../components/cloud/problem";
import { aksProblems } from "../../components/foundation/aksChecks";
import { awsNetworkProblems } from "../../components/foundation/awsNetworkChecks";
import { eksProblems } from "../../components/foundation/eksChecks";
import { gkeProblems } from "../../components/foundation/gkeChecks";
import { adlsProblems } from "../../components/storage/adlsChecks";
import { gcsProblems } from "../../components/storage/gcsChecks";
import type { Environment } from "./environment";

const isOnAzure = ({ foundation }: Environment): boolean =>
    foundation?.profile === "aks" || (foundation?.profile === "kubeconfig" && foundation.network?.cloud === "azure");

/** What components refuse, without the cloud. */
export function* components(environment: Environment): Generator<Problem> {
    const { name, foundation, storage, broker } = environment;
    if (foundation?.profile === "eks") {
        const { transitGatewayId, ...reach } = foundation.api;
        yield* eksProblems({
            ...foundation,
            api: { ...reach, ...(transitGatewayId === undefined ? {} : { transitGatewayId }) },
        });
        yield* awsNetworkProblems({
            cidr: foundation.cidr,
            zones: zonesOf(foundation.zones),
            ...(transitGatewayId === undefined
                ? {}
                : { transitGateway: { id: transitGatewayId, cidrs: reach.privateCidrs } }),
        });
    }
    if (foundation?.profile === "gke") {
        const { nodes, ...others } = foundation;
        yield* gkeProblems({ ...others, environment: name, ...(nodes === undefined ? {} : { nodes }) });
    }
    if (foundation?.profile === "aks") yield* aksProblems(foundation);
    if (storage?.profile === "gcs") yield* gcsProblems(storage);
    if (storage?.profile === "adls") yield* adlsProblems(storage, isOnAzure(environment));
    if (broker?.profile === "google") {
        const { vcpus, memoryGb } = broker;
        yield* googleProblems({ vcpus, ...(memoryGb === undefined ? {} : { memoryGb }) });
    }
    if (broker?.profile === "eventhubs") {
        const { maximumCapacity, ...others } = broker;
        yield* eventHubsProblems(
            { ...others, ...(maximumCapacity === undefined ? {} : { maximumCapacity }) },
            isOnAzure(environment),
        );
    }
    if (broker?.profile === "msk" && broker.cluster.kind === "provisioned") {
        const subnetIds =
            foundation?.profile === "eks"
                ? zonesOf(foundation.zones)
                : foundation?.profile === "kubeconfig" && foundation.network?.cloud === "aws"
                  ? foundation.network.privateSubnetIds
                  : undefined;
        if (subnetIds !== undefined) yield* mskProblems({ ...broker.cluster, subnetIds, replicas });
    }
}

/** Their names are the account's, and known when it is asked. */
const zonesOf = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index));
