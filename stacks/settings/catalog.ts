/** The Iceberg catalog. A file for each profile. */
import { z } from "zod";
import { docker } from "./catalog/docker";
import { embedded } from "./catalog/embedded";
import { external } from "./catalog/external";
import { lakekeeper } from "./catalog/lakekeeper";

export const catalogSettings = z.discriminatedUnion("profile", [embedded, docker, external, lakekeeper]);
