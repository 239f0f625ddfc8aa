/** Cloud Key Management Service. */
import type { Values } from "../../../../components/provider/values";
import type { Row } from "../../row";
import { immediate, setting } from "../latencies";
import { google, iamMember, inProject, labelOutputs, page, prevented, projectOf } from "./common";

export const cryptoKeyToken = "gcp:kms/cryptoKey:CryptoKey";
const ringToken = "gcp:kms/keyRing:KeyRing";

/** `7776000s` → 7776000 */
const seconds = (text: unknown): number => Number(/^(\d+(?:\.\d{1,9})?)s$/.exec(String(text))?.[1] ?? NaN);

export const rows: readonly Row[] = [
    {
        token: ringToken,
        source: page("kms", "keyring"),
        replaceOn: ["name", "location", "project"],
        required: ["location"],
        autoName: { input: "name" },
        // The real one is never gone: its name is taken for ever, which is why a program leaves it to the provider.
        unique: ["location", "name"],
        id: (making) =>
            `projects/${projectOf(making)}/locations/${String(making.inputs["location"])}/keyRings/${String(making.inputs["name"])}`,
        computed: { ...inProject },
        refuses: [
            {
                what: "a location of a key ring that KMS does not have: a zone",
                source: google("kms/docs/locations"),
                because: ({ location }) =>
                    /^(global|eur\d?|us|asia\d?|europe|nam\d|[a-z]+-[a-z]+\d+)$/.test(String(location))
                        ? undefined
                        : `Error 404: The request concerns location '${String(location)}' but was sent to location 'global'.`,
                refused: { location: "europe-west1-b" },
            },
        ],
        latency: setting,
        permissions: ["cloudkms.keyRings.create", "cloudkms.keyRings.get"],
    },
    {
        token: cryptoKeyToken,
        source: page("kms", "cryptokey"),
        replaceOn: [
            "name",
            "keyRing",
            "purpose",
            "destroyScheduledDuration",
            "importOnly",
            "skipInitialVersionCreation",
            "cryptoKeyBackend",
        ],
        required: ["keyRing"],
        autoName: { input: "name" },
        unique: ["keyRing", "name"],
        references: [{ input: "keyRing", type: ringToken }],
        id: ({ inputs }) => `${String(inputs["keyRing"])}/cryptoKeys/${String(inputs["name"])}`,
        computed: {
            ...labelOutputs(),
            primaries: ({ id }) => [{ name: `${id}/cryptoKeyVersions/1`, state: "ENABLED" }],
        },
        refuses: [
            {
                what: "a rotation of a key within a day",
                source: page("kms", "cryptokey"),
                because: ({ rotationPeriod }) =>
                    rotationPeriod === undefined || seconds(rotationPeriod) >= 86_400
                        ? undefined
                        : `rotation_period must be greater than a day (ie, 86400), got ${String(rotationPeriod)}`,
                refused: { rotationPeriod: "3600s" },
            },
            {
                what: "a rotation of a key that does not encrypt symmetrically",
                source: google("kms/docs/key-rotation"),
                because: ({ rotationPeriod, purpose }) =>
                    rotationPeriod === undefined || purpose === undefined || purpose === "ENCRYPT_DECRYPT"
                        ? undefined
                        : `Error 400: rotation_period is not supported for keys of the purpose ${String(purpose)}`,
                refused: { purpose: "ASYMMETRIC_SIGN" },
            },
        ],
        keeps: prevented,
        latency: immediate,
        permissions: [
            "cloudkms.cryptoKeys.create",
            "cloudkms.cryptoKeys.get",
            "cloudkms.cryptoKeys.update",
            "cloudkms.cryptoKeyVersions.destroy",
            "cloudkms.cryptoKeyVersions.list",
        ],
    },
    iamMember({
        token: "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember",
        source: page("kms", "cryptokeyiammember"),
        on: "cryptoKeyId",
        references: [{ input: "cryptoKeyId", type: cryptoKeyToken, holds: false }],
        permissions: ["cloudkms.cryptoKeys.getIamPolicy", "cloudkms.cryptoKeys.setIamPolicy"],
    }),
];

export const examples: Readonly<Record<string, Values>> = {
    [ringToken]: { name: "example", location: "europe-west1" },
    [cryptoKeyToken]: {
        name: "example",
        keyRing: { example: ringToken },
        rotationPeriod: "7776000s",
        labels: { a: "b" },
    },
    "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember": {
        cryptoKeyId: { example: cryptoKeyToken },
        role: "roles/cloudkms.cryptoKeyEncrypterDecrypter",
        member: "serviceAccount:service-1@gs-project-accounts.iam.gserviceaccount.com",
    },
};
