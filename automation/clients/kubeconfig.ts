/**
 * How the API of one cluster is reached, out of a kubeconfig that stands for itself. Helpers that make credentials (`exec`) are not
 * run: what asks here has no business with a cloud's account.
 * Source: https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
 */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { exitCodes, messageOf, TidegateError } from "../core/errors";

export interface ApiAccess {
    /** `https://127.0.0.1:6443`, without a slash at the end. */
    readonly server: string;
    /** PEM. @default the authorities that Node trusts */
    readonly ca?: string;
    readonly token?: string;
    /** PEM, both or none. */
    readonly cert?: string;
    readonly key?: string;
}

const named = <T extends z.ZodRawShape>(shape: T) => z.array(z.looseObject({ name: z.string(), ...shape })).nullish();
const schema = z.looseObject({
    "current-context": z.string().min(1),
    contexts: named({ context: z.looseObject({ cluster: z.string(), user: z.string() }) }),
    clusters: named({
        cluster: z.looseObject({
            server: z.url({ protocol: /^https$/ }),
            "certificate-authority": z.string().optional(),
            "certificate-authority-data": z.string().optional(),
            "insecure-skip-tls-verify": z.boolean().optional(),
        }),
    }),
    users: named({
        user: z
            .looseObject({
                token: z.string().optional(),
                tokenFile: z.string().optional(),
                "client-certificate": z.string().optional(),
                "client-certificate-data": z.string().optional(),
                "client-key": z.string().optional(),
                "client-key-data": z.string().optional(),
            })
            .nullish(),
    }),
});

function invalid(file: string, why: string, cause?: unknown): TidegateError {
    return new TidegateError(`${file} is no kubeconfig that can be used here: ${why}`, {
        code: "api-server-kubeconfig",
        hint: "It needs a current context whose cluster has an https address, and a user with a token or a client certificate.",
        cause,
        exitCode: exitCodes.usage,
    });
}

/** @throws TidegateError `api-server-kubeconfig`, in which nothing of the content is told */
export function readApiAccess(file: string): ApiAccess {
    const read = (path: string): string => {
        try {
            return readFileSync(path, "utf8");
        } catch (error) {
            throw invalid(file, messageOf(error), error);
        }
    };
    const text = read(file);
    let content: unknown;
    try {
        content = parse(text, { prettyErrors: false });
    } catch {
        throw invalid(file, "it is no YAML");
    }
    const result = schema.safeParse(content);
    if (!result.success) throw invalid(file, z.prettifyError(result.error));
    const { contexts, clusters, users, "current-context": current } = result.data;
    const context = contexts?.find(({ name }) => name === current)?.context;
    if (context === undefined) throw invalid(file, `it has no context '${current}'`);
    const cluster = clusters?.find(({ name }) => name === context.cluster)?.cluster;
    if (cluster === undefined) throw invalid(file, `it has no cluster '${context.cluster}'`);
    if (cluster["insecure-skip-tls-verify"] === true) throw invalid(file, "it does not check the server's certificate");
    const user = users?.find(({ name }) => name === context.user)?.user ?? {};
    const content64 = (data: string | undefined, path: string | undefined): string | undefined =>
        data !== undefined
            ? Buffer.from(data, "base64").toString("utf8")
            : path === undefined
              ? undefined
              : read(resolve(dirname(file), path));
    const ca = content64(cluster["certificate-authority-data"], cluster["certificate-authority"]);
    const cert = content64(user["client-certificate-data"], user["client-certificate"]);
    const key = content64(user["client-key-data"], user["client-key"]);
    const token =
        user.token ?? (user.tokenFile === undefined ? undefined : content64(undefined, user.tokenFile)?.trim());
    if (token === undefined && (cert === undefined || key === undefined))
        throw invalid(file, `its user '${context.user}' has neither a token nor a client certificate`);
    return {
        server: cluster.server.replace(/\/+$/, ""),
        ...(ca === undefined ? {} : { ca }),
        ...(token === undefined ? {} : { token }),
        ...(cert === undefined || key === undefined ? {} : { cert, key }),
    };
}
