import { imageOf } from "../../../automation/images/lock";
import { DockerStorage } from "../../../components/storage/docker";
import { platformArgs } from "../../environment";
import type { Build } from "../../profile";

export const build: Build<"storage", "docker"> = ({ environment }, { memoryMiB, ports }) => {
    const { contract } = new DockerStorage("storage", {
        ...platformArgs(environment, "storage"),
        image: imageOf("seaweedfs", environment),
        memoryMiB,
        ports,
    });
    return Promise.resolve({ ...contract });
};
