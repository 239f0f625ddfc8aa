/** What a Lakekeeper makes of a storage profile, and where two of them would get into each other's way. */
import type * as api from "./lakekeeperApi";

/** As its API answers: with a status and a name. */
export class Refused extends Error {
    constructor(
        readonly status: number,
        readonly type: string,
        message: string,
    ) {
        super(message);
    }
}

/** As Lakekeeper keeps it: URLs with a path, prefixes without slashes, and its own defaults. */
export function normalized(profile: api.StorageProfile): api.StorageProfile {
    const prefix = profile["key-prefix"]?.replace(/^\/+|\/+$/g, "") ?? null;
    if (profile.type !== "s3") return { ...profile, "key-prefix": prefix };
    if (profile["sts-enabled"] && profile.flavor !== "s3-compat")
        if ((profile["sts-role-arn"] ?? profile["assume-role-arn"] ?? null) === null)
            throw new Refused(400, "InvalidProfile", "Either `assume-role-arn` or `sts-role-arn` is needed");
    const url = (given: string | null | undefined) => (given == null ? null : new URL(given).href);
    return {
        "remote-signing-enabled": true,
        "push-s3-delete-disabled": true,
        "sts-token-validity-seconds": 3600,
        flavor: "aws",
        ...profile,
        "key-prefix": prefix,
        endpoint: url(profile.endpoint),
        "sts-endpoint": url(profile["sts-endpoint"]),
    };
}

/** Where it keeps its tables, to be held against others. */
export function placeOf(profile: api.StorageProfile): string {
    const prefix = profile["key-prefix"] ?? "";
    const root =
        profile.type === "adls"
            ? `${profile["account-name"]}/${profile.filesystem}`
            : `${profile.type}/${profile.bucket}`;
    return `${root}/${prefix}/`.replace(/\/+/g, "/");
}

export const overlap = (one: string, other: string): boolean => one.startsWith(other) || other.startsWith(one);
