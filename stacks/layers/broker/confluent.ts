import * as confluentcloud from "@pulumi/confluentcloud";
import { ConfluentBroker } from "../../../components/broker/confluent";
import { platformArgs } from "../../environment";
import type { Build } from "../../profile";
import { namesOf } from "./names";

export const build: Build<"broker", "confluent"> = ({ environment }, { profile: _, ...settings }) => {
    const { contract } = new ConfluentBroker(
        "broker",
        { ...platformArgs(environment, "broker"), ...namesOf(environment), ...settings },
        // Its key is CONFLUENT_CLOUD_API_KEY and CONFLUENT_CLOUD_API_SECRET of whoever rolls out.
        { providers: [new confluentcloud.Provider("confluentcloud")] },
    );
    return Promise.resolve({ ...contract });
};
