import assert from "node:assert/strict";
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TidegateError } from "../../automation/core/errors";
import {
    isRehearsal,
    readRehearsal,
    rehearsalAround,
    stripCredentials,
    writeRehearsal,
} from "../../automation/rehearsal/place";
import { removeFolders, temporaryFolder } from "./support";

/** What the clouds' SDKs, Pulumi's providers and CI read: from their documentation. */
const credentials = [
    "AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_PROFILE AWS_REGION AWS_ROLE_ARN AWS_ENDPOINT_URL",
    "AWS_WEB_IDENTITY_TOKEN_FILE AWS_CONTAINER_CREDENTIALS_RELATIVE_URI AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_SHARED_CREDENTIALS_FILE AWS_CONFIG_FILE",
    "GOOGLE_APPLICATION_CREDENTIALS GOOGLE_CREDENTIALS GOOGLE_OAUTH_ACCESS_TOKEN GOOGLE_PROJECT GOOGLE_IMPERSONATE_SERVICE_ACCOUNT",
    "GCLOUD_KEYFILE_JSON GCLOUD_PROJECT CLOUDSDK_CORE_PROJECT CLOUDSDK_AUTH_ACCESS_TOKEN GCE_METADATA_HOST",
    "ARM_CLIENT_ID ARM_CLIENT_SECRET ARM_TENANT_ID ARM_SUBSCRIPTION_ID ARM_OIDC_TOKEN ARM_USE_MSI ARM_CLIENT_CERTIFICATE_PATH",
    "AZURE_CLIENT_SECRET AZURE_TENANT_ID AZURE_FEDERATED_TOKEN_FILE AZURE_STORAGE_KEY AZURE_STORAGE_SAS_TOKEN MSI_ENDPOINT",
    "IDENTITY_ENDPOINT IDENTITY_HEADER",
    "CONFLUENT_CLOUD_API_KEY CONFLUENT_CLOUD_API_SECRET KAFKA_API_KEY KAFKA_API_SECRET KAFKA_BOOTSTRAP_ENDPOINT",
    "SCHEMA_REGISTRY_API_SECRET AIVEN_TOKEN",
    "KUBECONFIG KUBE_CONFIG_PATH KUBE_TOKEN KUBERNETES_SERVICE_HOST",
    "DOCKER_HOST DOCKER_CERT_PATH DOCKER_CONFIG DOCKER_REGISTRY_PASS VAULT_ADDR VAULT_TOKEN DBT_CLOUD_TOKEN",
    "PULUMI_ACCESS_TOKEN PULUMI_BACKEND_URL PULUMI_CONFIG_PASSPHRASE PULUMI_CONFIG_PASSPHRASE_FILE PULUMI_CONFIG",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN ACTIONS_ID_TOKEN_REQUEST_URL",
].flatMap((line) => line.split(" "));

describe("the environment of a rehearsal", () => {
    it("has none of the variables by which a real cloud could be reached", () => {
        const variables: NodeJS.ProcessEnv = Object.fromEntries(credentials.map((name) => [name, "real"]));
        assert.deepEqual(stripCredentials(variables).sort(), [...credentials].sort());
        assert.deepEqual(variables, {});
    });

    it("keeps everything else", () => {
        const kept = ["PATH", "HOME", "TIDEGATE_DATA", "LANG", "NODE_OPTIONS", "HTTPS_PROXY", "MY_AWS_NOTE", "ARMOUR"];
        const variables: NodeJS.ProcessEnv = Object.fromEntries(kept.map((name) => [name, "1"]));
        assert.deepEqual(stripCredentials(variables), []);
        assert.deepEqual(Object.keys(variables), kept);
    });
});

describe("the folder of a rehearsal", () => {
    after(removeFolders);

    it("says what it is, and what was asked for", () => {
        const directory = join(temporaryFolder(), "dev");
        assert.ok(!isRehearsal(directory));
        writeRehearsal(directory, { environment: "dev", chaos: 3 });
        assert.ok(isRehearsal(directory));
        const settings = {
            environment: "dev",
            chaos: 3,
            faults: { faults: [] },
            secondsPerSecond: 0,
            elsewhere: [],
            apiServer: null,
        };
        assert.deepEqual(readRehearsal(directory), settings);
        assert.deepEqual(readdirSync(directory), ["rehearsal.json"], "a draft was left");
    });

    it("is missing where nothing says so, or nothing that can be read", () => {
        const directory = temporaryFolder();
        const isMissing = (error: unknown): boolean =>
            TidegateError.is(error) && error.code === "rehearsal-missing" && error.exitCode === 2;
        assert.throws(() => readRehearsal(directory), isMissing);
        writeFileSync(join(directory, "rehearsal.json"), '{"environment": 7}');
        assert.throws(() => readRehearsal(directory), isMissing);
    });

    it("is found around whatever lies in it, also behind a link", () => {
        const root = temporaryFolder();
        const directory = join(root, "dev");
        writeRehearsal(directory, { environment: "dev" });
        mkdirSync(join(directory, "state", ".pulumi"), { recursive: true });
        for (const inside of ["", "state", "state/.pulumi", "state/.tidegate/not/there/yet"])
            assert.equal(rehearsalAround(join(directory, inside)), directory);
        assert.equal(rehearsalAround(root), undefined);
        assert.equal(rehearsalAround(join(root, "prod", "state")), undefined);
        symlinkSync(join(directory, "state"), join(root, "link"));
        assert.equal(rehearsalAround(join(root, "link")), directory);
        assert.equal(rehearsalAround(join(root, "link", "not", "there")), directory);
    });
});
