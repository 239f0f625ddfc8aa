/** The brokers and their topics. A file for each profile. */
import { z } from "zod";
import { aiven } from "./broker/aiven";
import { confluent } from "./broker/confluent";
import { docker } from "./broker/docker";
import { embedded } from "./broker/embedded";
import { eventhubs } from "./broker/eventhubs";
import { external } from "./broker/external";
import { google } from "./broker/google";
import { msk } from "./broker/msk";

export const brokerSettings = z.discriminatedUnion("profile", [
    embedded,
    docker,
    msk,
    confluent,
    aiven,
    google,
    eventhubs,
    external,
]);
