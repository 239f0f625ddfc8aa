/** What each rule says, in one line; docs/secrets-scan.md has more. */

const helps: Readonly<Record<string, string>> = {
    "secret-by-key": "its key says that it is a secret, and it stands in plain text",
    "aws-secret-key": "the secret half of an S3 or AWS key",
    "kafka-ssl-password": "the password of a keystore, a truststore or a key",
    "confluent-api-secret": "a secret of Confluent",
    "aiven-token": "a token of Aiven",
    "catalog-credential": "a credential of a REST catalog",
    "pulumi-passphrase": "the passphrase of a Pulumi state",
    "entropy-of-key": "it looks drawn by a machine, under a key that may name a secret",
    entropy: "it looks drawn by a machine",
    "secure-elsewhere": "`secure:` holds what another stack has encrypted: it belongs into Pulumi.<stack>.yaml alone",
    "secure-not-encrypted": "`secure:` holds a text that was never encrypted",
    "secret-ref-invalid": "what stands under a secretRef is no reference: it may be the secret",
    "too-long": "it is longer than what is judged, 4 Mi characters: nobody has looked at its end",
    "url-password": "a password in an address",
    "url-parameter": "a secret in the parameters of an address",
    "azure-sas": "a shared access signature of Azure",
    "azure-connection-string": "a key in a connection string of Azure",
    "azure-storage-key": "a key of an Azure storage account",
    "aws-presigned-url": "a presigned address of AWS",
    "connection-string": "a password in a connection string",
    "sasl-jaas": "a password in a JAAS configuration",
    authorization: "credentials of an Authorization header",
    "docker-login": "the login of a container registry",
    "command-line": "a secret on a command line",
    "sql-password": "a password in an SQL statement",
    xml: "a password in XML",
    pgpass: "a password of a .pgpass",
    netrc: "a password of a .netrc",
    jwt: "a signed token (JWT)",
    "private-key": "a private key",
    "password-hash": "the hash of a password",
};

export function ruleHelp(rule: string): string {
    const known = helps[rule];
    if (known !== undefined) return known;
    if (rule.startsWith("secretlint-")) return `found by secretlint's rule ${rule.slice("secretlint-".length)}`;
    return `by its form ${/^[aeio]/.test(rule) ? "an" : "a"} ${rule.replaceAll("-", " ")}`;
}
