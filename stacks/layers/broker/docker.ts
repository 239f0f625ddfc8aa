import { imageOf } from "../../../automation/images/lock";
import { DockerBroker } from "../../../components/broker/docker";
import { loadDataset } from "../../../sql/manifest";
import { platformArgs } from "../../environment";
import type { Build } from "../../profile";

export const build: Build<"broker", "docker"> = ({ environment }, { profile: _, ...settings }) => {
    const { contract } = new DockerBroker("broker", {
        ...platformArgs(environment, "broker"),
        ...settings,
        image: imageOf("kafka", environment),
        topics: loadDataset(environment.dataset).topics,
    });
    return Promise.resolve({ ...contract });
};
