/** What is known of Kubernetes, as @pulumi/kubernetes makes it. Each cluster is a part of the simulated cloud. */
import sdk from "@pulumi/kubernetes/package.json";
import type { PackageTable } from "../../row";
import * as access from "./access";
import { clusterOf } from "./cluster";
import * as core from "./core";
import * as custom from "./custom";
import * as helm from "./helm";
import * as storage from "./storage";
import * as workloads from "./workloads";

const parts = [core, workloads, access, storage, helm, custom];

export const table: PackageTable = {
    version: sdk.version,
    scope: clusterOf,
    rows: parts.flatMap(({ rows }) => rows),
    invokes: {},
    examples: Object.assign({}, ...parts.map(({ examples }) => examples)) as PackageTable["examples"],
};
