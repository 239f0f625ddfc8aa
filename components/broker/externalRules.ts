/** What of the ways to reach brokers fits together. Source: https://kafka.apache.org/documentation/#security_overview */
import { isIP } from "node:net";
import type { BrokerContract } from "../../stacks/contracts";

export interface ExternalConnection {
    /** `host:port[,host:port…]` */
    bootstrapServers: string;
    /** @default SASL_SSL */
    securityProtocol?: BrokerContract["securityProtocol"];
    saslMechanism?: NonNullable<BrokerContract["saslMechanism"]>;
    /** Where user and password are: a JSON object with both. */
    secretRef?: string;
    /** Whether somebody has agreed that records cross a network readable. @default false */
    insecure?: boolean;
    /** Further properties of Kafka's clients, none of them secret. @default none */
    clientProperties?: Readonly<Record<string, string>>;
    /** Whether a certificate authority is named. */
    trusts?: boolean;
}

export interface ExternalProblem {
    readonly path: readonly string[];
    readonly message: string;
}

/** Mechanisms that are a user and a password. */
const byPassword = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"];

/** What says of itself that no router of the internet takes records there. */
function isPrivate(host: string): boolean {
    if (isIP(host) === 4) {
        const [a = 0, b = 0] = host.split(".").map(Number);
        return a === 10 || a === 127 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168);
    }
    if (isIP(host) === 6) return host === "::1" || /^f[cd]/i.test(host);
    // A name without a dot, and those of a cluster or a private zone.
    return !host.includes(".") || /\.(svc|local|internal|localhost)\.?$/i.test(host) || /\.svc\./i.test(host);
}

/** @returns host and port; undefined where it is no address */
export function addressOf(text: string): { readonly host: string; readonly port: number } | undefined {
    const [, bracketed, plain, digits] =
        /^(?:\[([0-9a-f:]+)\]|([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)):(\d{1,5})$/i.exec(text) ?? [];
    const host = bracketed ?? plain;
    const port = Number(digits);
    return host === undefined || port < 1 || port > 65535 ? undefined : { host, port };
}

export function externalProblems(connection: ExternalConnection): readonly ExternalProblem[] {
    const { securityProtocol = "SASL_SSL", saslMechanism, secretRef, insecure = false, trusts = false } = connection;
    const problems: ExternalProblem[] = [];
    const complain = (key: string, message: string) => problems.push({ path: [key], message });
    const addresses = connection.bootstrapServers.split(",").map(addressOf);
    if (addresses.includes(undefined)) complain("bootstrapServers", "has to be host:port[,host:port…]");
    const sasl = securityProtocol.startsWith("SASL_");
    const tls = securityProtocol.endsWith("SSL");
    if (sasl && saslMechanism === undefined)
        complain(
            "saslMechanism",
            `is needed with ${securityProtocol}: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER`,
        );
    if (!sasl && saslMechanism !== undefined)
        complain("saslMechanism", `is for SASL_SSL and SASL_PLAINTEXT, not for ${securityProtocol}`);
    if (saslMechanism !== undefined && byPassword.includes(saslMechanism) && secretRef === undefined)
        complain("secretRef", `is needed with ${saslMechanism}: where user and password are kept (docs/secrets.md)`);
    if (saslMechanism === undefined && secretRef !== undefined && !sasl)
        complain("secretRef", `is of no use with ${securityProtocol}, which knows no users`);
    if (saslMechanism === "AWS_MSK_IAM" && secretRef !== undefined)
        complain("secretRef", "is of no use with AWS_MSK_IAM: clients come as the identity of their workload");
    if (saslMechanism === "AWS_MSK_IAM" && !tls) complain("securityProtocol", "has to be SASL_SSL with AWS_MSK_IAM");
    if (saslMechanism === "OAUTHBEARER" && !Object.keys(connection.clientProperties ?? {}).some(isTokenSource))
        complain(
            "clientProperties",
            "has to say with OAUTHBEARER where tokens are from: sasl.oauthbearer.token.endpoint.url or sasl.login.callback.handler.class",
        );
    if (!tls && trusts) complain("caFile", `is of no use with ${securityProtocol}, which has no certificates`);
    const open = addresses.find((address) => address !== undefined && !isPrivate(address.host));
    if (!tls && open !== undefined && !insecure)
        complain(
            "securityProtocol",
            `is ${securityProtocol}, but ${open.host} does not look like a host of a private network: records${
                sasl ? " and passwords" : ""
            } would be readable on the way. Take SASL_SSL, or say 'insecure: true' where the way is safe`,
        );
    for (const key of Object.keys(connection.clientProperties ?? {}))
        if (/jaas|password|secret|keystore\.key/.test(key))
            complain("clientProperties", `'${key}' holds a secret: name where it is kept by secretRef`);
    return problems;
}

const isTokenSource = (key: string): boolean =>
    ["sasl.oauthbearer.token.endpoint.url", "sasl.login.callback.handler.class"].includes(key);
