/** An EKS cluster as the tests of its parts make it. */
import * as pulumi from "@pulumi/pulumi";
import { EksCluster, type EksClusterArgs } from "../../../components/foundation/eks";
import { account, making, zones } from "../aws";

const args = { environment: "prod", account, zones, tags: { team: "lakehouse" } };
const output = (name: string): pulumi.Output<string> => pulumi.output(`prod-${name}`);
const namespaces = {
    flink: output("flink"),
    catalog: output("catalog"),
    dbt: output("dbt"),
    observability: output("observability"),
};
export const build = (changes: Partial<EksClusterArgs>, options?: pulumi.ComponentResourceOptions) => ({
    contract: new EksCluster("foundation", { ...args, ...changes }, options).contract(namespaces),
});
export const make = (changes: Partial<EksClusterArgs> = {}) => making(() => build(changes));
