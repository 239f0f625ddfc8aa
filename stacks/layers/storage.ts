import { EmbeddedStorage } from "../../components/storage/embedded";
import pins from "../../automation/toolchain/pins.json";
import type { LayerProgram } from "../layer";

export const layer: LayerProgram = async ({ environment }) => {
    const { contract } = new EmbeddedStorage("storage", {
        environment: environment.name,
        dataDirectory: environment.dataDirectory,
        ports: environment.storage.ports,
        versions: { seaweedfs: pins.seaweedfs },
    });
    return { ...contract };
};
