/** What a rehearsal answers where the program asks Google's API itself, past its provider. */
import { SimulatedCloud } from "../../cloud";
import { cloudOf } from "../../place";
import { clusterToken } from "./managedkafka";

/**
 * Where a simulated Kafka cluster is reached, as the API says it: without a port.
 * @param rehearsal absolute folder of the rehearsal
 */
export const simulatedBootstrapAddress =
    (rehearsal: string) =>
    (cluster: string): Promise<string> => {
        const address = new SimulatedCloud(cloudOf(rehearsal)).get(clusterToken, cluster)?.outputs["bootstrapAddress"];
        return typeof address === "string"
            ? Promise.resolve(address)
            : Promise.reject(new Error(`NotFound: the simulated cloud has no Kafka cluster ${cluster}`));
    };
