import { readFileSync } from "node:fs";
import { SigningKey } from "../../../automation/release/signature";

/** What a job of the organisation, or a stranger, signs with. */
export const loadSigningKey = (file: string): SigningKey => SigningKey.parse(readFileSync(file, "utf8"), file);
