/** What is known of @pulumi/docker: the Docker Engine of this machine. */
import sdk from "@pulumi/docker/package.json";
import type { PackageTable } from "../../row";
import { containerToken } from "./common";
import { example, row } from "./container";
import { examples, rows } from "./place";

export const table: PackageTable = {
    version: sdk.version,
    rows: [...rows, row],
    invokes: {},
    examples: { ...examples, [containerToken]: example },
};
