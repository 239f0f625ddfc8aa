/** The Iceberg catalog. A file for each profile. */
import { z } from "zod";
import { embedded } from "./catalog/embedded";
import { external } from "./catalog/external";
import { lakekeeper } from "./catalog/lakekeeper";

export const catalogSettings = z.discriminatedUnion("profile", [embedded, external, lakekeeper]);
