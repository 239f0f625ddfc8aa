import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { datasetSchema } from "../../../sql/dataset";

export const taxi = datasetSchema.parse(
    parse(readFileSync(join(__dirname, "../../../sql/datasets/taxi.yaml"), "utf8")),
);
