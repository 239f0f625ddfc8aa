/** What is known of Confluent Cloud, as @pulumi/confluentcloud makes it. */
import sdk from "@pulumi/confluentcloud/package.json";
import type { PackageTable } from "../../row";
import * as access from "./access";
import * as cluster from "./cluster";
import * as kafka from "./kafka";

const services = [cluster, access, kafka];

export const table: PackageTable = {
    version: sdk.version,
    rows: services.flatMap(({ rows }) => rows),
    invokes: {},
    examples: Object.assign({}, ...services.map(({ examples }) => examples)) as PackageTable["examples"],
};
