/** What is known of Aiven, as @pulumi/aiven makes it. */
import sdk from "@pulumi/aiven/package.json";
import type { PackageTable } from "../../row";
import * as access from "./access";
import { certificateAuthority } from "./common";
import * as kafka from "./kafka";

const services = [kafka, access];

export const table: PackageTable = {
    version: sdk.version,
    rows: services.flatMap(({ rows }) => rows),
    invokes: {
        "aiven:index/getProject:getProject": ({ project }) => ({
            id: project,
            project,
            caCert: certificateAuthority(String(project)),
        }),
    },
    examples: Object.assign({}, ...services.map(({ examples }) => examples)) as PackageTable["examples"],
};
