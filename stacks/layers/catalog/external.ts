import { ExternalCatalog } from "../../../components/catalog/external";
import type { Build } from "../../profile";

export const build: Build<"catalog", "external"> = (_context, { profile: _, type: __, ...settings }) =>
    Promise.resolve({ ...new ExternalCatalog("catalog", settings).contract });
