import { EmbeddedBroker } from "../../../components/broker/embedded";
import pins from "../../../automation/toolchain/pins.json";
import { loadDataset } from "../../../sql/manifest";
import type { Build } from "../../profile";

export const build: Build<"broker", "embedded"> = ({ environment }, { security, events, deadLetters, ports }) => {
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
    return Promise.resolve({ ...contract });
};
