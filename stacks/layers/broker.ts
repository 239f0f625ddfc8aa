import { byProfile } from "../profile";

export const layer = byProfile("broker", {
    embedded: () => import("./broker/embedded.js"),
    docker: () => import("./broker/docker.js"),
    msk: () => import("./broker/msk.js"),
    confluent: () => import("./broker/confluent.js"),
    aiven: () => import("./broker/aiven.js"),
    google: () => import("./broker/google.js"),
    eventhubs: () => import("./broker/eventhubs.js"),
    external: () => import("./broker/external.js"),
});
