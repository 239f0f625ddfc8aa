import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { ruleHelp } from "../../../automation/secrets/rules";
import { detect, secretFormats, textMax, type SecretFormat } from "../../../policy/secrets";
import { ruleNames } from "../../../policy/secrets/ruleNames";
import { corpus } from "./corpus/corpus";

const rows = z
    .array(z.tuple([z.string(), z.enum(secretFormats), z.string(), z.string()]))
    .parse(parse(readFileSync(join(__dirname, "rules.yaml"), "utf8")));
const cases = rows.map(([rule, format, keyPath, value]) => ({
    rule,
    format,
    keyPath,
    value: value.replaceAll("¦", ""),
}));

const rulesOf = (format: SecretFormat, keyPath: string, value: string): readonly string[] =>
    detect({ format, keyPath, value }).map(({ rule }) => rule);

describe("the detectors of secrets", () => {
    for (const { rule, format, keyPath, value } of cases)
        it(`${rule}: ${format} ${keyPath}, ${value.slice(0, 12)}…`, () => {
            assert.ok(rulesOf(format, keyPath, value).includes(rule), String(rulesOf(format, keyPath, value)));
        });

    it("have a case for every rule", () => {
        const parts = corpus().flatMap((part) => part.cases);
        const long = { format: "text", keyPath: "x", value: "a ".repeat(textMax / 2 + 1) } as const;
        const hit = new Set(
            [...parts, ...cases, long].flatMap(({ format, keyPath, value }) =>
                rulesOf(format as SecretFormat, keyPath, value),
            ),
        );
        assert.deepEqual(
            ruleNames.filter((rule) => !hit.has(rule)),
            [],
        );
        assert.deepEqual(
            [...hit].filter((rule) => !ruleNames.includes(rule)),
            [],
        );
        for (const rule of ruleNames) assert.ok(ruleHelp(rule).length > 10, rule);
    });

    for (const { name, cases: ofPart } of corpus())
        it(`find 98 % of the corpus and are right in 98 %, ${name}`, () => {
            const found = ofPart.map((one) => ({
                ...one,
                hit: rulesOf(one.format as SecretFormat, one.keyPath, one.value).length > 0,
            }));
            const count = (secret: boolean, hit: boolean) =>
                found.filter((one) => one.secret === secret && one.hit === hit).length;
            const wrong = JSON.stringify(found.filter((one) => one.secret !== one.hit).map(({ keyPath }) => keyPath));
            assert.ok(count(true, true) / (count(true, true) + count(true, false)) >= 0.98, wrong);
            assert.ok(count(true, true) / (count(true, true) + count(false, true)) >= 0.98, wrong);
        });

    it("tell no value, and the same fingerprint for the same value at the same place alone", () => {
        const [one, again, other, elsewhere] = [
            ["a.password", "hunter2"],
            ["a.password", "hunter2"],
            ["a.password", "hunter3"],
            ["b.password", "hunter2"],
        ].map(([keyPath = "", value = ""]) => detect({ keyPath, value, format: "yaml" })[0]?.fingerprint);
        assert.match(one ?? "", /^[0-9a-f]{16}$/);
        assert.equal(one, again);
        assert.notEqual(one, other);
        assert.notEqual(one, elsewhere);
        assert.ok(
            !JSON.stringify(detect({ keyPath: "a.password", value: "hunter2", format: "yaml" })).includes("hunter2"),
        );
    });

    it("take references for what they are, and the defaults in them for values", () => {
        for (const value of [
            "${PW}",
            "{{ env_var('PW') }}",
            "${{ secrets.PW }}",
            "op://a/b/c",
            "$(cat pw)",
            "vault://kv/a#b",
            "<password>",
            "${file:/a:b}",
        ])
            assert.deepEqual(rulesOf("yaml", "a.password", value), [], value);
        for (const value of [
            "${PW:-hunter2}",
            "${PW:hunter2}",
            "{{ env_var('PW', 'hunter2') }}",
            '{{ .Values.pw | default "hunter2" }}',
            "{{ env_var('PW') or 'hunter2' }}",
            "${{ secrets.PW || 'hunter2' }}",
        ])
            assert.deepEqual(rulesOf("yaml", "a.password", value), ["secret-by-key"], value);
    });

    it("go by the last words of a key, not by any", () => {
        for (const key of [
            "passwordPolicy.length",
            "tokenEndpoint",
            "existingSecret",
            "secretName",
            "bypass",
            "monkey",
            "passengers",
            "secretKeyRef.key",
            "imagePullSecrets[0]",
        ])
            assert.deepEqual(rulesOf("helm", key, "somewhat"), [], key);
        for (const key of [
            "DB_PASSWORD",
            "dbPassword",
            "db-password",
            "PGPASSWORD",
            "env[TOKEN].value",
            "a.clientSecret",
            "s3.secret-key",
        ])
            assert.notDeepEqual(rulesOf("helm", key, "somewhat"), [], key);
    });

    it("take what a program fills in, and what says where the value comes from, for no value", () => {
        for (const value of [
            "${PW:-$(cat /run/secrets/pw)}",
            "${PW:-${OTHER_PW}}",
            "${PW:-$OTHER}",
            "{password}",
            "%(password)s",
            "changeme-from-vault",
            "from-vault",
            "!",
        ])
            assert.deepEqual(rulesOf("text", "a.password", value), [], value);
        for (const value of ["${PW:-${OTHER_PW:-hunter2}}", "changeme", "from-hunter2"])
            assert.deepEqual(rulesOf("text", "a.password", value), ["secret-by-key"], value);
    });

    it("take names of what holds a secret for no secret", () => {
        for (const [key, value] of [
            ["secretKeys.password", "client-passwords"],
            ["secrets[0]", "pg"],
            ["env_secrets[1]", "dagster-snowflake"],
            ["kwargs.token", "api_token"],
            ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_SECRET", "sql_alchemy_conn"],
            ["secrets", "kv/data/ci/kafka password | KAFKA_PASSWORD ;\nkv/data/ci/npm token | NPM_TOKEN"],
            ["nginx.ingress.kubernetes.io/auth-secret", "lake-basic-auth"],
            ["confluentcloud:cloudApiKey", "IGI4KH2ORSQKIRGT"],
            ["LoadCredential", "db-password:/run/credentials/db"],
            ["spec.encryptedData.password", "AgPiSSqC7OpgciGQ6pFa0TtDmNn92tkbVd"],
            ["CACHE_KEY", "npm-7251766a90bc1c4532ac897acae5b087334ef43a"],
            ["code_challenge", "cl4rKHe7gcdx4e4LwPHFu_vh4dv4-QkwER8zTmQfwmZ"],
            ["keys[0].n", "vMWWcij5vgN67MOwTTpYbQm2xK9sLr4Eu8Zd3Hf6"],
        ] as const)
            assert.deepEqual(rulesOf("yaml", key, value), [], key);
        for (const [key, value] of [
            ["secretKeys.password", "Client7-passwords"],
            ["secrets[0]", "Hunter2"],
            ["a.clientSecrets", "abc"],
            ["secrets", "a=b\nGIT_TOKEN=hunter2"],
            ["AUTH_SECRET", "hunter2"],
            ["other:apiKey", "IGI4KH2ORSQKIRGT"],
            ["kwargs.token", "hunter2"],
            ["keys[0].d", "vMWWcij5vgN67MOwTTpYbQm2xK9sLr4Eu8Zd3Hf6"],
        ] as const)
            assert.notDeepEqual(rulesOf("yaml", key, value), [], key);
    });

    it("read commands word by word, without what a shell does itself", () => {
        for (const command of [
            'curl -u "ci:${{ secrets.NEXUS_PASSWORD }}" https://a.example.com',
            'gh auth login --with-token <<< "$GH_TOKEN"',
            "pulumi config set --secret kafkaPassword < /run/secrets/kafka",
            "docker build --secret id=npmrc,src=.npmrc .",
            "PASSWORD ?= $(shell vault kv get -field=password kv/lake)",
            'curl -H "PRIVATE-TOKEN: $TOKEN" -H "Idempotency-Key: 0f1e2d3c" https://a.example.com',
            "def token = sh(script: 'cat token', returnStdout: true).trim()",
            "usernamePassword(credentialsId: 'nexus', passwordVariable: 'NEXUS_PASSWORD')",
            "http -a lake:$PW https://a.example.com",
            '$token = Read-Host -AsSecureString "Token"',
            `mac: ENC[AES256_GCM,data:${"aB3d".repeat(21)}aB==,iv:abc=,tag:x,type:str]`,
            "sqlcmd -S db -U sa -P $PW -Q 'select 1'",
            "mc alias set lake https://minio.example.com lake $PW",
            "docker login -u ci -p $PW registry.example.com\ndocker run -p 9092:9092 kafka",
            "mysql -u root -p lake < a.sql",
            "redis-cli -h cache -p 6379 ping",
            "rpk topic create orders -p 12",
            "openssl pkcs12 -in a.p12 -passin file:/run/secrets/pw -passout env:PW",
            "keytool -list -storepass:env KEYSTORE_PASSWORD",
            "a --bypass all",
            "htpasswd -c /etc/nginx/pw admin",
            "htpasswd -nb admin $PW",
            "mc admin user add lake flink $PW",
            "mc admin user list lake",
            "confluent api-key store --help",
        ])
            assert.deepEqual(rulesOf("text", "run", command), [], command);
        for (const command of [
            "sqlcmd -S db -U sa -P 'Hunter!2' -Q 'select 1'",
            "mc alias set lake https://minio.example.com lake Hunter2",
            "sshpass -p 'hunter2' ssh a",
            "mc admin user add lake flink hunter2",
            "confluent api-key store OZ7CRXJ4Q2WTBKLM hunter2",
            "htpasswd -bc /etc/nginx/pw admin hunter2",
            "htpasswd -nbB admin hunter2",
            "rabbitmqctl add_user lake hunter2",
            "echo hunter2 | passwd --stdin ops",
            "redis-server --requirepass hunter2 --appendonly yes",
            "keytool -importkeystore -srcstorepass hunter2 -noprompt",
            "openssl pkcs12 -export -in a.pem -passout pass:hunter2",
            "mysqladmin ping -uroot -phunter2",
            "redis-cli -h cache -a hunter2 ping",
            "rpk security user create flink -p hunter2 --mechanism SCRAM-SHA-256",
            "echo 'root:hunter2' | sudo chpasswd",
            ': "${DB_PASSWORD:=hunter2}"',
            "psql --host db ${DB_PASSWORD:-hunter2}",
            'dbt build --vars "{token: hunter2}"',
            "DB_PASSWORD := hunter2",
            'wget --header="PRIVATE-TOKEN: hunter2" https://a.example.com',
            "def dbPassword = 'hunter2'",
            "build job: 'a', parameters: [password(name: 'API_TOKEN', value: 'hunter2')]",
            "login(user: 'a', password: 'hunter2')",
            "http -a lake:hunter2 https://a.example.com",
            "$env:DB_PASSWORD = 'hunter2'",
            'x = ConvertTo-SecureString "hunter2" -AsPlainText -Force',
        ])
            assert.equal(rulesOf("text", "run", command).length, 1, command);
        assert.deepEqual(
            rulesOf("sql", "statement", "CREATE STAGE a CREDENTIALS=(AWS_KEY_ID='a' AWS_SECRET_KEY='hunter2')"),
            ["sql-password"],
        );
    });

    it("know what is a secret by where it stands", () => {
        for (const [key, value] of [
            ["stringData.admin", "Falcon-Saddle-1"],
            ["configuration.secrets[pg].value", "hunter2"],
            ["chpasswd.list", "lake:hunter2\nops:RANDOM\n"],
            ["chpasswd.list[0]", "lake:hunter2"],
            ["passwords.alice", "hunter2"],
            ["loki.basicAuth", "lake:hunter2"],
        ] as const)
            assert.deepEqual(rulesOf("yaml", key, value), ["secret-by-key"], key);
        for (const [key, value] of [
            ["stringData.region", "eu-central-1"],
            ["stringData.url", "https://Lake2.example.com"],
            ["data.admin", "Falcon-Saddle-1"],
            ["configuration.secrets[pg].keyVaultUrl", "https://lake.vault.azure.net/secrets/pg"],
            ["chpasswd.list", "ops:RANDOM\nlake:R\n"],
            ["chpasswd.expire", "lake:hunter2"],
            ["passwords.policy", "strict"],
            ["passwords.rotation", "90d"],
            ["loki.basicAuth", "lake:${LOKI_PASSWORD}"],
            ["loki.basicAuth", "enabled"],
        ] as const)
            assert.deepEqual(rulesOf("yaml", key, value), [], key);
    });

    it("look for forms alone in programs", () => {
        assert.deepEqual(rulesOf("source", "password", "hunter2"), []);
        assert.deepEqual(rulesOf("source", "", `x = "gh${"p"}_${"aB3".repeat(12)}"`), ["github-token"]);
    });

    it("end soon on long and nasty texts", () => {
        for (const value of [
            "a".repeat(200_000),
            "password=".repeat(20_000),
            '"\\'.repeat(50_000),
            "${".repeat(50_000),
            "://a:".repeat(30_000),
        ])
            assert.ok(Array.isArray(detect({ keyPath: "x", value, format: "text" })));
    }).timeout(20_000);
});
