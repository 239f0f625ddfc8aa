/** Kinds of secrets, and of what only looks like one; tokens are put together from parts, so that none stands in a file. */
import type { Chance } from "./chance";

/** Answers with the kind of file, the key path and the value. */
export type Maker = (chance: Chance) => readonly [format: string, keyPath: string, value: string];

const jwt = (chance: Chance): string =>
    [{ alg: "HS256" }, { sub: chance.word(), iat: chance.below(1e9) }]
        .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
        .concat(chance.text("base64url", 43))
        .join(".");

export const trueKinds: readonly Maker[] = [
    (c) => ["dotenv", `${c.word().toUpperCase()}_PASSWORD`, c.text("password", 8 + c.below(16))],
    (c) => ["dotenv", c.word().toUpperCase(), `AKIA${c.text("upper", 16)}`],
    (c) => ["dotenv", "AWS_SECRET_ACCESS_KEY", c.text("base64", 40)],
    (c) => ["dotenv", c.word().toUpperCase(), `gh${c.of(["p", "o", "s", "u", "r"])}_${c.text("alphanumeric", 36)}`],
    (c) => ["stack", `config.tidegate:${c.word()}Token`, c.text("alphanumeric", 24)],
    (c) => ["stack", `config.confluentcloud:${c.word()}ApiSecret`, c.text("base64", 64)],
    (c) => ["environment", `broker.${c.of(["password", "apiSecret", "clientSecret"])}`, c.text("password", 14)],
    (c) => ["environment", `catalog.${c.of(["credential", "token"])}`, `${c.word()}:${c.text("alphanumeric", 20)}`],
    (c) => ["project", `config.aiven:apiToken.value`, c.text("base64", 60)],
    (c) => ["sql", "s3.secret-access-key", c.text("base64", 40)],
    (c) => [
        "sql",
        "properties.sasl.jaas.config",
        `org.apache.kafka.common.security.${c.of(["plain.Plain", "scram.Scram"])}LoginModule required username="${c.word()}" password="${c.text("alphanumeric", 16)}";`,
    ],
    (c) => [
        "sql",
        `properties.ssl.${c.of(["keystore", "truststore", "key"])}.password`,
        `${c.word()}${c.text("lower", 6)}`,
    ],
    (c) => [
        "dotenv",
        "DATABASE",
        `${c.of(["postgres", "postgresql", "mysql", "amqp"])}://${c.word()}:${c.text("alphanumeric", 12)}@db.example.com/${c.word()}`,
    ],
    (c) => [
        "sql",
        "url",
        `jdbc:postgresql://db.example.com/${c.word()}?user=${c.word()}&password=${c.text("lower", 12)}`,
    ],
    (c) => ["properties", `fs.azure.account.key.${c.word()}.dfs.core.windows.net`, `${c.text("base64", 86)}==`],
    (c) => [
        "properties",
        "connection",
        `DefaultEndpointsProtocol=https;AccountName=${c.word()};AccountKey=${c.text("base64", 86)}==;EndpointSuffix=core.windows.net`,
    ],
    (c) => [
        "properties",
        "source",
        `https://${c.word()}.blob.core.windows.net/c?sv=2024-11-04&sp=rl&se=2031-01-01&sig=${c.text("alphanumeric", 41)}%2B%3D`,
    ],
    (c) => ["workflow", `jobs.deploy.env.${c.word().toUpperCase()}_TOKEN`, `pul-${c.text("hex", 40)}`],
    (c) => [
        "workflow",
        "jobs.deploy.steps[0].run",
        `curl -u ${c.word()}:${c.text("alphanumeric", 12)} https://example.com`,
    ],
    (c) => ["dotenv", c.word().toUpperCase(), jwt(c)],
    (c) => [
        "helm",
        `files.${c.word()}`,
        `-----BEGIN ${c.of(["", "RSA ", "EC ", "OPENSSH "])}PRIVATE KEY-----\n${c.text("base64", 64)}\n-----END PRIVATE KEY-----\n`,
    ],
    (c) => ["helm", `env[${c.word().toUpperCase()}_SECRET].value`, c.text("alphanumeric", 18)],
    (c) => ["helm", "data.application.properties", `name=${c.word()}\npassword=${c.text("lower", 10)}\nport=9092\n`],
    (c) => ["dbt", "lake.outputs.prod.password", c.text("password", 12)],
    (c) => ["dbt", "lake.outputs.prod.password", `{{ env_var('PW', '${c.text("lower", 9)}') }}`],
    (c) => ["resource", "metadata.annotations.auth", `Bearer ${c.text("alphanumeric", 40)}`],
    (c) => ["resource", "headers.authorization", `Basic ${c.base64(`${c.word()}:${c.text("alphanumeric", 12)}`)}`],
    (c) => [
        "resource",
        "userData",
        `#!/bin/sh\nexport ${c.word().toUpperCase()}_TOKEN=${c.text("alphanumeric", 22)}\n`,
    ],
    (c) => ["resource", "masterUserPassword", c.text("password", 16)],
    (c) => ["dotenv", "KAFKA_LOGIN", `AVNS_${c.text("base64url", 19)}`],
];

