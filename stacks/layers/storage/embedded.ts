import { EmbeddedStorage } from "../../../components/storage/embedded";
import pins from "../../../automation/toolchain/pins.json";
import type { Build } from "../../profile";

export const build: Build<"storage", "embedded"> = ({ environment }, { ports }) => {
    const { contract } = new EmbeddedStorage("storage", {
        environment: environment.name,
        dataDirectory: environment.dataDirectory,
        ports,
        versions: { seaweedfs: pins.seaweedfs },
    });
    return Promise.resolve({ ...contract });
};
