/** What a storage account is refused for before anything of it is made. */
import { blockOf, isPrivate as isPrivateBlock } from "../cloud/cidr";
import { problem, type Problem } from "../cloud/problem";
import type { AdlsStorageArgs } from "./adls";

type Checked = Pick<
    AdlsStorageArgs,
    "versioning" | "pointInTimeRestore" | "oldVersionDays" | "accessLogDays" | "allowedAddresses"
>;

/** @param isPrivate whether it is reached by an endpoint in the cluster's network alone */
export function* adlsProblems(args: Checked, isPrivate: boolean): Generator<Problem> {
    const { oldVersionDays = 14, accessLogDays = 90, allowedAddresses = [] } = args;
    for (const feature of ["versioning", "pointInTimeRestore"] as const)
        if (args[feature] === true)
            yield problem(
                `storage.${feature}`,
                `storage.${feature}: an account with a hierarchical namespace has no ${feature === "versioning" ? "versions" : "point-in-time restore"}.`,
                "Leave it out: soft delete keeps what was deleted for oldVersionDays, and Iceberg overwrites no file.",
            );
    if (oldVersionDays < 1 || oldVersionDays > 365)
        yield problem(
            "storage.oldVersionDays",
            `storage.oldVersionDays: soft delete of Azure keeps for 1 to 365 days, not ${oldVersionDays}.`,
            "Take at most 365.",
        );
    if (accessLogDays < 30 || accessLogDays > 730)
        yield problem(
            "storage.accessLogDays",
            `storage.accessLogDays: a workspace of Azure Monitor keeps for 30 to 730 days, not ${accessLogDays}.`,
            "Take 30 to 730.",
        );
    if (allowedAddresses.length > 0 && isPrivate)
        yield problem(
            "storage.allowedAddresses",
            "storage.allowedAddresses: with a cluster on Azure the account has no public address that they could reach.",
            "Leave them out: whoever needs the data reaches it from the cluster's network.",
        );
    for (const range of allowedAddresses) {
        const found = blockOf(range);
        if (found === undefined || found.bits < 8 || found.bits === 31 || isPrivateBlock(found))
            yield problem(
                "storage.allowedAddresses",
                `storage.allowedAddresses: '${range}' is no block of public IPv4 addresses of /8 to /30, or /32.`,
                "The firewall of a storage account takes no others: private networks come by private endpoints.",
            );
    }
}
