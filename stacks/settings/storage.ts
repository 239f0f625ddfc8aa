/** Where the warehouse and the checkpoints lie. A file for each profile. */
import { z } from "zod";
import { adls } from "./storage/adls";
import { docker } from "./storage/docker";
import { embedded } from "./storage/embedded";
import { gcs } from "./storage/gcs";
import { s3 } from "./storage/s3";

export const storageSettings = z.discriminatedUnion("profile", [embedded, docker, s3, gcs, adls]);
