import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { repositoryRoot } from "../../automation/core/repository";
import { Redactor } from "../../automation/core/redactor";
import { loginOf, secretResolver, secretsOf, signedIn, withLogin } from "../../automation/lakehouse/secrets";
import { preflightFor, runChecks } from "../../automation/gates";
import { standIns } from "../../stacks/standIns";
import { withCredentials } from "../../stacks/layers/runtime/credentials";
import { loadEnvironment, type Environment } from "../../stacks/environment";
import { preflight } from "../_helpers/preflightFakes";

const password = "pass-of-a-variable";
const variable = "TIDEGATE_TEST_KAFKA_LOGIN";

describe("the secrets of an environment", () => {
    const folder = mkdtempSync(join(tmpdir(), "tidegate-lakehouse-secrets-"));
    before(() => (process.env[variable] = JSON.stringify({ username: "flink", password })));
    after(() => {
        delete process.env[variable];
        rmSync(folder, { recursive: true, force: true });
    });

    const broker = (ref: string) =>
        `broker: { profile: external, bootstrapServers: "kafka.example.com:9094", saslMechanism: PLAIN, secretRef: "${ref}" }`;
    async function environment(name: string, ...lines: string[]): Promise<Environment> {
        const file = join(folder, `${name}.yaml`);
        writeFileSync(file, [`name: ${name}`, ...lines, ""].join("\n"));
        return loadEnvironment(name, { TIDEGATE_ENVIRONMENT_FILE: file, TIDEGATE_DATA: folder });
    }
    const here = () => environment("here", broker(`env://${variable}`));

    it("are needed by the layer that names them, those of its own cluster by the runtime", async () => {
        const identity = "{ aws: { roleName: lake, roleArn: 'arn:aws:iam::123456789012:role/lake' } }";
        const identities = `{ flink: ${identity}, dbt: ${identity} }`;
        const cluster = [
            ...[
                "state: { secretsProvider: awskms://alias/tidegate }",
                `foundation: { profile: kubeconfig, context: prod, identities: ${identities} }`,
                "mode: streaming_bronze",
            ],
            ...["aws: { accountId: '123456789012', region: eu-west-1 }", "storage: { profile: s3 }"],
            "catalog: { profile: external, uri: https://catalog.example, warehouse: lake, attach: true, auth: { mode: oauth2, tokenEndpoint: https://idp.example/token, secretRef: aws-sm://catalog } }",
            "runtime: { profile: kubernetes }",
        ];
        const found = await environment("prod", ...cluster, broker("k8s://streaming/kafka"));
        assert.deepEqual(secretsOf(found, "broker"), []);
        assert.deepEqual(
            secretsOf(found, "runtime").map(({ ref, members }) => [ref, members]),
            [["k8s://streaming/kafka", ["username", "password"]]],
        );
        assert.deepEqual(
            secretsOf(found, "catalog").map(({ path, members }) => [path.join("."), members]),
            [["catalog.auth.secretRef", ["clientId", "clientSecret"]]],
        );
    });

    it("give user and password to who signs in on this machine, and to nobody where Flink is on a cluster", async () => {
        const { file } = await here();
        const redactor = new Redactor();
        const secrets = secretResolver({ secrets: { checkedFrom: "machine" } }, redactor);
        const contract = { ...standIns.broker, credentials: null, secretRef: `env://${variable}` };
        const onThisMachine = await signedIn({ runtime: undefined, file }, contract, secrets);
        assert.deepEqual(onThisMachine.credentials, { username: "flink", password });
        assert.equal(redactor.text(`flink with ${password}`), "flink with [secret]");
        const runtime = { profile: "kubernetes" } as NonNullable<Environment["runtime"]>;
        assert.equal((await signedIn({ runtime, file }, contract, secrets)).credentials, null);
        const own = { ...contract, secretRef: null };
        assert.equal(await withLogin(own, secrets, file), own);
        await assert.rejects(withLogin({ ...contract, secretRef: "env://NOWHERE_AT_ALL" }, secrets, file), {
            code: "secret-missing",
            message: `${file}: broker.secretRef: the secret env://NOWHERE_AT_ALL is not in its store: the variable NOWHERE_AT_ALL is not set.`,
        });
    });

    it("may be of this machine, as the example of docs/secrets.md has it", async () => {
        const text = readFileSync(join(repositoryRoot, "docs", "secrets.md"), "utf8");
        const [, lines = ""] = /```yaml\nname: laptop\n([^`]+)```/.exec(text) ?? [];
        const laptop = await environment("laptop", lines);
        assert.deepEqual(
            secretsOf(laptop, "broker").map(({ ref }) => ref),
            ["env://KAFKA_LOGIN"],
        );
        assert.equal(laptop.runtime?.profile, "embedded");
    });

    it("are part of what Flink on this machine is deployed of, so that another password is another deployment", async () => {
        const { file } = await here();
        const secrets = () => secretResolver({ secrets: { checkedFrom: "machine" } }, new Redactor());
        const runtime = { profile: "embedded" } as NonNullable<Environment["runtime"]>;
        const of = (secretRef: string) => ({
            file,
            runtime,
            broker: { profile: "external", secretRef } as Environment["broker"],
        });
        const value = process.env[variable] ?? "";
        assert.deepEqual(await loginOf(of(`env://${variable}`), secrets()), { login: value });
        assert.deepEqual(await loginOf(of("env://NOWHERE_AT_ALL"), secrets()), { login: "not to be had" });
        const onCluster = { profile: "kubernetes" } as NonNullable<Environment["runtime"]>;
        assert.deepEqual(await loginOf({ ...of(`env://${variable}`), runtime: onCluster }, secrets()), {});
    });

    it("are secrets of the state to a program that needs them", async () => {
        const described = { ...standIns.broker, credentials: pulumi.output(null), secretRef: `env://${variable}` };
        const { credentials } = await withCredentials(await here(), described);
        assert.ok(await pulumi.isSecret(credentials));
        const value = await new Promise((resolve) => credentials.apply(resolve));
        assert.deepEqual(value, { username: "flink", password });
        const own = { ...described, secretRef: null };
        assert.equal(await withCredentials(await here(), own), own);
    });
});

