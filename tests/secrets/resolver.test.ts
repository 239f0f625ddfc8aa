import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TidegateError } from "../../automation/core/errors";
import { Redactor } from "../../automation/core/redactor";
import { storesOf } from "../../automation/secrets";
import { SecretResolver, type SecretStores } from "../../automation/secrets/resolver";
import { AzureSecrets } from "../../automation/secrets/stores/azure";
import { VaultSecrets } from "../../automation/secrets/stores/vault";
import {
    AwsSecretServer,
    AzureSecretServer,
    ClusterServer,
    GoogleSecretServer,
    VaultServer,
} from "../_helpers/secretServers";

const where = "stacks/prod.yaml:6: broker.secretRef";

describe("secrets at run time", () => {
    const aws = new AwsSecretServer();
    const google = new GoogleSecretServer();
    const azure = new AzureSecretServer();
    const vault = new VaultServer();
    const cluster = new ClusterServer();
    const servers = [aws, google, azure, vault, cluster];
    const folder = mkdtempSync(join(tmpdir(), "tidegate-secrets-test-"));
    let variables: Record<string, string>;
    before(async () => {
        await Promise.all(servers.map((server) => server.start()));
        aws.secrets.set("prod/kafka", JSON.stringify({ username: "flink", password: "pass-aws-sm", "a.b": "dotted" }));
        aws.secrets.set("nested", JSON.stringify({ a: { b: "inner-value" }, port: 9094, none: null, blank: "" }));
        aws.secrets.set("plain", "no json at all");
        aws.secrets.set("binary", Buffer.from("from-binary"));
        aws.forbidden.add("theirs");
        aws.parameters.set("/prod/kafka", "pass-aws-ssm");
        google.secrets.set("lake-prod/kafka", ["pass-old", "pass-gcp", undefined, "pass-newest"]);
        google.forbidden.add("theirs");
        azure.secrets.set(
            "kafka",
            new Map([
                ["0".repeat(32), "pass-azure-old"],
                ["1".repeat(32), "pass-azure"],
            ]),
        );
        azure.forbidden.add("theirs");
        azure.disabled.add("off");
        vault.secrets.set("kv/prod/kafka", { password: "pass-vault" });
        vault.secrets.set("kv/gone", undefined);
        vault.tokens.set("little", (path) => path.startsWith("kv/data/prod/"));
        cluster.secrets.set("streaming/kafka", { password: "pass-k8s", "ca.crt": "certificate" });
        cluster.forbidden.add("theirs");
        writeFileSync(join(folder, "kafka"), "pass-file\n", { mode: 0o600 });
        writeFileSync(join(folder, "empty"), "\n", { mode: 0o600 });
    });
    beforeEach(() => {
        variables = {
            ...{ AWS_ACCESS_KEY_ID: aws.key.accessKeyId, AWS_SECRET_ACCESS_KEY: aws.key.secretAccessKey },
            ...{ AWS_ENDPOINT_URL: aws.url, AWS_REGION: aws.region },
            ...{ GOOGLE_OAUTH_ACCESS_TOKEN: google.token },
            ...{ CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER: `${google.url}/` },
            ...{ VAULT_ADDR: vault.url, VAULT_TOKEN: "little" },
            ...{ KAFKA_PASSWORD: "pass-variable", EMPTY: "" },
        };
    });
    after(async () => {
        await Promise.all(servers.map((server) => server.stop()));
        rmSync(folder, { recursive: true, force: true });
    });

    function resolver(more: Partial<SecretStores> = {}, limitSeconds = 15) {
        const redactor = new Redactor();
        const credential = { getToken: () => Promise.resolve({ token: azure.token, expiresOnTimestamp: 0 }) };
        const stores: SecretStores = {
            ...storesOf({ variables, kubeconfig: () => Promise.resolve(cluster.kubeconfig()) }),
            "azure-kv": new AzureSecrets({ credential, addressOf: () => azure.url }),
            ...more,
        };
        return { redactor, resolver: new SecretResolver({ stores, redactor, limitSeconds, pauseMs: 1 }) };
    }
    const fails = async (ref: string, code: string, more: Partial<SecretStores> = {}, limitSeconds?: number) => {
        const error = await resolver(more, limitSeconds)
            .resolver.resolve({ ref, where })
            .then(
                () => assert.fail(`${ref} was found`),
                (thrown: unknown) => thrown,
            );
        assert.ok(TidegateError.is(error), String(error));
        assert.equal(error.code, code, error.message);
        assert.ok(error.message.startsWith(`${where}: the secret ${ref} `), error.message);
        assert.notEqual(error.hint, undefined);
        return error;
    };

    const found: [string, string][] = [
        ["aws-sm://prod/kafka#password", "pass-aws-sm"],
        ["aws-sm://prod/kafka#a.b", "dotted"],
        ["aws-sm://nested#a.b", "inner-value"],
        ["aws-sm://nested#port", "9094"],
        ["aws-sm://binary", "from-binary"],
        ["aws-ssm:///prod/kafka", "pass-aws-ssm"],
        ["gcp-sm://lake-prod/kafka", "pass-newest"],
        ["gcp-sm://lake-prod/kafka/2", "pass-gcp"],
        ["azure-kv://lake-prod/kafka", "pass-azure"],
        [`azure-kv://lake-prod/kafka/${"0".repeat(32)}`, "pass-azure-old"],
        ["vault://kv/prod/kafka#password", "pass-vault"],
        ["vault://kv/prod/kafka", '{"password":"pass-vault"}'],
        ["k8s://streaming/kafka#password", "pass-k8s"],
        ["k8s://streaming/kafka#ca.crt", "certificate"],
        ["env://KAFKA_PASSWORD", "pass-variable"],
        [`file://${join(folder, "kafka")}`, "pass-file"],
    ];
    for (const [ref, value] of found)
        it(`finds ${ref.replace(folder, "")}, and makes it known to the redactor`, async () => {
            const { resolver: secrets, redactor } = resolver();
            assert.equal(await secrets.resolve({ ref, where }), value);
            assert.equal(redactor.text(`a ${value} b`), "a [secret] b");
        });

    const lost: [string, string][] = [
        ["aws-sm://nowhere", "secret-missing"],
        ["aws-ssm:///nowhere", "secret-missing"],
        ["gcp-sm://lake-prod/nowhere", "secret-missing"],
        ["gcp-sm://lake-prod/kafka/3", "secret-missing"],
        ["azure-kv://lake-prod/nowhere", "secret-missing"],
        ["azure-kv://lake-prod/off", "secret-missing"],
        ["vault://kv/prod/nowhere", "secret-missing"],
        ["k8s://streaming/nowhere", "secret-missing"],
        ["env://NOWHERE", "secret-missing"],
        [`file://${folder}/nowhere`, "secret-missing"],
        ["aws-sm://theirs", "secret-denied"],
        ["gcp-sm://lake-prod/theirs", "secret-denied"],
        ["azure-kv://lake-prod/theirs", "secret-denied"],
        ["vault://kv/theirs", "secret-denied"],
        ["k8s://theirs/kafka", "secret-denied"],
        ["aws-sm://prod/kafka#user", "secret-member-missing"],
        ["aws-sm://nested#none", "secret-member-missing"],
        ["aws-sm://plain#password", "secret-member-missing"],
        ["aws-sm://nested#blank", "secret-empty"],
        ["env://EMPTY", "secret-empty"],
        [`file://${folder}/empty`, "secret-empty"],
        [`file://${folder}`, "secret-refused"],
    ];
    for (const [ref, code] of lost)
        it(`says ${code} of ${ref.replace(folder, "")}, and where it is named`, async () => {
            const { message, hint } = await fails(ref, code);
            assert.doesNotMatch(`${message}${hint}`, /pass-|no json|inner-value/);
        });

    it("tells who has no credentials, or wrong ones", async () => {
        variables["AWS_SECRET_ACCESS_KEY"] = "another";
        const { message } = await fails("aws-sm://prod/kafka", "secret-denied");
        assert.match(message, /AWS Secrets Manager answered 400 InvalidSignatureException\.$/);
        variables["GOOGLE_OAUTH_ACCESS_TOKEN"] = "another";
        await fails("gcp-sm://lake-prod/kafka", "secret-denied");
        const none = { getToken: () => Promise.reject(new Error("no identity\nand headers")) };
        const azureError = await fails("azure-kv://lake-prod/kafka", "secret-denied", {
            "azure-kv": new AzureSecrets({ credential: none }),
        });
        assert.match(azureError.message, /no credentials of Azure \(no identity\)/);
        const vaultError = await fails("vault://kv/prod/kafka", "secret-denied", {
            vault: new VaultSecrets({ variables: { VAULT_ADDR: vault.url }, server: undefined, home: folder }),
        });
        assert.match(vaultError.message, /no credentials of Vault/);
    });

    it("takes another region for another signature", async () => {
        variables["AWS_REGION"] = "us-east-1";
        await fails("aws-sm://prod/kafka", "secret-denied");
        const stores = storesOf({ variables, awsRegion: aws.region });
        assert.equal(await resolver(stores).resolver.resolve({ ref: "aws-sm://binary", where }), "from-binary");
    });

    it("says what nobody has said: a region, an address, one that is encrypted", async () => {
        delete variables["AWS_REGION"];
        await fails("aws-sm://prod/kafka", "secret-store-unknown");
        delete variables["VAULT_ADDR"];
        assert.match((await fails("vault://kv/a", "secret-store-unknown")).message, /VAULT_ADDR/);
        variables["VAULT_ADDR"] = "http://vault.example.com";
        assert.match((await fails("vault://kv/a", "secret-store-unknown")).message, /no https:\/\/ address/);
    });

    it("logs in at Vault by AppRole, by Kubernetes, and by what `vault login` has left", async () => {
        vault.appRoles.set("flink", "right");
        vault.kubernetesRoles.set("lake", "service-account-token");
        writeFileSync(join(folder, "jwt"), "service-account-token\n");
        writeFileSync(join(folder, ".vault-token"), "root\n");
        const by = (more: Record<string, string>) => ({
            vault: new VaultSecrets({ variables: { VAULT_ADDR: vault.url, ...more }, server: undefined, home: folder }),
        });
        const ways: Record<string, string>[] = [
            { VAULT_ROLE_ID: "flink", VAULT_SECRET_ID: "right" },
            { VAULT_KUBERNETES_ROLE: "lake", VAULT_KUBERNETES_TOKEN_FILE: join(folder, "jwt") },
            { VAULT_TOKEN_FILE: join(folder, ".vault-token") },
            {},
        ];
        for (const way of ways) {
            const { resolver: secrets } = resolver(by(way));
            assert.equal(await secrets.resolve({ ref: "vault://kv/prod/kafka#password", where }), "pass-vault");
        }
        const wrong = by({ VAULT_ROLE_ID: "flink", VAULT_SECRET_ID: "wrong-secret-id" });
        const { message } = await fails("vault://kv/prod/kafka", "secret-denied", wrong);
        assert.match(message, /log-in at auth\/approle/);
        assert.ok(!message.includes("wrong-secret-id"));
    });

    it("says of a sealed Vault that it does not answer, after a few tries", async () => {
        vault.sealed = true;
        const before = vault.asked;
        const { message, retryable } = await fails("vault://kv/prod/kafka", "secret-unreachable");
        vault.sealed = false;
        assert.match(message, /sealed/);
        assert.deepEqual([retryable, vault.asked - before], [true, 3]);
    });

    it("asks again where a store could not answer, and not where it said no", async () => {
        google.failures = 2;
        const { resolver: secrets } = resolver();
        assert.equal(await secrets.resolve({ ref: "gcp-sm://lake-prod/kafka", where }), "pass-newest");
        const before = google.asked;
        await fails("gcp-sm://lake-prod/nowhere", "secret-missing");
        assert.equal(google.asked - before, 1);
    });

    it("asks a store once for one secret, whatever of it is wanted, and keeps no failure", async () => {
        const { resolver: secrets } = resolver();
        const before = aws.asked;
        const refs = ["aws-sm://prod/kafka#password", "aws-sm://prod/kafka#username", "aws-sm://prod/kafka"];
        await Promise.all(refs.map((ref) => secrets.resolve({ ref, where })));
        assert.equal(aws.asked - before, 1);
        await assert.rejects(secrets.resolve({ ref: "aws-sm://later", where }), { code: "secret-missing" });
        aws.secrets.set("later", "now-there");
        assert.equal(await secrets.resolve({ ref: "aws-sm://later", where }), "now-there");
    });

    it("waits for its limit, which it names, and no longer", async () => {
        cluster.silent = true;
        const { message } = await fails("k8s://streaming/kafka", "secret-timed-out", {}, 0.2);
        cluster.silent = false;
        assert.match(message, /was not there within 0\.2 s, which is the limit/);
    });

    it("ends when it is interrupted", async () => {
        cluster.silent = true;
        const abort = new AbortController();
        const before = cluster.asked;
        const looking = resolver().resolver.resolve({ ref: "k8s://streaming/kafka", where }, abort.signal);
        const ended = assert.rejects(looking, { code: "interrupted" });
        while (cluster.asked === before) await new Promise((resolve) => setImmediate(resolve));
        abort.abort();
        await ended;
        cluster.silent = false;
    });

    it("says of a store that nobody reaches that it does not answer", async () => {
        const gone = await new VaultServer().start();
        variables["VAULT_ADDR"] = gone.url;
        await gone.stop();
        const { message } = await fails("vault://kv/a", "secret-unreachable");
        assert.match(message, /127\.0\.0\.1:\d+ gave no answer \(.*ECONNREFUSED/);
    });

    it("logs in at a cluster by the plugin of its kubeconfig, and trusts none that is not verified", async () => {
        const plugin = join(folder, "plugin");
        const answer = { kind: "ExecCredential", status: { token: cluster.token } };
        writeFileSync(plugin, `#!/bin/sh\ntest -n "$KUBERNETES_EXEC_INFO" && echo '${JSON.stringify(answer)}'\n`);
        chmodSync(plugin, 0o700);
        const by = (kubeconfig: string) => storesOf({ variables, kubeconfig: () => Promise.resolve(kubeconfig) });
        const ref = "k8s://streaming/kafka#password";
        const { resolver: secrets } = resolver(by(cluster.kubeconfig({ exec: { command: plugin } })));
        assert.equal(await secrets.resolve({ ref, where }), "pass-k8s");
        const unverified = by(cluster.kubeconfig({ token: "a" }, { "insecure-skip-tls-verify": true }));
        assert.match((await fails(ref, "secret-store-unknown", unverified)).message, /does not verify/);
        const refused = by(cluster.kubeconfig({ exec: { command: "/bin/false" } }));
        assert.match((await fails(ref, "secret-denied", refused)).message, /\/bin\/false of the kubeconfig gave no/);
    });

    it("takes the members of a whole secret out of texts, and leaves names of users", async () => {
        const { resolver: secrets, redactor } = resolver();
        await secrets.resolve({ ref: "aws-sm://prod/kafka", where });
        assert.equal(redactor.text("flink has pass-aws-sm"), "flink has [secret]");
    });
});
