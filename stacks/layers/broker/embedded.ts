import { EmbeddedBroker } from "../../../components/broker/embedded";
import pins from "../../../automation/toolchain/pins.json";
import { loadDataset } from "../../../sql/manifest";
import type { Build } from "../../profile";

export const build: Build<"broker", "embedded"> = ({ environment }, { profile: _, ...settings }) => {
    const { contract } = new EmbeddedBroker("broker", {
        environment: environment.name,
        dataDirectory: environment.dataDirectory,
        topics: loadDataset(environment.dataset).topics,
        ...settings,
        versions: { kafka: pins.kafka },
    });
    return Promise.resolve({ ...contract });
};
