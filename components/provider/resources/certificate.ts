/**
 * `tidegate:embedded:Certificate`: a certificate of a server, and the authority that signed it. The
 * authority's key is thrown away: it signs this one certificate.
 */
import { generate } from "selfsigned";
import { z } from "zod";
import { defineHandler, type Change } from "../handler";
import { differences, pathText } from "../values";

const dayMilliseconds = 86_400_000;
/** Clients with a clock a little behind accept it too. */
const backdateMilliseconds = 300_000;

const inputs = z.strictObject({
    commonName: z.string().min(1).max(64),
    dnsNames: z.array(z.string().min(1)).default(["localhost"]),
    ipAddresses: z.array(z.union([z.ipv4(), z.ipv6()])).default(["127.0.0.1"]),
    validityDays: z.number().int().min(1).max(825).default(365),
    renewBeforeDays: z.number().int().min(0).default(30),
});
export type CertificateInputs = z.infer<typeof inputs>;

const state = z.object({
    caPem: z.string(),
    certificatePem: z.string(),
    /** PKCS #8. */
    privateKeyPem: z.string(),
    /** ISO 8601, UTC. */
    expiresAt: z.string(),
});
type CertificateState = z.infer<typeof state>;

async function issue(given: CertificateInputs): Promise<CertificateState> {
    const now = Date.now();
    const expires = new Date(now + given.validityDays * dayMilliseconds);
    const common = {
        notBeforeDate: new Date(now - backdateMilliseconds),
        notAfterDate: expires,
        keyType: "ec",
        curve: "P-256",
        algorithm: "sha256",
    } as const;
    const authority = await generate([{ name: "commonName", value: `${given.commonName} CA` }], {
        ...common,
        extensions: [
            { name: "basicConstraints", cA: true, critical: true },
            { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
        ],
    });
    const server = await generate([{ name: "commonName", value: given.commonName }], {
        ...common,
        ca: { key: authority.private, cert: authority.cert },
        extensions: [
            { name: "basicConstraints", cA: false, critical: true },
            { name: "keyUsage", digitalSignature: true, critical: true },
            { name: "extKeyUsage", serverAuth: true, clientAuth: true },
            {
                name: "subjectAltName",
                altNames: [
                    ...given.dnsNames.map((value) => ({ type: 2 as const, value })),
                    ...given.ipAddresses.map((ip) => ({ type: 7 as const, ip })),
                ],
            },
        ],
    });
    return {
        caPem: authority.cert,
        certificatePem: server.cert,
        privateKeyPem: server.private,
        expiresAt: expires.toISOString(),
    };
}

/** Inputs that are in the certificate. */
const content = ["commonName", "dnsNames", "ipAddresses", "validityDays"] as const;

function isDue(given: CertificateInputs, { expiresAt }: CertificateState): boolean {
    return Date.parse(expiresAt) - Date.now() < given.renewBeforeDays * dayMilliseconds;
}

export const certificateHandler = defineHandler<CertificateInputs, CertificateState>({
    inputs,
    state,
    secretOutputs: ["privateKeyPem"],
    check: (given) =>
        given.renewBeforeDays < given.validityDays
            ? []
            : [{ property: "renewBeforeDays", reason: "has to be less than validityDays" }],
    diff(old, now): Change[] {
        const changed: Change[] = differences(old.inputs, now).map((path) => ({ path: pathText(path) }));
        return isDue(now, old.state) ? [...changed, { path: "expiresAt", of: "state" }] : changed;
    },
    create: async (given) => ({ id: given.commonName, state: await issue(given) }),
    read: async (old) => old.state,
    async update(old, now) {
        const same = content.every((key) => differences(old.inputs[key], now[key]).length === 0);
        return same && !isDue(now, old.state) ? old.state : issue(now);
    },
    delete: async () => {},
});