describe("the preflight about secrets", () => {
    const file = {
        path: "stacks/prod.yaml",
        read: async () => "name: prod\nbroker:\n  secretRef: aws-sm://prod/kafka\n",
    };
    const use = { path: ["broker", "secretRef"], ref: "aws-sm://prod/kafka" };
    const run = async (secrets: Partial<Parameters<typeof preflightFor>[1]["secrets"]>) => {
        const of = (layer: string) => (layer === "broker" ? [use] : []);
        const context = preflight({
            environmentFile: file,
            fixedPorts: [],
            secrets: { of, look: () => Promise.reject(new Error("asked")), checkedFrom: "machine", ...secrets },
        });
        assert.ok(!preflightFor("storage", context).some(({ id }) => id.startsWith("preflight.secrets")));
        const [result] = await runChecks(preflightFor("broker", context), { signal: new AbortController().signal });
        return result;
    };

    it("looks each of a layer up, and names file, line and key of one that is not there", async () => {
        const looked: string[] = [];
        const found = await run({ look: async (_, where) => void looked.push(where) });
        assert.deepEqual([found?.id, found?.status, found?.blocking], ["preflight.secrets-broker", "pass", undefined]);
        assert.deepEqual(looked, ["stacks/prod.yaml:3: broker.secretRef"]);
        const lost = await run({ look: (_, where) => Promise.reject(new Error(`${where}: is not there`)) });
        assert.deepEqual([lost?.status, lost?.blocking], ["fail", undefined]);
        assert.equal(lost?.message, "stacks/prod.yaml:3: broker.secretRef: is not there");
    });

    it("asks no real store in a rehearsal, and says so", async () => {
        const result = await run({ checkedFrom: "simulated" });
        assert.equal(result?.status, "pass");
        assert.deepEqual(result?.evidence, { simulated: true, references: ["aws-sm://prod/kafka"] });
        assert.match(result?.summary ?? "", /^simulated: 1 secret$/);
    });

    it("tells that only the cluster may look, which holds nothing up and is no pass", async () => {
        const result = await run({ checkedFrom: "cluster" });
        assert.deepEqual([result?.status, result?.blocking], ["fail", false]);
        assert.match(
            result?.message ?? "",
            /^Not checked from here, as secrets\.checkedFrom says: aws-sm:\/\/prod\/kafka/,
        );
    });
});
