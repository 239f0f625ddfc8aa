import * as aiven from "@pulumi/aiven";
import { AivenBroker } from "../../../components/broker/aiven";
import { platformArgs } from "../../environment";
import type { Build } from "../../profile";
import { namesOf } from "./names";

export const build: Build<"broker", "aiven"> = ({ environment }, { profile: _, ...settings }) => {
    const { contract } = new AivenBroker(
        "broker",
        { ...platformArgs(environment, "broker"), ...namesOf(environment), ...settings },
        // Its token is AIVEN_TOKEN of whoever rolls out.
        { providers: [new aiven.Provider("aiven")] },
    );
    return Promise.resolve({ ...contract });
};
