import { EmbeddedBroker } from "../../components/broker/embedded";
import pins from "../../automation/toolchain/pins.json";
import { loadDataset } from "../../sql/manifest";
import type { LayerProgram } from "../layer";

export const layer: LayerProgram = async ({ environment }) => {
    const { security, events, deadLetters, ports } = environment.broker;
    const { contract } = new EmbeddedBroker("broker", {
        environment: environment.name,
        dataDirectory: environment.dataDirectory,
        security,
        topics: loadDataset(environment.dataset).topics,
        events,
        deadLetters,
        ports,
        versions: { kafka: pins.kafka },
    });
    return { ...contract };
};
