/** What the provider makes up and keeps in the state alone. */
import { createHash } from "node:crypto";
import type { Values } from "../../../../components/provider/values";
import type { Latency, Making, Row } from "../../row";

const local: Latency = { create: 0.1, update: 0.1, delete: 0.1, source: "computed by the provider: no call is made" };

/** As in components/provider/resources/credential.ts. */
const signs: Readonly<Record<string, string>> = {
    alphanumeric: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
    upper: "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
    hex: "0123456789abcdef",
};

/** A value in use stays until somebody rotates it. */
function text({ inputs, before, token }: Making): string {
    const rotate = String(inputs["rotate"] ?? "");
    if (typeof before["value"] === "string" && String(before["rotate"] ?? "") === rotate) return before["value"];
    const from = signs[String(inputs["charset"] ?? "alphanumeric")] ?? "";
    return Array.from({ length: Number(inputs["length"] ?? 32) }, (_, index) => {
        const byte = createHash("sha256").update(`${token} ${rotate} ${index}`).digest()[0] ?? 0;
        return from[byte % from.length] ?? "";
    }).join("");
}

/** In the form of one, and of nothing: no library reads it. */
const pem = (kind: string, token: string): string =>
    `-----BEGIN ${kind}-----\n${createHash("sha512").update(`${kind} ${token}`).digest("base64")}\n-----END ${kind}-----\n`;

const credential = "tidegate:embedded:Credential";
const certificate = "tidegate:embedded:Certificate";

export const rows: readonly Row[] = [
    {
        token: credential,
        source: "components/provider/resources/credential.ts",
        replaceOn: [],
        unique: [],
        computed: { value: text },
        secret: ["value"],
        latency: local,
        permissions: [],
    },
    {
        token: certificate,
        source: "components/provider/resources/certificate.ts",
        replaceOn: [],
        required: ["commonName"],
        unique: [],
        computed: {
            caPem: ({ token }) => pem("CERTIFICATE", `ca ${token}`),
            certificatePem: ({ token }) => pem("CERTIFICATE", token),
            privateKeyPem: ({ token }) => pem("SIMULATED KEY", token),
            expiresAt: () => "2100-01-01T00:00:00.000Z",
        },
        secret: ["privateKeyPem"],
        latency: local,
        permissions: [],
    },
];

export const examples: Readonly<Record<string, Values>> = {
    [credential]: { length: 40, charset: "alphanumeric" },
    [certificate]: { commonName: "an example", dnsNames: ["localhost"] },
};