export const falseKinds: readonly Maker[] = [
    (c) => ["environment", `foundation.${c.word()}Id`, c.uuid()],
    (c) => ["dotenv", "CORRELATION", c.uuid()],
    (c) => [
        "environment",
        `storage.${c.of(["kmsKey", "keyArn", "encryptionKey"])}`,
        `arn:aws:kms:eu-central-1:${100000000000 + c.below(1e9)}:key/${c.uuid()}`,
    ],
    (c) => [
        "environment",
        "runtime.role",
        `arn:aws:iam::123456789012:role/${c.word()}-${c.word()}-${c.text("alphanumeric", 12)}`,
    ],
    (c) => ["environment", "runtime.image", `ghcr.io/example/${c.word()}@sha256:${c.text("hex", 64)}`],
    (c) => ["properties", `${c.word()}.digest`, c.text("hex", 64)],
    (c) => ["workflow", "jobs.a.steps[0].uses", `${c.word()}/${c.word()}@${c.text("hex", 40)}`],
    (c) => ["dotenv", "GIT_SHA", c.text("hex", 40)],
    (c) => [
        "environment",
        "state.secretsProvider",
        c.of([
            `awskms://${c.uuid()}?region=eu-central-1`,
            `gcpkms://projects/${c.word()}/locations/global/keyRings/${c.word()}/cryptoKeys/${c.word()}`,
            `azurekeyvault://${c.word()}-prod.vault.azure.net/keys/${c.word()}`,
        ]),
    ],
    (c) => [
        "stack",
        `config.tidegate:${c.word()}Password.secure`,
        `v1:${c.text("base64", 16)}:${c.text("base64", 43)}=`,
    ],
    (c) => [
        "stack",
        "encryptionsalt",
        `v1:${c.text("base64", 11)}=:v1:${c.text("base64", 16)}:${c.text("base64", 38)}==`,
    ],
    (c) => [
        "environment",
        "broker.secretRef",
        c.of([`aws-sm://${c.word()}/kafka#password`, `vault://kv/${c.word()}`, `k8s://${c.word()}/kafka`]),
    ],
    (c) => ["dotenv", `${c.word().toUpperCase()}_PASSWORD`, c.of(["${PW}", "$PW", "${env:PW}", "$(cat /run/pw)"])],
    (c) => ["helm", "auth.password", `{{ .Values.${c.word()}.password }}`],
    (c) => ["dbt", "lake.outputs.prod.password", `{{ env_var('DBT_ENV_SECRET_${c.word().toUpperCase()}') }}`],
    (c) => ["workflow", "jobs.deploy.env.TOKEN", `\${{ secrets.${c.word().toUpperCase()}_TOKEN }}`],
    (c) => [
        "helm",
        `data.${c.word()}`,
        c.base64(`SELECT ${c.word()}, count(*) FROM ${c.word()} WHERE ${c.word()} > ${c.below(1000)} GROUP BY 1`),
    ],
    (c) => ["sql", "statement", `SELECT ${c.word()} AS password_hash_count FROM ${c.word()}_${c.text("lower", 8)}`],
    (c) => [
        "sql",
        "properties.sasl.jaas.config",
        `org.apache.kafka.common.security.plain.PlainLoginModule required username="${c.word()}" password="\${${c.word()}_password}";`,
    ],
    (c) => ["dotenv", "DATABASE_URL", `postgresql://${c.word()}:\${PGPASSWORD}@db.example.com/${c.word()}`],
    (c) => ["resource", "thumbprint", Array.from({ length: 20 }, () => c.text("hex", 2).toUpperCase()).join(":")],
    (c) => ["resource", "publicKey", `ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ${c.text("base64", 120)} ci@example.com`],
    (c) => [
        "resource",
        "certificate",
        `-----BEGIN CERTIFICATE-----\nMII${c.text("base64", 61)}\n-----END CERTIFICATE-----\n`,
    ],
    (c) => [
        "resource",
        "className",
        `org.apache.${c.word()}.security.${c.word()[0]?.toUpperCase()}TokenProvider${c.of(["Factory", "Impl"])}`,
    ],
    (c) => ["resource", `${c.word()}SecretName`, `${c.word()}-${c.word()}-${c.text("lower", 5)}`],
    (c) => ["resource", "bucket", `${c.word()}-${c.word()}-${c.text("hex", 7)}`],
    (c) => ["resource", "urn", `urn:pulumi:prod-broker::tidegate::aws:msk/cluster:Cluster::${c.word()}-${c.word()}`],
    (c) => ["resource", "integrity", `sha512-${c.text("base64", 86)}==`],
    (c) => ["resource", "etag", `"${c.text("hex", 32)}"`],
    (c) => ["resource", "subnetId", `subnet-0${c.text("hex", 16)}`],
];
