/** Where metrics are read. A file for each profile. */
import { z } from "zod";
import { docker } from "./observability/docker";
import { embedded } from "./observability/embedded";
import { kubernetes } from "./observability/kubernetes";

export const observabilitySettings = z.discriminatedUnion("profile", [embedded, docker, kubernetes]);
