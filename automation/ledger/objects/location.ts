/**
 * URLs of buckets as Pulumi's backends take them, with the same parameters (gocloud.dev: aws.V2ConfigFromURLParams, and
 * the URLOpener of s3blob, gcsblob and azureblob), so that a ledger beside the state needs no word of its own.
 */
import { z } from "zod";
import { exitCodes, TidegateError } from "../../core/errors";

/** Go's strconv.ParseBool. */
const flag = z
    .enum(["1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"])
    .transform((text) => /^(1|t)/i.test(text));
const checksums = z
    .string()
    .toLowerCase()
    .pipe(z.enum(["when_supported", "when_required"]));
/** Put before every key. */
const prefix = z.string().default("");
/** Of Pulumi alone: it does not change which object a key names. */
const passedOver = z.string().optional();

const parameters = {
    s3: z.strictObject({
        prefix,
        region: z.string().optional(),
        /** `host:port` or a URL. */
        endpoint: z.string().optional(),
        profile: z.string().optional(),
        /** ARN of a role to be assumed. */
        role: z.string().startsWith("arn:").optional(),
        s3ForcePathStyle: flag.optional(),
        use_path_style: flag.optional(),
        hostname_immutable: flag.optional(),
        disableSSL: flag.optional(),
        disable_https: flag.optional(),
        accelerate: flag.optional(),
        dualstack: flag.optional(),
        fips: flag.optional(),
        ssetype: z.enum(["AES256", "aws:fsx", "aws:kms", "aws:kms:dsse"]).optional(),
        kmskeyid: z.string().optional(),
        request_checksum_calculation: checksums.optional(),
        response_checksum_validation: checksums.optional(),
        rate_limiter_capacity: passedOver,
        awssdk: passedOver,
    }),
    gs: z.strictObject({
        prefix,
        universe_domain: z.string().optional(),
        // Of signed URLs.
        access_id: passedOver,
        private_key_path: passedOver,
    }),
    azblob: z.strictObject({
        prefix,
        storage_account: z.string().optional(),
        domain: z.string().optional(),
        protocol: z.enum(["http", "https"]).optional(),
        cdn: flag.optional(),
        localemu: flag.optional(),
    }),
};

type Scheme = keyof typeof parameters;

export type Location = {
    [Name in Scheme]: {
        readonly scheme: Name;
        readonly bucket: string;
        /** Put before every key: empty, or ends with `/`. */
        readonly prefix: string;
        readonly parameters: z.infer<(typeof parameters)[Name]>;
        /** For messages: without parameters. */
        readonly where: string;
    };
}[Scheme];

export type LocationOf<Name extends Scheme> = Extract<Location, { scheme: Name }>;

export const isBucketUrl = (url: string): boolean => /^(s3|gs|azblob):\/\//.test(url);

/** @throws TidegateError `ledger-invalid` */
export function locationOf(url: string): Location {
    const parsed = URL.parse(url);
    const scheme = parsed?.protocol.slice(0, -1);
    if (!parsed?.hostname || (scheme !== "s3" && scheme !== "gs" && scheme !== "azblob"))
        throw invalid(`${url.split("?")[0]} is no URL of a bucket.`);
    const query: Record<string, string> = {};
    for (const [name, value] of parsed.searchParams) query[name] ??= value;
    const checked = parameters[scheme].safeParse(query);
    const path = decodeURIComponent(parsed.pathname).replace(/^\/+|\/+$/g, "");
    const where = `${scheme}://${parsed.hostname}${path === "" ? "" : `/${path}`}`;
    if (!checked.success) {
        const [issue] = checked.error.issues;
        const name = issue?.code === "unrecognized_keys" ? issue.keys[0] : String(issue?.path[0]);
        const what = issue?.code === "unrecognized_keys" ? "is not known" : `has a wrong value: ${issue?.message}`;
        throw invalid(`The parameter '${name}' of the ledger's URL ${where} ${what}.`);
    }
    const below = path === "" ? "" : `${path}/`;
    return {
        scheme,
        bucket: parsed.hostname,
        prefix: `${checked.data.prefix}${below}`,
        parameters: checked.data,
        where,
    } as Location;
}

/** The URL of a folder in a bucket; its parameters stay. */
export function below(url: string, path: string): string {
    const [place = "", query] = url.split("?");
    return `${place.replace(/\/+$/, "")}/${path}${query === undefined ? "" : `?${query}`}`;
}

function invalid(message: string): TidegateError {
    return new TidegateError(message, {
        code: "ledger-invalid",
        hint: "Correct `ledger` of the environment, or its `backend`: docs/rollout.md lists what such a URL may say.",
        exitCode: exitCodes.usage,
    });
}
