/**
 * Kinds that the rules were not made after: another seed and other shapes than generated.ts, written at the same time.
 * Nobody looks at a single case of it to mend a rule; where one does, it has to move to the hand-written half.
 */
import type { Maker } from "./generated";

export const otherTrueKinds: readonly Maker[] = [
    (c) => ["dotenv", `${c.word().toUpperCase()}_PWD`, c.text("password", 10)],
    (c) => ["dotenv", `${c.word().toUpperCase()}_API_KEY`, c.text("hex", 32)],
    (c) => ["dotenv", "BACKUP", `sftp://${c.word()}:${c.text("alphanumeric", 9)}@backup.example.com/`],
    (c) => ["dotenv", "SPRING_DATASOURCE_PASSWORD", `\${DB_PW:${c.text("lower", 11)}}`],
    (c) => ["environment", `runtime.flink.s3.secret-key`, c.text("alphanumeric", 20)],
    (c) => ["environment", "foundation.labels.hint", `glpat-${c.text("base64url", 20)}`],
    (c) => ["environment", "catalog.properties.oauth2.client_secret", c.text("alphanumeric", 30)],
    (c) => ["environment", "catalog.properties.header.Authorization", `Bearer ${c.text("alphanumeric", 32)}`],
    (c) => ["stack", `config.postgresql:password`, c.text("lower", 10)],
    (c) => ["properties", "schema.registry.basic.auth.user.info", `${c.text("upper", 16)}:${c.text("base64", 64)}`],
    (c) => ["properties", "ssl.keystore.key", `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${c.text("base64", 64)}`],
    (c) => ["properties", "iceberg.catalog.s3.secret-access-key", c.text("base64", 40)],
    (c) => [
        "sql",
        "sink.jdbc-url",
        `jdbc:mysql://db/${c.word()}?user=root&password=${c.text("alphanumeric", 10)}&useSSL=true`,
    ],
    (c) => ["sql", "catalog.oauth2-server.credential", `${c.word()}:${c.text("alphanumeric", 24)}`],
    (c) => ["helm", "global.postgresql.postgresqlPassword", c.text("alphanumeric", 12)],
    (c) => [
        "helm",
        `stringData.${c.word()}.conf`,
        `[login]\nuser = ${c.word()}\npassword = ${c.text("alphanumeric", 12)}\n`,
    ],
    (c) => ["helm", "args[2]", `--oauth-client-secret=${c.text("alphanumeric", 24)}`],
    (c) => ["workflow", "deploy.script[0]", `docker login -u ci -p ${c.text("alphanumeric", 20)} registry.example.com`],
    (c) => ["workflow", "deploy.script[0]", `AWS_SECRET_ACCESS_KEY=${c.text("base64", 40)} aws s3 ls`],
    (c) => ["resource", "containers[0].env[BROKER_PASSPHRASE].value", `${c.word()} ${c.word()} ${c.word()}`],
    (c) => ["resource", "customData", c.base64(`#cloud-config\npassword: ${c.text("alphanumeric", 14)}\n`)],
    (c) => [
        "resource",
        "connectionStrings[0].value",
        `Server=db;Database=${c.word()};User Id=sa;Password=${c.text("alphanumeric", 13)};`,
    ],
    (c) => [
        "resource",
        "webhook",
        `https://hooks.slack.com/services/T${c.text("upper", 8)}/B${c.text("upper", 8)}/${c.text("alphanumeric", 24)}`,
    ],
    (c) => ["dbt", "lake.outputs.prod.aws_secret_access_key", c.text("base64", 40)],
    (c) => ["dbt", "lake.outputs.prod.motherduck_token", c.text("base64url", 60)],
];

export const otherFalseKinds: readonly Maker[] = [
    (c) => ["dotenv", `${c.word().toUpperCase()}_TOKEN_FILE`, `/var/run/secrets/${c.word()}/token`],
    (c) => ["dotenv", "BUILD", `${c.word()}-${2020 + c.below(9)}.${c.below(12)}.${c.below(30)}-${c.text("hex", 8)}`],
    (c) => [
        "environment",
        "storage.customerKey",
        `projects/${c.word()}/locations/eu/keyRings/${c.word()}/cryptoKeys/${c.word()}`,
    ],
    (c) => [
        "environment",
        "storage.vaultKeyId",
        `https://${c.word()}.vault.azure.net/keys/${c.word()}/${c.text("hex", 32)}`,
    ],
    (c) => ["environment", "foundation.vpc", `vpc-0${c.text("hex", 16)}`],
    (c) => ["environment", "foundation.tenantId", c.uuid()],
    (c) => ["environment", "catalog.warehouse", `s3://${c.word()}-${c.text("lower", 12)}/warehouse`],
    (c) => ["environment", "broker.serviceAccount", `sa-${c.text("lower", 6)}`],
    (c) => ["stack", "secretsprovider", `hashivault://${c.word()}`],
    (c) => ["stack", `config.tidegate:${c.word()}.password.secure`, `AAAB${c.text("base64", 44)}`],
    (c) => ["properties", "group.id", `${c.word()}-${c.uuid()}`],
    (c) => ["properties", "ssl.keystore.password", `\${secretsManager:prod/${c.word()}:password}`],
    (c) => ["properties", "ssl.endpoint.identification.algorithm", c.of(["https", ""])],
    (c) => ["sql", "password", `\${${c.word()}_password}`],
    (c) => ["sql", "sink.key-delimiter", c.of(["|", ",", ";"])],
    (c) => [
        "sql",
        "statement",
        `INSERT INTO ${c.word()} SELECT token, secret_level FROM ${c.word()} WHERE token = '${c.word()}'`,
    ],
    (c) => ["helm", "auth.existingSecretPasswordKey", `${c.word()}-password`],
    (c) => ["helm", "externalSecret.remoteRef.property", `${c.word()}-password`],
    (c) => ["helm", "password", `{{ required "a password" .Values.${c.word()}.password | b64enc | quote }}`],
    (c) => ["helm", "tls.secretName", `${c.word()}-tls-${c.text("lower", 5)}`],
    (c) => ["workflow", "jobs.a.steps[1].with.role-to-assume", `arn:aws:iam::123456789012:role/${c.word()}-deploy`],
    (c) => [
        "workflow",
        "jobs.a.steps[1].run",
        `echo "password=$(openssl rand -hex 16)" >> "$GITHUB_OUTPUT" # ${c.word()}`,
    ],
    (c) => ["resource", "ca", `-----BEGIN PUBLIC KEY-----\n${c.text("base64", 64)}\n-----END PUBLIC KEY-----\n`],
    (c) => ["resource", "etag", c.text("base64", 24)],
    (c) => [
        "resource",
        "certificateAuthority.data",
        c.base64(`-----BEGIN CERTIFICATE-----\n${c.text("base64", 64)}\n-----END CERTIFICATE-----\n`),
    ],
];
